#pragma once

#include <span>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/sorted_pieces.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/key.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"

// What both halves of a sort use.
namespace treadle::dataframe {

/// The runs of a task's strips, of which a part lies on disk. As a Value it is pinned.
struct SortedRuns {
  columnar::SchemaPtr schema;
  std::vector<StoredRun> runs;
};
/// The runs as a Value: a BatchList with a batch a run if all is in memory, else SortedRuns, wholly on disk.
Value value_of_runs(const columnar::SchemaPtr& schema, std::vector<RowStore> runs, TaskContext& context);

void add_plan(KeyBuilder& key, const SortPlan& plan);
/// One run of `parts`, in their order where rows are equal; at most plan.limit rows. Its buffers are its own.
/// Lets go of the parts once they are copied together: with them, three times the rows are never in memory.
columnar::Batch sort_together(std::vector<columnar::Batch> parts, const SortPlan& plan);
/// The batch with the columns of `schema`, which are its first ones.
columnar::Batch first_columns(const columnar::Batch& batch, const columnar::SchemaPtr& schema);
/// Bytes that an operation's results hold, out of a reservation that its task was granted in advance.
class HeldBytes {
 public:
  explicit HeldBytes(Reservation& memory) : memory_(memory) {}
  std::size_t bytes() const noexcept { return bytes_; }
  /// Throws OutOfMemory.
  void add(std::size_t more) {
    bytes_ += more;
    if (bytes_ > memory_.bytes()) memory_.grow(bytes_ - memory_.bytes());
  }

 private:
  Reservation& memory_;
  std::size_t bytes_ = 0;
};

/// Sorted runs, equal rows in the order of the runs, as one list in order; at most plan.limit rows, only the
/// columns of `schema`, which are the first ones. Adds to `held` what the list holds. Idle threads help.
columnar::BatchList merge_sorted(std::vector<columnar::Batch> runs, const SortPlan& plan,
                                 const columnar::SchemaPtr& schema, HeldBytes& held, TaskContext& context);

/// The same for values that hold runs in order (SortedRuns; StoredRows with samples: one run; BatchList: a
/// run each batch), in memory or on disk. Answers with a BatchList, or with StoredRows where memory is short.
Value merge_values(std::span<const Value> inputs, const SortPlan& plan, const columnar::SchemaPtr& schema,
                   TaskContext& context);

}  // namespace treadle::dataframe
