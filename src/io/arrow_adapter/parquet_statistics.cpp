#include <arrow/array.h>
#include <arrow/scalar.h>
#include <parquet/arrow/reader.h>
#include <parquet/statistics.h>

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
    case arrow::Type::TIME32:
      return {type, std::int64_t{value_of<arrow::Time32Scalar>(scalar)}};
    case arrow::Type::TIME64:
      return {type, std::int64_t{value_of<arrow::Time64Scalar>(scalar)}};
    case arrow::Type::TIMESTAMP:
      return {type, std::int64_t{value_of<arrow::TimestampScalar>(scalar)}};
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
      return {type, text()};
    default:
      return {};
  }
}

/// The unit that the file stores may be another one than the column's (Parquet has no seconds): such bounds
/// are not used.
bool same_unit(const arrow::Scalar& scalar, const DataType& type) {
  switch (scalar.type->id()) {
    case arrow::Type::TIMESTAMP:
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return from_arrow(*scalar.type).unit() == type.unit();
    default:
      return true;
  }
}

bool fits(const arrow::Scalar& scalar, const DataType& type) {
  switch (type.id()) {
    case TypeId::kDecimal128:
    case TypeId::kDuration:
      return false;
    default:
      return scalar.is_valid && same_unit(scalar, type);
  }
}

void set_bounds(const parquet::Statistics& statistics, const DataType& type, ColumnBounds& bounds) {
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
  return bounds;
}

}  // namespace treadle::io
