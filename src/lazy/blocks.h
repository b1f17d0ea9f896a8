#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "lazy/node.h"
#include "treadle/task_graph.h"

// What collections of different rooms have in common once they become tasks: a row of blocks.
//
//   array      its chunks, in C order              one graph holds all of them, so that a call may take an
//   bag        its partitions                      array's chunk, a bag may be made of calls, and what two
//   delayed    the call's one value                results share is computed once
namespace treadle::lazy {

class Lowering;

/// A step whose result is a row of blocks, each one slot of one task. Its inputs are BlockNodes, too.
class BlockNode : public Node {
 public:
  using Node::Node;
  /// Adds the tasks that make the blocks to `lowering.graph()`. The inputs' tasks are there.
  virtual std::vector<TaskOutput> lower(Lowering& lowering) const = 0;
};

/// Turns BlockNodes into tasks of one graph. A node is lowered once, however many use it.
class Lowering {
 public:
  /// `graph` outlives the lowering.
  explicit Lowering(TaskGraph& graph) : graph_(graph) {}

  TaskGraph& graph() noexcept { return graph_; }
  /// Lowers what `roots` need, inputs first. Throws InternalError for a node that is no BlockNode, and what
  /// lower() throws.
  void add(std::span<const NodePtr> roots);
  /// The blocks of a node that was added, or of an input of the node that is being lowered.
  const std::vector<TaskOutput>& blocks(const NodePtr& node) const { return blocks_.at(node.get()); }

 private:
  TaskGraph& graph_;
  std::unordered_map<const Node*, std::vector<TaskOutput>> blocks_;
};

}  // namespace treadle::lazy
