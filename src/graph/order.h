#pragma once

#include <vector>

#include "treadle/task_graph.h"

namespace treadle::graph {

/// All tasks in the order in which they should run: inputs before users, larger Resources::priority first
/// where the graph leaves a choice, and otherwise depth first, so that what was begun is finished before more
/// is begun and few values are alive at once. Depends on the graph only. Never recurses.
std::vector<TaskId> order(const TaskGraph& graph);

}  // namespace treadle::graph
