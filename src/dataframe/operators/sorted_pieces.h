#pragma once

#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/stored_run.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

// Merging what does not fit memory. The order of all rows is cut into pieces of equally many, and each run is
// cut to match:
//
//   run 0:  a a b c | c d e | f f        samples of the runs, held in memory, say about where a run is cut;
//   run 1:  b b     | c c c | g h i      the blocks there say exactly. A piece is then read from all runs and
//           piece 0 | piece 1 | piece 2  sorted by whoever wants it: by any thread, without the others.
//
// So the rows in order are never written: only the runs are.
namespace treadle::dataframe {

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
