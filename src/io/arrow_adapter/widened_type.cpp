#include "io/arrow_adapter/widened_type.h"

#include <algorithm>

namespace treadle::io {
namespace {

constexpr int kMostDigits = 38;

std::optional<DataType> common_integer(const DataType& a, const DataType& b) {
  const bool same_kind = a.is_signed_integer() == b.is_signed_integer();
  if (same_kind) return a.byte_width() < b.byte_width() ? b : a;
  const DataType& signed_one = a.is_signed_integer() ? a : b;
  const DataType& unsigned_one = a.is_signed_integer() ? b : a;
  if (unsigned_one.byte_width() < signed_one.byte_width()) return signed_one;
  switch (unsigned_one.byte_width()) {
    case 1:
      return DataType(TypeId::kInt16);
    case 2:
      return DataType(TypeId::kInt32);
    case 4:
      return DataType(TypeId::kInt64);
    default:
      return std::nullopt;
  }
}

std::optional<DataType> common_decimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int whole = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  if (whole + scale > kMostDigits) return std::nullopt;
  return DataType::decimal(whole + scale, scale);
}

std::optional<DataType> common_time(const DataType& a, const DataType& b) {
  if (a.id() == TypeId::kDate || b.id() == TypeId::kDate) {
    const DataType& other = a.id() == TypeId::kDate ? b : a;
    if (other.id() == TypeId::kTimestamp && other.zone().empty()) return other;
    return std::nullopt;
  }
  if (a.id() != b.id()) return std::nullopt;
  const TimeUnit unit = std::max(a.unit(), b.unit());
  if (a.id() == TypeId::kDuration) return DataType::duration(unit);
  if (a.id() == TypeId::kTimestamp && a.zone() == b.zone()) return DataType::timestamp(unit, a.zone());
  return std::nullopt;
}

}  // namespace

std::optional<DataType> common_type(const DataType& a, const DataType& b) {
  if (a == b) return a;
  if (a.is_integer() && b.is_integer()) return common_integer(a, b);
  if (a.is_float() && b.is_float()) return DataType(TypeId::kFloat64);
  if ((a.is_integer() && b.is_float()) || (a.is_float() && b.is_integer())) return DataType(TypeId::kFloat64);
  if (a.id() == TypeId::kDecimal128 && b.id() == TypeId::kDecimal128) return common_decimal(a, b);
  if (a.is_temporal() && b.is_temporal()) return common_time(a, b);
  return std::nullopt;
}

bool widens(const DataType& stored, const DataType& wanted) {
  return !stored.is_nested() && stored != wanted && common_type(stored, wanted) == wanted;
}

}  // namespace treadle::io
