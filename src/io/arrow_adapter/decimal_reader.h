#pragma once

#include <parquet/column_reader.h>

#include <cstdint>
#include <memory>

#include "columnar/column.h"
#include "treadle/data_type.h"

namespace treadle::io {

/// Reads a column of decimals that are stored as integers: widens them where they end up, which is one pass
/// less than Arrow takes. One thread at a time; throws as Parquet does (see guarded()).
class DecimalReader {
 public:
  virtual ~DecimalReader() = default;
  /// The next `rows`, which the column must have.
  virtual columnar::Column read(std::int64_t rows) = 0;
};

/// Whether make_decimal_reader() reads such a column.
bool is_integer_decimal(const parquet::ColumnDescriptor& column, const DataType& type);
std::unique_ptr<DecimalReader> make_decimal_reader(std::shared_ptr<parquet::ColumnReader> column,
                                                   const DataType& type);

}  // namespace treadle::io
