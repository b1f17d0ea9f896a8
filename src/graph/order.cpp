#include "graph/order.h"

#include <algorithm>
#include <cstdint>

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
  explicit DepthFirst(const TaskGraph& graph) : graph_(graph), seen_(graph.num_tasks(), false) {
    order_.reserve(graph.num_tasks());
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

  const TaskGraph& graph_;
  std::vector<bool> seen_;
  std::vector<Step> path_;
  std::vector<TaskId> order_;
};

// Tasks that no other needs: every task is one or is needed by one.
std::vector<TaskId> sinks(const TaskGraph& graph) {
  std::vector<bool> needed(graph.num_tasks(), false);
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    for (const TaskOutput& input : graph.inputs(id)) needed[input.task] = true;
  }
  std::vector<TaskId> found;
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    if (!needed[id]) found.push_back(id);
  }
  return found;
}

}  // namespace

std::vector<TaskId> order(const TaskGraph& graph) {
  std::vector<TaskId> roots = sinks(graph);
  std::stable_sort(roots.begin(), roots.end(), [&](TaskId a, TaskId b) {
    return graph.task(a).resources.priority > graph.task(b).resources.priority;
  });
  DepthFirst walk(graph);
  for (const TaskId root : roots) walk.visit(root);
  return walk.take();
}

}  // namespace treadle::graph
