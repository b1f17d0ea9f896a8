#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// Rows in the order of a sort, in batches one behind the other.
using StoredRun = std::vector<StoredBatch>;

/// Merges runs piece by piece: of each, one batch is in memory. What comes before the last row of some run's
/// batch, in every run, is brought together and sorted. Equal rows come in the order of the runs.
class RunMerge {
 public:
  /// `plan` without a limit; outlives the merge.
  RunMerge(std::vector<StoredRun> runs, const SortPlan& plan);
  /// The next rows, run by run: brought together and sorted they are the next in order. None at the end.
  std::vector<columnar::Batch> next();
  /// What the runs' loaded batches have in memory, at most. Sorting next() takes twice that besides.
  static std::size_t bytes_for(std::span<const StoredRun> runs);

 private:
  struct Cursor {
    StoredRun rest;
    std::size_t next = 0;                 // of `rest`, the batch to load
    std::optional<columnar::Batch> rows;  // loaded, not yet answered with
  };
  void load(Cursor& cursor);
  /// The run whose loaded rows end first of those that have more; none if none has.
  std::optional<std::size_t> first_to_end() const;
  std::int64_t rows_up_to(std::size_t run, std::size_t bound) const;

  std::vector<Cursor> cursors_;
  const SortPlan& plan_;
};

/// Merges runs however many there are: where their batches do not fit memory together, some runs at a time
/// become one on disk first. Appends the rows to `merged` in order, at most plan.limit of them, with the
/// columns of its schema, which are their first ones. Idle threads sort and write.
void merge_stored(std::vector<StoredRun> runs, const SortPlan& plan, RowStore& merged, SpillTarget& target,
                  TaskContext& context);

}  // namespace treadle::dataframe
