#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "columnar/selection.h"
#include "dataframe/operators/fragment_sink.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// A stable sort of all columns of the input. Text by its bytes; NaN above every number; -0.0 equals 0.0.
struct SortPlan {
  std::vector<columnar::SortKey> keys;
  /// Only the first rows in that order: a top-k, which holds little more than these.
  std::optional<std::int64_t> limit;
};

/// First half: sorts each strip by itself, in the thread that read it. One slot: a BatchList of sorted runs,
/// one batch a run, in strip order. Throws OutOfMemory if working memory cannot hold the rows, and TypeError
/// for keys that have no order (lists, structs).
std::shared_ptr<const SinkSpec> make_sort_runs(SortPlan plan);

/// Second half, one task: inputs are the runs of all tasks, in partition order. Answers with a BatchList in
/// order.
std::shared_ptr<const Operation> make_merge_runs(SortPlan plan);

}  // namespace treadle::dataframe
