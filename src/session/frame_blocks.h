#pragma once

#include <cstddef>
#include <vector>

#include "lazy/node.h"
#include "treadle/data_frame.h"

// Data frames among collections that are made of blocks: both ways, within one graph.
namespace treadle::session {

/// A row of blocks, each all rows of one of `frames`, as a BatchList.
lazy::NodePtr frame_blocks(const std::vector<DataFrame>& frames);

/// A frame whose partitions are the blocks of `rows`, a BlockNode. Each must hold a BatchList with the
/// columns of `schema`, else the run ends with a TypeError.
DataFrame frame_of_blocks(lazy::NodePtr rows, std::size_t num_blocks, const Schema& schema);

/// The same roots, in which frames that do not need one another are planned as one: what they read alike is
/// read once.
std::vector<lazy::NodePtr> plan_frames_together(std::vector<lazy::NodePtr> roots);

}  // namespace treadle::session
