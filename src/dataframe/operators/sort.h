#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "columnar/selection.h"
#include "dataframe/operators/fragment_sink.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Of the rows that are equal in the first `num_keys` keys, a group, only the first `count` matter.
struct GroupLimit {
  std::size_t num_keys = 0;
  std::int64_t count = 0;
  /// And those that are equal to the last of these in all keys.
  bool with_equals = false;
};

/// A stable sort of all columns of the input. Text by its bytes; NaN above every number; -0.0 equals 0.0.
struct SortPlan {
  std::vector<columnar::SortKey> keys;
  /// Only the first rows in that order: a top-k, which holds little more than these.
  std::optional<std::int64_t> limit;
  /// Rows that do not matter may be left out: which are depends on threads and memory.
  std::optional<GroupLimit> of_groups = std::nullopt;
};

void add_limit(KeyBuilder& key, const GroupLimit& limit);

/// First half: sorts each strip by itself, in the thread that read it, in several runs where memory is short.
/// One slot: the runs in strip order, on disk where memory is short. Throws TypeError for keys that have no
/// order (lists, structs); OutOfMemory if working memory cannot hold a top-k.
std::shared_ptr<const SinkSpec> make_sort_runs(SortPlan plan);

/// Second half, one task: inputs are the runs of all tasks, in partition order. Answers with the rows in
/// order: a BatchList, or StoredRows where memory is short.
std::shared_ptr<const Operation> make_merge_runs(SortPlan plan);

}  // namespace treadle::dataframe
