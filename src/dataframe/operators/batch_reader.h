#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/strip_rows.h"
#include "io/source.h"

namespace treadle::dataframe {

/// Which of the rows that are there are read, and how these are cut.
struct RowStrips {
  /// Rows before the first that is read.
  std::int64_t begin = 0;
  StripRows strips;
};

/// Reads rows that are there, in strips wherever batches end. `columns`: positions of the columns to deliver.
std::unique_ptr<io::PartitionReader> open_batches(std::vector<StoredBatch> batches, const RowStrips& range,
                                                  std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows = 65536);
/// All rows, a million a strip.
std::unique_ptr<io::PartitionReader> open_batches(std::vector<StoredBatch> batches,
                                                  std::vector<std::size_t> columns);
/// All rows, in strips of whole batches, small ones together: what is easiest to read.
std::unique_ptr<io::PartitionReader> open_whole_batches(std::vector<StoredBatch> batches,
                                                        std::vector<std::size_t> columns);

}  // namespace treadle::dataframe
