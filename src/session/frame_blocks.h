#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "lazy/node.h"
#include "treadle/compute_options.h"
#include "treadle/data_frame.h"
#include "treadle/value.h"

// Data frames among collections that are made of blocks: both ways, within one graph.
namespace treadle::session {

/// A row of blocks, each all rows of one of `frames`, as a BatchList.
lazy::NodePtr frame_blocks(const std::vector<DataFrame>& frames);

/// If `node` is made by frame_blocks(): the same of plans in which `step` has replaced nodes, whose inputs
/// are replaced already; where it answers with null, a node stays. Null for any other node.
lazy::NodePtr map_frame_steps(const lazy::NodePtr& node,
                              const std::function<lazy::NodePtr(const lazy::NodePtr&)>& step);

/// A row of blocks, one for each partition of the frame: its rows, as a BatchList.
lazy::NodePtr partition_blocks(const DataFrame& frame);

/// A frame whose partitions are the blocks of `rows`, a BlockNode. Each must hold a BatchList with the
/// columns of `schema`, else the run ends with a TypeError.
DataFrame frame_of_blocks(lazy::NodePtr rows, std::size_t num_blocks, const Schema& schema);

/// Computes the rows and keeps them, in memory or on disk, in as many partitions.
DataFrame persist(const DataFrame& frame, const ComputeOptions& options = {});
/// The partitions of such a frame, in memory; nothing for another.
std::optional<std::vector<Value>> kept_partitions(const DataFrame& frame);

/// The same roots, in which frames that do not need one another are planned as one: what they read alike is
/// read once.
std::vector<lazy::NodePtr> plan_frames_together(std::vector<lazy::NodePtr> roots);

}  // namespace treadle::session
