#include "columnar/functions/types.h"

#include <algorithm>
#include <string>

#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle::columnar::functions {
namespace {

DataType common_integer(const DataType& a, const DataType& b) {
  if (a.is_signed_integer() == b.is_signed_integer()) return a.byte_width() >= b.byte_width() ? a : b;
  const DataType& with_sign = a.is_signed_integer() ? a : b;
  const DataType& without = a.is_signed_integer() ? b : a;
  if (with_sign.byte_width() > without.byte_width()) return with_sign;
  switch (without.byte_width()) {
    case 1:
      return TypeId::kInt16;
    case 2:
      return TypeId::kInt32;
    case 4:
      return TypeId::kInt64;
    default:
      return TypeId::kFloat64;
  }
}

DataType common_float(const DataType& a, const DataType& b) {
  const auto fits = [](const DataType& type) {
    return type.id() == TypeId::kFloat32 || (type.is_integer() && type.byte_width() <= 2);
  };
  return fits(a) && fits(b) ? TypeId::kFloat32 : TypeId::kFloat64;
}

DataType common_number(const DataType& a, const DataType& b) {
  if (a.is_float() || b.is_float()) return common_float(a, b);
  const bool decimal_a = a.id() == TypeId::kDecimal128, decimal_b = b.id() == TypeId::kDecimal128;
  if (!decimal_a && !decimal_b) return common_integer(a, b);
  return DataType::decimal(38, std::max(decimal_a ? a.scale() : 0, decimal_b ? b.scale() : 0));
}

std::optional<DataType> common_temporal(const DataType& a, const DataType& b) {
  if (a.id() == TypeId::kDate && b.id() == TypeId::kTimestamp) return b;
  if (a.id() == TypeId::kTimestamp && b.id() == TypeId::kDate) return a;
  if (a.id() != b.id()) return std::nullopt;
  const TimeUnit unit = finer(a.unit(), b.unit());
  if (a.id() == TypeId::kTime) return DataType::time(unit);
  if (a.id() == TypeId::kDuration) return DataType::duration(unit);
  if (a.zone().empty() != b.zone().empty()) return std::nullopt;
  return DataType::timestamp(unit, a.zone());
}

}  // namespace

TimeUnit finer(TimeUnit a, TimeUnit b) noexcept { return std::max(a, b); }

std::optional<DataType> common_type(const DataType& a, const DataType& b) {
  if (a == b || b.id() == TypeId::kNull) return a;
  if (a.id() == TypeId::kNull) return b;
  if (a.is_numeric() && b.is_numeric()) return common_number(a, b);
  if (a.id() == TypeId::kBool && b.is_numeric()) return b;
  if (b.id() == TypeId::kBool && a.is_numeric()) return a;
  if (a.is_temporal() && b.is_temporal()) return common_temporal(a, b);
  return std::nullopt;
}

std::optional<DataType> common_type(std::span<const DataType> types) {
  std::optional<DataType> common = DataType(TypeId::kNull);
  for (const DataType& type : types) {
    common = common_type(*common, type);
    if (!common) return std::nullopt;
  }
  return common;
}

void throw_no_kernel(std::string_view function, std::string_view wanted, std::span<const DataType> found) {
  std::string text = std::string(function) + " takes " + std::string(wanted) + "; found ";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i != 0) text += i + 1 == found.size() ? " and " : ", ";
    text += found[i].to_string();
  }
  throw TypeError(text);
}

}  // namespace treadle::columnar::functions
