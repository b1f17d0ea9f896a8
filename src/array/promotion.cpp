#include <algorithm>
#include <string>

#include "treadle/dtype.h"
#include "treadle/error.h"

// NumPy's promotion of two array types (NEP 50). Written as the rules that make the table; the test compares
// it with the table that NumPy prints.
namespace treadle {
namespace {

using K = ElementKind;

/// A number's rank within its family: 0 for 8 bits to 3 for 64.
int width(DType type) {
  switch (type.kind()) {
    case K::kInt8:
    case K::kUInt8:
      return 0;
    case K::kInt16:
    case K::kUInt16:
      return 1;
    case K::kInt32:
    case K::kUInt32:
    case K::kFloat32:
    case K::kComplex64:
      return 2;
    default:
      return 3;
  }
}

DType signed_of(int width) { return static_cast<K>(static_cast<int>(K::kInt8) + width); }

/// The float that NumPy takes for an integer beside a float or complex number.
int float_width(DType type) {
  if (type.is_bool()) return 2;
  if (type.is_integer()) return width(type) <= 1 ? 2 : 3;
  return width(type);
}

DType promote_numbers(DType a, DType b) {
  if (a.is_bool()) return b;
  if (b.is_bool()) return a;
  const bool complex = a.is_complex() || b.is_complex();
  if (complex || a.is_float() || b.is_float()) {
    const bool wide = std::max(float_width(a), float_width(b)) == 3;
    if (complex) return wide ? K::kComplex128 : K::kComplex64;
    return wide ? K::kFloat64 : K::kFloat32;
  }
  if (a.is_signed() == b.is_signed()) return width(a) >= width(b) ? a : b;
  const DType with_sign = a.is_signed() ? a : b;
  const int without_sign = width(a.is_signed() ? b : a);
  if (width(with_sign) > without_sign) return with_sign;
  if (without_sign == 3) return K::kFloat64;
  return signed_of(without_sign + 1);
}

DateUnit finer(DateUnit a, DateUnit b) { return std::max(a, b); }

bool calendar(DateUnit unit) { return unit == DateUnit::kYear || unit == DateUnit::kMonth; }

[[noreturn]] void refuse(DType a, DType b) {
  throw TypeError("expected dtypes that have one in common, found " + a.name() + " and " + b.name());
}

}  // namespace

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (!a.is_time() && !b.is_time()) return promote_numbers(a, b);
  if (a.is_time() && b.is_time()) {
    const bool both_differences = a.kind() == K::kTimedelta && b.kind() == K::kTimedelta;
    const bool unknown = a.unit() == DateUnit::kGeneric || b.unit() == DateUnit::kGeneric;
    // A month has no number of days, unless it is a certain month.
    if (both_differences && !unknown && calendar(a.unit()) != calendar(b.unit())) refuse(a, b);
    return {both_differences ? K::kTimedelta : K::kDatetime, finer(a.unit(), b.unit())};
  }
  const DType time = a.is_time() ? a : b;
  const DType number = a.is_time() ? b : a;
  if (time.kind() == K::kTimedelta && (number.is_integer() || number.is_bool())) return time;
  refuse(a, b);
}

bool can_cast_safely(DType from, DType to) {
  if (from == to) return true;
  if (from.is_time() != to.is_time()) {
    return to.kind() == K::kTimedelta && (from.is_integer() || from.is_bool()) && from.kind() != K::kUInt64;
  }
  if (!from.is_time()) return promote_numbers(from, to) == to;
  if (from.kind() != to.kind()) return false;
  if (from.unit() == DateUnit::kGeneric) return true;
  if (to.unit() == DateUnit::kGeneric || from.unit() > to.unit()) return false;
  return from.kind() == K::kDatetime || calendar(from.unit()) == calendar(to.unit());
}

}  // namespace treadle
