#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "graph/task_graph_state.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

// How many values are alive at once while a task and all that it needs are run, as if nothing were shared
// (Sethi and Ullman's number): the input that needs most goes first, and the values of those before it wait.
std::vector<std::uint32_t> values_alive(const TaskGraph::State& graph) {
  std::vector<std::uint32_t> alive(graph.records.size());
  std::vector<std::uint32_t> of_inputs;
  for (TaskId id = 0; id < alive.size(); ++id) {
    const auto inputs = graph.inputs(id);
    std::uint32_t most = 1;
    if (inputs.size() <= 2) {
      const std::uint32_t a = inputs.empty() ? 1 : alive[inputs[0].task];
      const std::uint32_t b = inputs.size() < 2 ? 0 : alive[inputs[1].task];
      most = a == b ? a + 1 : std::max(a, b);
    } else {
      of_inputs.clear();
      for (const TaskOutput& input : inputs) of_inputs.push_back(alive[input.task]);
      std::sort(of_inputs.begin(), of_inputs.end(), std::greater<>());
      for (std::uint32_t i = 0; i < of_inputs.size(); ++i) most = std::max(most, of_inputs[i] + i);
    }
    alive[id] = most;
  }
  return alive;
}

// Post-order: a task comes after all that it needs, and right after the last of them.
class DepthFirst {
 public:
  explicit DepthFirst(const TaskGraph::State& graph)
      : graph_(graph), alive_(values_alive(graph)), seen_(graph.records.size(), false) {
    order_.reserve(graph.records.size());
  }

  void visit(TaskId root) {
    path_.push_back({root, false});
    while (!path_.empty()) {
      const Step step = path_.back();
      path_.pop_back();
      if (step.left) {
        order_.push_back(step.task);
      } else if (!seen_[step.task]) {
        seen_[step.task] = true;
        path_.push_back({step.task, true});
        push_inputs(step.task);
      }
    }
  }

  std::vector<TaskId> take() { return std::move(order_); }

 private:
  struct Step {
    TaskId task;
    bool left;  // all that it needs is in the order
  };

  // The last one pushed is the first one visited.
  void push_inputs(TaskId task) {
    const auto inputs = graph_.inputs(task);
    const std::size_t before = path_.size();
    bool sorted = true;
    for (std::size_t i = inputs.size(); i-- > 0;) {
      if (seen_[inputs[i].task]) continue;
      sorted = sorted && (path_.size() == before || alive_[path_.back().task] <= alive_[inputs[i].task]);
      path_.push_back({inputs[i].task, false});
    }
    if (sorted) return;
    std::stable_sort(path_.begin() + static_cast<std::ptrdiff_t>(before), path_.end(),
                     [&](const Step& a, const Step& b) { return alive_[a.task] < alive_[b.task]; });
  }

  const TaskGraph::State& graph_;
  std::vector<std::uint32_t> alive_;
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
