#pragma once

#include "engine/scheduler_state.h"
#include "engine/task_batch.h"

namespace treadle::engine {

/// Asks for the memory that running and finishing the batch's tasks will touch. They lie far apart, each
/// behind a chain of addresses: together, step by step, they wait for memory a few times, one after the other
/// some ten times a task. Called by the owner before open().
void prefetch(TaskBatch& batch, SchedulerState::Tasks tasks);

}  // namespace treadle::engine
