#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dataframe/operators/deliver_sink.h"
#include "dataframe/operators/write_sink.h"
#include "dataframe/plan/node.h"
#include "lazy/blocks.h"
#include "treadle/task_graph.h"

// Lowering: from a plan to tasks. The plan is cut behind every node that needs all rows (Aggregate, Sort,
// Head):
//
//   Scan -> Filter -> Project -+-> Aggregate -> Project -> result        fragment 1: one task a partition of
//   the source,
//                              +-> Write                                 with two sinks; fragment 2: one task
//                              over the
//                                                                        groups
namespace treadle::dataframe {

/// Tasks for the results of a plan.
struct LoweredPlan {
  TaskGraph graph;
  /// For each root, which of the graph's outputs are its BatchLists, in order. None for a Write.
  std::vector<std::vector<std::size_t>> roots;
  /// What the run writes; abandoned unless it is published after the run.
  std::vector<std::shared_ptr<WriteTarget>> writes;
};

/// Lowers the plans of `roots`; Writes are staged. What roots share becomes one set of tasks.
/// `deliver`: where the rows of the only root go instead of into BatchLists.
/// Throws IoError, InvalidArgument for data sets that cannot be written.
LoweredPlan lower(std::span<const lazy::NodePtr> roots, std::shared_ptr<BatchChannel> deliver = nullptr);

/// Lowers plans without Writes into the graph of `blocks`, to which what blocks_below() says was added: all
/// rows of each root, as one BatchList.
std::vector<TaskOutput> lower_into(lazy::Lowering& blocks, std::span<const lazy::NodePtr> roots);

}  // namespace treadle::dataframe
