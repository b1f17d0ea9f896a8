#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/stored_rows.h"
#include "io/source.h"

namespace treadle::dataframe {

/// Reads rows that are there, a million a strip wherever batches end. `columns`: positions of the columns to
/// deliver.
std::unique_ptr<io::PartitionReader> open_batches(std::vector<StoredBatch> batches,
                                                  std::vector<std::size_t> columns,
                                                  std::int64_t morsel_rows = 65536);

}  // namespace treadle::dataframe
