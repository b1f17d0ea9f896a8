#include <algorithm>
#include <utility>

#include "graph/fused_operation.h"
#include "graph/graph_copy.h"
#include "graph/task_graph_state.h"
#include "graph/value_operation.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

constexpr TaskId kNobody = UINT32_MAX;

// Which tasks run inside which.
class Chains {
 public:
  explicit Chains(const TaskGraph::State& graph) : graph_(graph), into_(graph.records.size(), kNobody) {
    std::vector<std::uint32_t> uses(into_.size(), 0);
    std::vector<TaskId> user(into_.size(), kNobody);
    for (TaskId id = 0; id < into_.size(); ++id) {
      for (const TaskOutput& input : graph.inputs(id)) {
        ++uses[input.task];
        user[input.task] = id;
      }
    }
    for (const TaskOutput& output : graph.outputs) uses[output.task] += 2;  // stays a task of its own
    for (TaskId id = 0; id < into_.size(); ++id) {
      if (uses[id] == 1 && joins(id, user[id])) into_[id] = user[id];
    }
  }

  bool any() const {
    return std::any_of(into_.begin(), into_.end(), [](TaskId user) { return user != kNobody; });
  }
  bool joined(TaskId id) const { return into_[id] != kNobody; }

  // The tasks that run inside `last`, in the order in which they run, and itself.
  std::vector<TaskId> members(TaskId last) const {
    std::vector<TaskId> found{last};
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const TaskOutput& input : graph_.inputs(found[i])) {
        if (into_[input.task] == found[i]) found.push_back(input.task);
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  // Operations lie far apart: tasks with inputs, which are no values, are told without a look at theirs.
  bool is_value(TaskId id) const {
    return graph_.inputs(id).empty() &&
           dynamic_cast<const ValueOperation*>(graph_.operation(id).operation.get()) != nullptr;
  }
  bool joins(TaskId id, TaskId user) const {
    if (graph_.records[id].resources() != graph_.records[user].resources()) return false;
    const auto inputs = graph_.inputs(user);
    const bool alone = std::all_of(inputs.begin(), inputs.end(), [&](const TaskOutput& input) {
      return input.task == id || is_value(input.task);
    });
    if (!alone && !is_value(id)) return false;
    const auto& own = graph_.operation(id);
    return own.num_slots == 1 && !own.operation->may_expand() &&
           !graph_.operation(user).operation->may_expand();
  }

  const TaskGraph::State& graph_;
  std::vector<TaskId> into_;
};

// Joins `members`; what they need from outside is appended to `inputs`.
std::shared_ptr<const Operation> join(const TaskGraph::State& graph, const std::vector<TaskId>& members,
                                      std::vector<TaskOutput>& inputs) {
  std::vector<FusedOperation::Step> steps;
  for (const TaskId id : members) {
    FusedOperation::Step step{graph.operation(id).operation, {}};
    for (const TaskOutput& input : graph.inputs(id)) {
      const auto place = std::lower_bound(members.begin(), members.end(), input.task);
      if (place != members.end() && *place == input.task) {
        step.inputs.push_back({static_cast<std::uint32_t>(place - members.begin()), 0});
      } else {
        step.inputs.push_back({FusedOperation::kExternal, static_cast<std::uint32_t>(inputs.size())});
        inputs.push_back(input);
      }
    }
    steps.push_back(std::move(step));
  }
  return std::make_shared<const FusedOperation>(std::move(steps));
}

}  // namespace

TaskGraph fuse(TaskGraph graph) {
  const TaskGraph::State& arrays = graph.state();
  const Chains chains(arrays);
  if (!chains.any()) return graph;
  GraphCopy copy(arrays);
  for (TaskId id = 0; id < arrays.records.size(); ++id) {
    if (chains.joined(id)) continue;
    const std::vector<TaskId> members = chains.members(id);
    if (members.size() == 1) {
      copy.add(id);
      continue;
    }
    std::vector<TaskOutput> inputs;
    auto operation = join(arrays, members, inputs);
    copy.add_as(id, std::move(operation), inputs);
  }
  return copy.take();
}

}  // namespace treadle::graph
