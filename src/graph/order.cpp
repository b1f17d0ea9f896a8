#include "graph/order.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "graph/task_graph_state.h"

namespace treadle::graph {
namespace {

// One task on the way down, and which of its inputs is looked at next.
struct Step {
  TaskId task;
  std::uint32_t next_input;
};

// Post-order: a task comes after all that it needs, and right after the last of them.
class DepthFirst {
 public:
  explicit DepthFirst(const TaskGraph::State& graph) : graph_(graph), seen_(graph.records.size(), false) {
    order_.reserve(graph.records.size());
  }

  void visit(TaskId root) {
    if (seen_[root]) return;
    enter(root);
    while (!path_.empty()) {
      Step& step = path_.back();
      const auto inputs = graph_.inputs(step.task);
      if (step.next_input == inputs.size()) {
        order_.push_back(step.task);
        path_.pop_back();
        continue;
      }
      const TaskId input = inputs[step.next_input++].task;
      if (!seen_[input]) enter(input);
    }
  }

  std::vector<TaskId> take() { return std::move(order_); }

 private:
  void enter(TaskId task) {
    seen_[task] = true;
    path_.push_back({task, 0});
  }

  const TaskGraph::State& graph_;
  std::vector<bool> seen_;
  std::vector<Step> path_;
  std::vector<TaskId> order_;
};

// Tasks that no other needs: every task is one or is needed by one.
std::vector<TaskId> sinks(const TaskGraph::State& graph) {
  std::vector<bool> needed(graph.records.size(), false);
  for (const TaskOutput& edge : graph.edges) needed[edge.task] = true;
  std::vector<TaskId> found;
  for (TaskId id = 0; id < graph.records.size(); ++id) {
    if (!needed[id]) found.push_back(id);
  }
  return found;
}

}  // namespace

std::vector<TaskId> order(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  std::vector<TaskId> roots = sinks(arrays);
  if (arrays.has_priorities) {
    std::stable_sort(roots.begin(), roots.end(), [&](TaskId a, TaskId b) {
      return arrays.records[a].priority > arrays.records[b].priority;
    });
  }
  DepthFirst walk(arrays);
  for (const TaskId root : roots) walk.visit(root);
  return walk.take();
}

}  // namespace treadle::graph
