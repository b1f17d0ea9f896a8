#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/util/decimal.h>
#include <parquet/arrow/reader.h>
#include <parquet/statistics.h>
#include <parquet/types.h>

#include <utility>

#include "io/arrow_adapter/parquet_file.h"
#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

template <class ArrowScalar>
const auto& value_of(const arrow::Scalar& scalar) {
  return static_cast<const ArrowScalar&>(scalar).value;
}

/// The statistic as one of ours; null for types that have none that we compare.
Scalar to_scalar(const arrow::Scalar& scalar, const DataType& type) {
  const auto text = [&] { return std::string(static_cast<const arrow::BaseBinaryScalar&>(scalar).view()); };
  switch (scalar.type->id()) {
    case arrow::Type::BOOL:
      return {type, value_of<arrow::BooleanScalar>(scalar)};
    case arrow::Type::INT8:
      return {type, std::int64_t{value_of<arrow::Int8Scalar>(scalar)}};
    case arrow::Type::INT16:
      return {type, std::int64_t{value_of<arrow::Int16Scalar>(scalar)}};
    case arrow::Type::INT32:
      return {type, std::int64_t{value_of<arrow::Int32Scalar>(scalar)}};
    case arrow::Type::INT64:
      return {type, std::int64_t{value_of<arrow::Int64Scalar>(scalar)}};
    case arrow::Type::UINT8:
      return {type, std::uint64_t{value_of<arrow::UInt8Scalar>(scalar)}};
    case arrow::Type::UINT16:
      return {type, std::uint64_t{value_of<arrow::UInt16Scalar>(scalar)}};
    case arrow::Type::UINT32:
      return {type, std::uint64_t{value_of<arrow::UInt32Scalar>(scalar)}};
    case arrow::Type::UINT64:
      return {type, std::uint64_t{value_of<arrow::UInt64Scalar>(scalar)}};
    case arrow::Type::FLOAT:
      return {type, double{value_of<arrow::FloatScalar>(scalar)}};
    case arrow::Type::DOUBLE:
      return {type, value_of<arrow::DoubleScalar>(scalar)};
    case arrow::Type::DATE32:
      return {type, std::int64_t{value_of<arrow::Date32Scalar>(scalar)}};
    // In the unit that the file stores, which may be another one than the column's (Parquet has no seconds).
    case arrow::Type::TIME32:
      return {from_arrow(*scalar.type), std::int64_t{value_of<arrow::Time32Scalar>(scalar)}};
    case arrow::Type::TIME64:
      return {from_arrow(*scalar.type), std::int64_t{value_of<arrow::Time64Scalar>(scalar)}};
    case arrow::Type::TIMESTAMP:
      return {from_arrow(*scalar.type), std::int64_t{value_of<arrow::TimestampScalar>(scalar)}};
    case arrow::Type::DECIMAL128:
      return {from_arrow(*scalar.type), value_of<arrow::Decimal128Scalar>(scalar).ToString(
                                            static_cast<const arrow::DecimalType&>(*scalar.type).scale())};
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
      return {type, text()};
    default:
      return {};
  }
}

bool fits(const arrow::Scalar& scalar, const DataType& type) {
  // A duration is stored as a number without a unit.
  return scalar.is_valid && type.id() != TypeId::kDuration;
}

/// Bounds of decimals that are stored as integers, of which Arrow makes none.
template <class Stored>
void set_decimal_bounds(const parquet::Statistics& statistics, const DataType& type, ColumnBounds& bounds) {
  const auto& typed = static_cast<const parquet::TypedStatistics<Stored>&>(statistics);
  bounds.least = {type, arrow::Decimal128(typed.min()).ToString(type.scale())};
  bounds.greatest = {type, arrow::Decimal128(typed.max()).ToString(type.scale())};
  bounds.exact = true;
}

void set_bounds(const parquet::Statistics& statistics, const DataType& type, ColumnBounds& bounds) {
  if (type.id() == TypeId::kDecimal128 && statistics.physical_type() == parquet::Type::INT32)
    return set_decimal_bounds<parquet::Int32Type>(statistics, type, bounds);
  if (type.id() == TypeId::kDecimal128 && statistics.physical_type() == parquet::Type::INT64)
    return set_decimal_bounds<parquet::Int64Type>(statistics, type, bounds);
  std::shared_ptr<arrow::Scalar> least;
  std::shared_ptr<arrow::Scalar> greatest;
  if (!parquet::arrow::StatisticsAsScalars(statistics, &least, &greatest).ok()) return;
  if (!fits(*least, type) || !fits(*greatest, type)) return;
  try {
    bounds.least = to_scalar(*least, type);
    bounds.greatest = to_scalar(*greatest, type);
  } catch (const TypeError&) {
    // The file stores the column as another kind of number (a date as milliseconds, say): no bounds then.
    bounds.least = bounds.greatest = {};
  }
  const bool is_text = type.id() == TypeId::kUtf8 || type.id() == TypeId::kBinary;
  bounds.exact = !is_text || (statistics.is_min_value_exact().value_or(false) &&
                              statistics.is_max_value_exact().value_or(false));
}

}  // namespace

ColumnBounds column_bounds(const parquet::RowGroupMetaData& row_group, const ParquetColumn& column) {
  ColumnBounds bounds;
  bounds.num_rows = static_cast<std::uint64_t>(row_group.num_rows());
  if (column.type.is_nested() || column.leaves.size() != 1) return bounds;
  const auto chunk = row_group.ColumnChunk(column.leaves.front());
  const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
  if (!statistics) return bounds;
  if (statistics->HasNullCount()) bounds.num_nulls = static_cast<std::uint64_t>(statistics->null_count());
  if (statistics->HasMinMax()) set_bounds(*statistics, column.type, bounds);
  bounds.has_no_nan = column.has_no_nan;
  return bounds;
}

}  // namespace treadle::io
