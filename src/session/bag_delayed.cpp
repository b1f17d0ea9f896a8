#include <memory>
#include <utility>

#include "bag/bag_node.h"
#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "treadle/bag_exchange.h"
#include "treadle/key.h"
#include "treadle/operation.h"

// Bags of delayed values, and delayed values of bags: each is an operation that answers with the other's
// graph.
namespace treadle::bag {
namespace {

/// All partitions at once, so that what they share is in one graph.
class DelayedPartitions final : public Operation {
 public:
  DelayedPartitions(std::vector<DelayedNodePtr> partitions, const Key& identity)
      : partitions_(std::move(partitions)), identity_(identity) {}
  std::string_view name() const override { return "from_delayed"; }
  void add_to(KeyBuilder& key) const override { key.add(identity_); }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(partitions_.size()); }
  bool may_expand() const override { return true; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return Expansion{std::make_shared<TaskGraph>(delayed_graph(partitions_))};
  }

 private:
  std::vector<DelayedNodePtr> partitions_;
  Key identity_;
};

class FromDelayed final : public BagNode {
 public:
  FromDelayed(std::vector<DelayedNodePtr> partitions, const Key& identity)
      : BagNode(std::vector<NodePtr>()),
        num_blocks_(partitions.size()),
        identity_(identity),
        operation_(std::make_shared<const DelayedPartitions>(std::move(partitions), identity)) {}
  std::string_view kind() const override { return "FromDelayed"; }
  std::string parameters() const override { return std::to_string(num_blocks_) + " partitions"; }
  NodePtr with_inputs(std::vector<NodePtr>) const override { return shared_from_this(); }
  std::size_t num_blocks() const override { return num_blocks_; }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const TaskId task = lowering.graph().add(operation_);
    std::vector<TaskOutput> blocks;
    for (std::uint32_t slot = 0; slot < num_blocks_; ++slot) blocks.push_back({task, slot});
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  std::size_t num_blocks_;
  Key identity_;
  std::shared_ptr<const Operation> operation_;
};

/// A call that answers with the graph of a partition.
class PartitionOf final : public Callable {
 public:
  PartitionOf(NodePtr node, std::uint32_t partition)
      : partition_(session::choose_blocks({std::move(node)}, {{0, partition}})) {}
  std::string_view registered_name() const override { return {}; }
  std::string_view name() const override { return "to_delayed"; }
  bool answers_delayed() const override { return true; }
  Outcome call(std::span<const CallArgument>, std::span<const Value>) const override {
    return Expansion{std::make_shared<TaskGraph>(session::block_graph(std::span(&partition_, 1)).graph)};
  }

 private:
  NodePtr partition_;
};

}  // namespace

std::vector<DelayedNodePtr> to_delayed(const NodePtr& node) {
  std::vector<DelayedNodePtr> partitions;
  for (std::uint32_t i = 0; i < num_blocks(node); ++i)
    partitions.push_back(make_delayed_call(std::make_shared<const PartitionOf>(node, i), {}, {}));
  return partitions;
}

NodePtr from_delayed(std::vector<DelayedNodePtr> partitions) {
  if (partitions.empty()) return kept({});
  return std::make_shared<const FromDelayed>(std::move(partitions), unique_key());
}

}  // namespace treadle::bag
