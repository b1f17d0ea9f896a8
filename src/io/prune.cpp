#include "io/prune.h"

#include <cmath>
#include <compare>
#include <utility>
#include <variant>

namespace treadle::io {
namespace {

using Op = PrunePredicate::Op;

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

std::partial_ordering order(bool left, bool right) { return left <=> right; }
std::partial_ordering order(std::int64_t left, std::int64_t right) { return left <=> right; }
std::partial_ordering order(std::uint64_t left, std::uint64_t right) { return left <=> right; }
std::partial_ordering order(double left, double right) { return left <=> right; }
std::partial_ordering order(const std::string& left, const std::string& right) {
  return left.compare(right) <=> 0;
}

std::partial_ordering order(std::int64_t left, std::uint64_t right) {
  if (std::cmp_less(left, right)) return std::partial_ordering::less;
  return std::cmp_equal(left, right) ? std::partial_ordering::equivalent : std::partial_ordering::greater;
}
std::partial_ordering order(std::uint64_t left, std::int64_t right) { return 0 <=> order(right, left); }

template <class Integer>
std::partial_ordering order_with_float(Integer left, double right) {
  const auto rounded = static_cast<double>(left);
  if (std::abs(rounded) >= kExactIntegers || std::abs(right) >= kExactIntegers)
    return std::partial_ordering::unordered;
  return rounded <=> right;
}
std::partial_ordering order(std::int64_t left, double right) { return order_with_float(left, right); }
std::partial_ordering order(std::uint64_t left, double right) { return order_with_float(left, right); }
std::partial_ordering order(double left, std::int64_t right) { return 0 <=> order_with_float(right, left); }
std::partial_ordering order(double left, std::uint64_t right) { return 0 <=> order_with_float(right, left); }

template <class Left, class Right>
std::partial_ordering order(const Left&, const Right&) {
  return std::partial_ordering::unordered;
}

bool comparable(const DataType& left, const DataType& right) {
  const auto is_number = [](const DataType& type) { return type.is_integer() || type.is_float(); };
  if (is_number(left) && is_number(right)) return true;
  if (left.id() != right.id() || left.id() == TypeId::kDecimal128 || left.is_nested()) return false;
  if (left.id() == TypeId::kTimestamp && left.zone().empty() != right.zone().empty()) return false;
  return !left.is_temporal() || left.unit() == right.unit();
}

/// Unordered if in doubt.
std::partial_ordering compare(const Scalar& left, const Scalar& right) {
  if (left.is_null() || right.is_null() || !comparable(left.type(), right.type())) {
    return std::partial_ordering::unordered;
  }
  return std::visit([](const auto& l, const auto& r) { return order(l, r); }, left.storage(),
                    right.storage());
}

bool all_null(const ColumnBounds& bounds) { return bounds.num_nulls && *bounds.num_nulls == bounds.num_rows; }

bool compares_out(Op op, const Scalar& value, const ColumnBounds& bounds) {
  const std::partial_ordering least = compare(bounds.least, value);
  const std::partial_ordering greatest = compare(bounds.greatest, value);
  const bool hides_nan = bounds.least.type().is_float() || bounds.greatest.type().is_float();
  switch (op) {
    case Op::kEqual:
      return least > 0 || greatest < 0;
    case Op::kNotEqual:
      return !hides_nan && bounds.exact && least == 0 && greatest == 0;
    case Op::kLess:
      return least >= 0;
    case Op::kLessEqual:
      return least > 0;
    case Op::kGreater:
      return !hides_nan && greatest <= 0;
    case Op::kGreaterEqual:
      return !hides_nan && greatest < 0;
    default:
      return false;
  }
}

}  // namespace

ColumnBounds ColumnBounds::constant(Scalar value, std::uint64_t num_rows) {
  const std::uint64_t num_nulls = value.is_null() ? num_rows : 0;
  return {value, value, true, num_nulls, num_rows};
}

bool ruled_out(const PrunePredicate& predicate, const ColumnBounds& bounds) {
  if (predicate.op == Op::kIsNull) return bounds.num_nulls && *bounds.num_nulls == 0;
  if (predicate.op == Op::kIsNotNull) return all_null(bounds);
  if (predicate.value.is_null()) return false;
  return all_null(bounds) || compares_out(predicate.op, predicate.value, bounds);
}

}  // namespace treadle::io
