#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "graph/task_graph_state.h"
#include "treadle/task_graph.h"

namespace treadle::graph {

/// Builds one graph from tasks of another, which keep their keys: no key is computed again. Tasks are added
/// in the order of their ids, inputs before users.
class GraphCopy {
 public:
  explicit GraphCopy(const TaskGraph::State& from);

  /// Copies a task whose inputs were copied.
  void add(TaskId id);
  /// Copies a task's key and resources with another operation and other inputs, named as they are in the
  /// source.
  void add_as(TaskId id, std::shared_ptr<const Operation> operation, std::span<const TaskOutput> inputs);
  /// The graph, with the source's outputs, which must have been copied.
  TaskGraph take();

 private:
  void add_record(TaskId id, std::uint32_t operation, std::span<const TaskOutput> inputs);
  std::uint32_t copied_operation(std::uint32_t index);

  const TaskGraph::State& from_;
  std::unique_ptr<TaskGraph::State> to_;
  std::vector<TaskId> new_id_;
  std::vector<std::uint32_t> new_operation_;
};

}  // namespace treadle::graph
