#pragma once

#include <vector>

#include "lazy/node.h"
#include "treadle/future.h"

namespace treadle::session {

/// A block for each future: its value. Where it is needed before it is there, its task waits, and its thread
/// works on it meanwhile if it can. What the future failed with is what the task fails with.
lazy::NodePtr waited_blocks(std::vector<FutureStatePtr> futures);

/// The futures of a node of waited_blocks(); none of another.
std::vector<FutureStatePtr> waited_of(const lazy::NodePtr& node);
/// All that a node and what it is made of wait for, each once.
std::vector<FutureStatePtr> waited_below(const lazy::NodePtr& node);

}  // namespace treadle::session
