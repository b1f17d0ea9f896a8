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

constexpr TaskId kNobody = UINT32_MAX;
constexpr std::uint32_t kHeld = 1U << 31;

// What the walk needs of a task, in half a cache line: it meets tasks that lie far apart, and waits for each
// of them once.
struct Node {
  std::uint32_t alive = 0;  // see values_alive()
  std::uint32_t num_inputs = 0;
  std::array<TaskId, 2> inputs{};  // if there are no more; of a task with one: it, and the reader after it
  std::uint32_t num_placed = 0;    // so many of the first inputs are in the order for sure
  std::uint32_t num_users = 0;     // that are not in the order yet; kHeld more for an output
  TaskId users = 0;                // the exclusive or of their ids: its last user's, once one is left
  TaskId reader = kNobody;         // of its users that need nothing else, the last; that one knows the others
};
static_assert(sizeof(Node) == 32);

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

// Calls `each` with the node of every input. That one of two is named twice is not rare: it counts once.
template <class Each>
void for_each_input(std::span<const TaskOutput> inputs, std::vector<Node>& nodes, Each&& each) {
  const bool twins = inputs.size() == 2 && inputs[0].task == inputs[1].task;
  for (const TaskOutput& input : inputs.first(twins ? 1 : inputs.size())) each(nodes[input.task]);
}

std::vector<Node> nodes_of(const TaskGraph::State& graph) {
  std::vector<Node> nodes(graph.records.size());
  std::vector<std::uint32_t> of_inputs;
  for (TaskId id = 0; id < nodes.size(); ++id) {
    const auto inputs = graph.inputs(id);
    Node& node = nodes[id];
    node.alive = values_alive(inputs, nodes, of_inputs);
    node.num_inputs = static_cast<std::uint32_t>(inputs.size());
    for (std::size_t i = 0; inputs.size() <= 2 && i < inputs.size(); ++i) node.inputs[i] = inputs[i].task;
    if (inputs.size() == 1) node.inputs[1] = std::exchange(nodes[inputs[0].task].reader, id);
    for_each_input(inputs, nodes, [&](Node& input) {
      ++input.num_users;
      input.users ^= id;
    });
  }
  for (const TaskOutput& output : graph.outputs) nodes[output.task].num_users |= kHeld;
  return nodes;
}

// Post-order: a task comes after all that it needs, and right after the last of them. But what several tasks
// need is used up while it is there: the last user of a value goes as soon as it can, because it frees a
// value for the one that it makes; and if a few tasks need nothing but that value and what they make of it is
// soon merged with others, or is a result, they all go at once, so that one is the last.
class DepthFirst {
 public:
  explicit DepthFirst(const TaskGraph::State& graph)
      : graph_(graph),
        nodes_(nodes_of(graph)),
        seen_(graph.records.size(), false),
        placed_(graph.records.size(), false) {
    order_.reserve(graph.records.size());
  }

  void visit(TaskId root) {
    path_.push_back({root, false});
    while (!path_.empty()) {
      const Step step = path_.back();
      path_.pop_back();
      if (step.left) {
        place(step.task);
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

  // And what goes at once after it.
  void place(TaskId first) {
    next_.push_back(first);
    while (!next_.empty()) {
      const TaskId task = next_.back();
      next_.pop_back();
      if (placed_[task]) continue;
      seen_[task] = placed_[task] = true;
      order_.push_back(task);
      for_each_input(graph_.inputs(task), nodes_, [&](Node& input) {
        input.users ^= task;
        if (--input.num_users == 1 && has_inputs(input.users)) push_next(input.users, task);
      });
      const Node& node = nodes_[task];
      if (node.num_users == 1 && has_inputs(node.users)) push_next(node.users, task);
      if (node.num_users > 2 && node.num_users <= kFewUsers) push_readers(task);
    }
  }

  void push_readers(TaskId task) {
    for (TaskId user = nodes_[task].reader; user != kNobody; user = nodes_[user].inputs[1]) {
      if (is_soon_merged(user)) push_next(user, task);
    }
  }

  void push_next(TaskId user, TaskId after) {
    if (graph_.records[user].priority >= graph_.records[after].priority) next_.push_back(user);
  }

  bool is_soon_merged(TaskId task) const {
    for (int steps = 0; steps < kSoon; ++steps) {
      const Node& node = nodes_[task];
      if ((node.num_users & kHeld) != 0) return true;
      if (node.num_users != 1) return false;
      task = node.users;
      if (nodes_[task].num_inputs > 1) return true;
    }
    return false;
  }

  bool has_inputs(TaskId task) {
    Node& node = nodes_[task];
    if (node.num_inputs <= node.inputs.size()) {
      return (node.num_inputs < 1 || placed_[node.inputs[0]]) &&
             (node.num_inputs < 2 || placed_[node.inputs[1]]);
    }
    const auto inputs = graph_.inputs(task);
    while (node.num_placed < inputs.size() && placed_[inputs[node.num_placed].task]) ++node.num_placed;
    return node.num_placed == inputs.size();
  }

  // If there are more, their results might be what fills the memory: parts of a file, all of a folder's
  // files.
  static constexpr std::uint32_t kFewUsers = 32;
  static constexpr int kSoon = 8;

  const TaskGraph::State& graph_;
  std::vector<Node> nodes_;
  std::vector<bool> seen_;
  std::vector<bool> placed_;
  std::vector<Step> path_;
  std::vector<TaskId> next_;
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
