#include <algorithm>
#include <vector>

#include "graph/graph_copy.h"
#include "graph/task_graph_state.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

// Ids are in topological order: looking from the last to the first meets every user before what it uses.
std::vector<bool> needed_tasks(const TaskGraph::State& graph) {
  std::vector<bool> needed(graph.records.size(), false);
  for (const TaskOutput& output : graph.outputs) needed[output.task] = true;
  for (std::size_t id = needed.size(); id-- > 0;) {
    if (!needed[id]) continue;
    for (const TaskOutput& input : graph.inputs(static_cast<TaskId>(id))) needed[input.task] = true;
  }
  return needed;
}

}  // namespace

TaskGraph cull(TaskGraph graph) {
  const TaskGraph::State& arrays = graph.state();
  if (arrays.outputs.empty()) return graph;
  const std::vector<bool> needed = needed_tasks(arrays);
  if (std::find(needed.begin(), needed.end(), false) == needed.end()) return graph;
  GraphCopy copy(arrays);
  for (TaskId id = 0; id < needed.size(); ++id) {
    if (needed[id]) copy.add(id);
  }
  return copy.take();
}

}  // namespace treadle::graph
