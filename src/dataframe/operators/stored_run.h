#pragma once

#include <cstddef>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/stored_rows.h"

namespace treadle::dataframe {

/// Rows in the order of a sort, in batches one behind the other, and what is known of their keys.
struct StoredRun {
  columnar::SchemaPtr schema;
  std::vector<StoredBatch> batches;
  RunSamples samples;
};
/// What a store has taken in that took samples.
StoredRun run_of(const RowStore& store);
/// What a run holds in memory if its rows are on disk.
std::size_t nbytes(const StoredRun& run);

/// The keys of a plan that decide: columns of the null type have one value, and a column that comes again has
/// decided.
std::vector<columnar::SortKey> deciding_keys(const Schema& schema, const SortPlan& plan);

}  // namespace treadle::dataframe
