#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "treadle/compute_options.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

// What bags are made of, whatever their items: rows of partitions, and functions that make partitions of
// partitions. treadle/bag.h is the door to it; these functions are for bindings and for operations that a bag
// lacks.
namespace treadle::lazy {
class Node;
}

namespace treadle::bag {

/// A lazy row of partitions.
using NodePtr = std::shared_ptr<const lazy::Node>;

/// Makes a partition from others. Called by any thread, several at once. The context lives as long as the
/// call.
using BlockFunction =
    std::function<Value(std::span<const Value> inputs, std::size_t partition, TaskContext& context)>;
/// Makes several values of one partition: what goes to each of `count` others.
using SplitFunction =
    std::function<std::vector<Value>(const Value& input, std::size_t count, TaskContext& context)>;

/// Partitions that are there already, or are kept.
NodePtr kept(std::vector<Value> partitions);
/// A row of `count` blocks of any lazy value as partitions.
NodePtr of_blocks(NodePtr row, std::size_t count);
/// Partition i is made of the partitions i of all inputs; of an input of one partition, of that one.
NodePtr each(std::string name, BlockFunction function, std::vector<NodePtr> inputs);
/// One partition of all: `combine` sees up to `fan_in` neighbours at once, and what it made, until one is
/// left. An input of no partitions is one call without inputs.
NodePtr reduce(std::string name, BlockFunction combine, NodePtr input, std::size_t fan_in = 8);
/// Partition i is made of partition i and of what was made before it, in slots: `step` answers with the
/// partition and with what the next one gets. The first gets `first`.
using ChainFunction =
    std::function<std::vector<Value>(const Value& input, const Value& before, TaskContext& context)>;
NodePtr chain(std::string name, ChainFunction step, Value first, NodePtr input);
/// `parts` partitions: partition i is made of the values i that `split` makes of all partitions, in their
/// order.
NodePtr exchange(std::string name, SplitFunction split, BlockFunction merge, NodePtr input,
                 std::size_t parts);
/// The partitions of several, one row after the other.
NodePtr concat(std::vector<NodePtr> inputs);
/// Some partitions, in the order given. Throws InvalidArgument for one that there is not.
NodePtr choose(NodePtr input, std::vector<std::size_t> partitions);

/// How many partitions there are. Throws InternalError for a node of another kind of collection.
std::size_t num_blocks(const NodePtr& node);
/// Runs what makes the partitions, and waits.
std::vector<Value> compute(const NodePtr& node, const ComputeOptions& options = {});
/// Runs them and keeps the partitions, in memory or on disk.
NodePtr persist(const NodePtr& node, const ComputeOptions& options = {});
/// The steps, a line each, as they are written down; then, as they run.
std::string explain(const NodePtr& node);

}  // namespace treadle::bag
