#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/stored_run.h"
#include "treadle/task_context.h"

// Where the order of the rows of several runs is cut, found without reading the runs: samples in memory say
// between which rows of each run a cut lies, and the blocks there say exactly.
namespace treadle::dataframe {

/// A run with the places of its rows.
class PlacedRun {
 public:
  explicit PlacedRun(StoredRun run);

  std::int64_t num_rows() const noexcept { return begins_.back(); }
  const std::vector<StoredBatch>& batches() const noexcept { return run_.batches; }
  const RunSamples& samples() const noexcept { return run_.samples; }
  /// What loading rows [begin, end) takes.
  std::size_t load_bytes(std::int64_t begin, std::int64_t end) const;
  /// Appends rows [begin, end) to `parts`.
  void load(std::int64_t begin, std::int64_t end, std::vector<columnar::Batch>& parts) const;

 private:
  std::size_t batch_of(std::int64_t row) const;

  StoredRun run_;
  std::vector<std::int64_t> begins_;  // of each batch, and the end of the last
};

/// Of each run, how many rows come before a cut.
using Cut = std::vector<std::int64_t>;

/// The cuts with `ranks` rows before them, which ascend, in the order of `keys`; equal rows in the order of
/// the runs. Reads a few blocks at each cut. Idle threads help.
std::vector<Cut> find_cuts(std::span<const PlacedRun> runs, std::span<const columnar::SortKey> keys,
                           std::span<const std::int64_t> ranks, TaskContext& context);

}  // namespace treadle::dataframe
