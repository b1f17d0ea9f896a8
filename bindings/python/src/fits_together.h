#pragma once

#include <span>
#include <string>

#include "treadle/task_graph.h"

namespace treadle::python {

/// Adds what a task that takes many blocks at once waits for: its inputs come from disk before it could ask
/// for memory, so whether they fit is found out by their sizes before. The task has a value once the memory
/// for all of `blocks` was there at once; else it fails with OutOfMemory, which names `what` and ends with
/// `advice`.
TaskOutput fits_together(TaskGraph& graph, std::span<const TaskOutput> blocks, const std::string& what,
                         const std::string& advice);

}  // namespace treadle::python
