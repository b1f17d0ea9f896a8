#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/task_context.h"

// Merging what does not fit memory. The order of all rows is cut into pieces of equally many, and each run is
// cut to match:
//
//   run 0:  a a b c | c d e | f f        samples of the runs, held in memory, say about where a run is cut;
//   run 1:  b b     | c c c | g h i      the blocks there say exactly. A piece is then read from all runs and
//           piece 0 | piece 1 | piece 2  sorted by whoever wants it: by any thread, without the others.
//
// So the rows in order are never written: only the runs are.
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

/// The rows of all runs, which lie on disk, in order, equal ones in the order of the runs; at most plan.limit
/// rows, and only the columns of `schema`, which are their first ones. The Value is StoredRows: nothing but a
/// few blocks is read before its pieces are wanted, unless there are more runs than memory has room for
/// blocks: then some at a time become one first. A piece ends wherever a multiple of a million rows does.
/// Idle threads help.
Value merge_stored(std::vector<StoredRun> runs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                   SpillTarget& target, TaskContext& context);

/// The same, appended to `merged`, which keeps the columns of its schema: for rows that are read more than
/// once.
void merge_into(RowStore& merged, std::vector<StoredRun> runs, const SortPlan& plan, SpillTarget& target,
                TaskContext& context);

}  // namespace treadle::dataframe
