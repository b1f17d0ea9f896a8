#pragma once

#include <span>
#include <vector>

#include "lazy/node.h"
#include "treadle/compute_options.h"
#include "treadle/future.h"

namespace treadle::session {

/// persist_blocks() that does not wait: a future for each block of each root, all of one run on
/// `options.engine`, which is set. A failure of the run is that of every block; cancelling one cancels all.
/// Throws what writing the graph down throws.
std::vector<std::vector<FutureStatePtr>> persist_later(std::span<const lazy::NodePtr> roots,
                                                       const ComputeOptions& options);

}  // namespace treadle::session
