#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "graph/task_graph_state.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

// What the walk needs of a task, in a quarter of a cache line: it meets tasks that lie far apart, and waits
// for each of them once.
struct Node {
  std::uint32_t alive = 0;  // see values_alive()
  std::uint32_t num_inputs = 0;
  std::array<TaskId, 2> inputs{};  // if there are no more
};

// How many values are alive at once while a task and all that it needs are run, as if nothing were shared
// (Sethi and Ullman's number): the input that needs most goes first, and the values of those before it wait.
std::uint32_t values_alive(std::span<const TaskOutput> inputs, const std::vector<Node>& nodes,
                           std::vector<std::uint32_t>& of_inputs) {
  if (inputs.size() <= 2) {
    const std::uint32_t a = inputs.empty() ? 1 : nodes[inputs[0].task].alive;
    const std::uint32_t b = inputs.size() < 2 ? 0 : nodes[inputs[1].task].alive;
    return a == b ? a + 1 : std::max(a, b);
  }
  of_inputs.clear();
  for (const TaskOutput& input : inputs) of_inputs.push_back(nodes[input.task].alive);
  std::sort(of_inputs.begin(), of_inputs.end(), std::greater<>());
  std::uint32_t most = 1;
  for (std::uint32_t i = 0; i < of_inputs.size(); ++i) most = std::max(most, of_inputs[i] + i);
  return most;
}

std::vector<Node> nodes_of(const TaskGraph::State& graph) {
  std::vector<Node> nodes(graph.records.size());
  std::vector<std::uint32_t> of_inputs;
  for (TaskId id = 0; id < nodes.size(); ++id) {
    const auto inputs = graph.inputs(id);
    nodes[id] = {values_alive(inputs, nodes, of_inputs), static_cast<std::uint32_t>(inputs.size()), {}};
    if (inputs.size() > 2) continue;
    for (std::size_t i = 0; i < inputs.size(); ++i) nodes[id].inputs[i] = inputs[i].task;
  }
  return nodes;
}

// Post-order: a task comes after all that it needs, and right after the last of them.
class DepthFirst {
 public:
  explicit DepthFirst(const TaskGraph::State& graph)
      : graph_(graph), nodes_(nodes_of(graph)), seen_(graph.records.size(), false) {
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

  // The last one pushed is the first one visited: the one that needs most, of equals the one named first.
  void push_inputs(TaskId task) {
    const Node& node = nodes_[task];
    if (node.num_inputs > node.inputs.size()) return push_many(task);
    const auto push = [&](TaskId input) {
      if (!seen_[input]) path_.push_back({input, false});
    };
    if (node.num_inputs == 1) return push(node.inputs[0]);
    if (node.num_inputs == 0) return;
    const auto [a, b] = node.inputs;
    const bool b_first = nodes_[b].alive > nodes_[a].alive;
    push(b_first ? a : b);
    push(b_first ? b : a);
  }

  void push_many(TaskId task) {
    const auto inputs = graph_.inputs(task);
    const auto before = static_cast<std::ptrdiff_t>(path_.size());
    for (std::size_t i = inputs.size(); i-- > 0;) {
      if (!seen_[inputs[i].task]) path_.push_back({inputs[i].task, false});
    }
    std::stable_sort(path_.begin() + before, path_.end(), [&](const Step& a, const Step& b) {
      return nodes_[a.task].alive < nodes_[b.task].alive;
    });
  }

  const TaskGraph::State& graph_;
  std::vector<Node> nodes_;
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
