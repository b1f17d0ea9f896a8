#pragma once

#include <vector>

#include "treadle/task_context.h"
#include "treadle/task_graph.h"
#include "treadle/value.h"

namespace treadle::graph {

/// Keeps a task's value; others are spilled for it, if need be. If there are none it is there all the same.
Value keep(Value value, TaskContext& context);
/// Puts values in the places of their handles. Others are spilled for those that lie on disk, which come back
/// whether or not that is enough: for who cannot wait until there is room.
void bring_back(std::vector<Value>& values, TaskContext& context);

/// Adds an output whose value outlives the run: it is kept (memory/kept_values.h) as soon as it is there, and
/// what the run answers with is a claim on it, for kept_value().
void add_kept_output(TaskGraph& graph, TaskOutput output);

/// The value of such an output: a handle, or itself if it is small. Throws TypeError for any other.
Value kept_value(const Value& output);

}  // namespace treadle::graph
