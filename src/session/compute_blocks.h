#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lazy/node.h"
#include "lazy/rewrite.h"
#include "treadle/compute_options.h"
#include "treadle/task_graph.h"
#include "treadle/value.h"

// Results of collections of all kinds, by one graph.
//
//   lazy nodes --rules of each room--> better ones --share_equal--> one node a piece of work
//              --Lowering-->  one TaskGraph  --engine--> the blocks of each root
namespace treadle::session {

/// The rules of the rooms whose steps are made of blocks, in the order in which they are applied. A room adds
/// its own in compute_blocks.cpp.
std::span<const lazy::Rule> block_rules();

/// The graph of `roots`, which are BlockNodes, and its outputs: the blocks of each root, root after root.
struct BlockGraph {
  TaskGraph graph;
  /// How many blocks each root has.
  std::vector<std::size_t> num_blocks;
};
/// What becomes of the values of a graph's outputs.
enum class Results : std::uint8_t {
  kTaken,  ///< they are the answer
  kKept,   ///< they outlive the run: graph::kept_value() has their handles
};
/// `optimize`: whether rules are applied; results are the same.
BlockGraph block_graph(std::span<const lazy::NodePtr> roots, bool optimize = true,
                       Results results = Results::kTaken);

/// Adds the tasks of `root`'s blocks to a graph, whose maker culls it: where the blocks are, in order.
std::vector<TaskOutput> add_blocks(const lazy::NodePtr& root, TaskGraph& graph);

/// Computes `roots` together and waits: the blocks of each, in its order. What they share is done once.
/// Throws what the run ended with.
std::vector<std::vector<Value>> compute_blocks(std::span<const lazy::NodePtr> roots,
                                               const ComputeOptions& options = {});

/// The same, but the blocks stay where they are, in memory or on disk: handles (memory/kept_values.h), which
/// kept_blocks() takes.
std::vector<std::vector<Value>> persist_blocks(std::span<const lazy::NodePtr> roots,
                                               const ComputeOptions& options = {});

}  // namespace treadle::session
