#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "lazy/node.h"
#include "treadle/data_frame.h"

// Data frames among collections that are made of blocks: both ways, within one graph.
namespace treadle::session {

/// A row of blocks, each all rows of one of `frames`, as a BatchList.
lazy::NodePtr frame_blocks(const std::vector<DataFrame>& frames);

/// If `node` is made by frame_blocks(): the same of plans in which `step` has replaced nodes, whose inputs
/// are replaced already; where it answers with null, a node stays. Null for any other node.
lazy::NodePtr map_frame_steps(const lazy::NodePtr& node,
                              const std::function<lazy::NodePtr(const lazy::NodePtr&)>& step);

/// A frame whose partitions are the blocks of `rows`, a BlockNode. Each must hold a BatchList with the
/// columns of `schema`, else the run ends with a TypeError.
DataFrame frame_of_blocks(lazy::NodePtr rows, std::size_t num_blocks, const Schema& schema);

/// The same roots, in which frames that do not need one another are planned as one: what they read alike is
/// read once.
std::vector<lazy::NodePtr> plan_frames_together(std::vector<lazy::NodePtr> roots);

}  // namespace treadle::session
