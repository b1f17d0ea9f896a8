#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "columnar/batch_list.h"
#include "dataframe/operators/sort_runs.h"
#include "memory/spill_file.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// A sorted run in a spill file, in blocks small enough that one of each of many runs is in memory at once.
class SpilledRun {
 public:
  /// Writes `run`, batches in order, to `file`.
  SpilledRun(const columnar::BatchList& run, std::shared_ptr<SpillFile> file);

  /// The next block; null at the end.
  std::shared_ptr<const columnar::Batch> next();
  /// What the largest block needs in memory.
  std::size_t block_bytes() const noexcept { return block_bytes_; }

 private:
  void write(const columnar::Batch& batch);

  std::shared_ptr<SpillFile> file_;
  std::vector<SpillBlock> blocks_;
  std::size_t next_ = 0;
  std::size_t block_bytes_ = 0;
};

/// merge_sorted() for runs on disk: besides the result, a block of each run is in memory.
columnar::BatchList merge_spilled(std::vector<SpilledRun> runs, const SortPlan& plan,
                                  const columnar::SchemaPtr& schema, HeldBytes& held, TaskContext& context);

}  // namespace treadle::dataframe
