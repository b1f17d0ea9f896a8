#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "io/source.h"

namespace treadle::dataframe {

/// Reads rows that are in memory, a million a strip. `columns`: positions of the columns to deliver.
std::unique_ptr<io::PartitionReader> open_batches(std::vector<columnar::Batch> batches,
                                                  std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows = 65536);

}  // namespace treadle::dataframe
