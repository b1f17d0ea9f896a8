#include <algorithm>
#include <numeric>
#include <utility>

#include "graph/task_graph_state.h"
#include "treadle/graph.h"

namespace treadle::graph {

std::vector<std::uint32_t> levels(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  std::vector<std::uint32_t> level(arrays.records.size(), 0);
  for (TaskId id = 0; id < level.size(); ++id) {
    for (const TaskOutput& input : arrays.inputs(id)) level[id] = std::max(level[id], level[input.task] + 1);
  }
  return level;
}

Shape shape(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  Shape shape;
  shape.num_tasks = arrays.records.size();
  shape.num_edges = arrays.edges.size();
  std::vector<bool> used(shape.num_tasks, false);
  for (const TaskOutput& edge : arrays.edges) used[edge.task] = true;
  shape.num_sinks = static_cast<std::size_t>(std::count(used.begin(), used.end(), false));
  std::vector<std::size_t> tasks_on_level;
  for (const std::uint32_t level : levels(graph)) {
    if (level >= tasks_on_level.size()) tasks_on_level.resize(level + 1, 0);
    ++tasks_on_level[level];
  }
  shape.depth = tasks_on_level.size();
  if (shape.depth == 0) return shape;
  shape.num_sources = tasks_on_level[0];
  shape.width = *std::max_element(tasks_on_level.begin(), tasks_on_level.end());
  return shape;
}

std::vector<TaskId> critical_path(const TaskGraph& graph) {
  const std::vector<std::uint32_t> level = levels(graph);
  std::vector<TaskId> path;
  if (level.empty()) return path;
  auto task = static_cast<TaskId>(std::max_element(level.begin(), level.end()) - level.begin());
  path.push_back(task);
  while (level[task] != 0) {
    const auto inputs = graph.state().inputs(task);
    const auto on_path = std::find_if(inputs.begin(), inputs.end(), [&](const TaskOutput& input) {
      return level[input.task] + 1 == level[task];
    });
    path.push_back(task = on_path->task);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Dependents::Dependents(const TaskGraph& graph) : begin_(graph.num_tasks() + 1, 0) {
  const TaskGraph::State& arrays = graph.state();
  std::vector<TaskId> last_user(arrays.records.size(), UINT32_MAX);  // a task may use another several times
  const auto each_use = [&](auto&& found) {
    std::fill(last_user.begin(), last_user.end(), UINT32_MAX);
    for (TaskId id = 0; id < last_user.size(); ++id) {
      for (const TaskOutput& input : arrays.inputs(id)) {
        if (std::exchange(last_user[input.task], id) != id) found(input.task, id);
      }
    }
  };
  each_use([&](TaskId used, TaskId) { ++begin_[used + 1]; });
  std::inclusive_scan(begin_.begin(), begin_.end(), begin_.begin());
  users_.resize(begin_.back());
  std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
  each_use([&](TaskId used, TaskId user) { users_[next[used]++] = user; });
}

}  // namespace treadle::graph
