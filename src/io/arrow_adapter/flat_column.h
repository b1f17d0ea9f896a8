#pragma once

#include <parquet/metadata.h>

#include <memory>

#include "columnar/column.h"
#include "io/arrow_adapter/input_file.h"
#include "io/arrow_adapter/page_cursor.h"
#include "treadle/data_type.h"

namespace treadle::io {

/// Reads a column that is not nested, from its pages into columns of ours, wanted rows only: that is a pass
/// or two less than Arrow takes. One thread at a time; throws as Parquet does (see guarded()).
class FlatColumn {
 public:
  virtual ~FlatColumn() = default;
  /// The rows wanted, at least one, of the next `rows.num_rows`, which the column must have. The rest is
  /// passed over.
  virtual columnar::Column read(const RowSelection& rows) = 0;
  /// Passes over rows: their pages are not unpacked unless they hold others, too.
  virtual void skip(std::int64_t rows) = 0;
};

/// Whether open_flat_column() reads a chunk as `type`: numbers, dates, times and decimals that are stored as
/// the integers or floats that they are in memory, or as narrower ones, and text.
bool is_flat_column(const parquet::ColumnDescriptor& descriptor, const parquet::ColumnChunkMetaData& chunk,
                    const DataType& type);
/// `pool` outlives all that is read. Text comes as codes if the chunk has nothing else, and they save
/// anything: a dictionary with most rows' texts does not. `keeps_codes`: or whatever they save, as the order
/// of the dictionary means something.
std::unique_ptr<FlatColumn> open_flat_column(const std::shared_ptr<InputFile>& file,
                                             const parquet::FileMetaData& metadata, int row_group, int leaf,
                                             const DataType& type, bool keeps_codes,
                                             const std::shared_ptr<arrow::MemoryPool>& pool);

}  // namespace treadle::io
