#pragma once

#include "lazy/node.h"
#include "treadle/future.h"

namespace treadle::session {

/// One block: the value of a future. Where it is needed before it is there, its task waits, and its thread
/// works on it meanwhile if it can. What the future failed with is what the task fails with.
lazy::NodePtr waited_block(FutureStatePtr future);

}  // namespace treadle::session
