#include <memory>
#include <utility>

#include "bag/bag_node.h"
#include "session/compute_blocks.h"
#include "treadle/bag_exchange.h"
#include "treadle/key.h"

// Bags of delayed values, and delayed values of bags: the tasks of one lie in the other's graph, so that what
// partitions share is done once.
namespace treadle::bag {
namespace {

class FromDelayed final : public BagNode {
 public:
  FromDelayed(std::vector<DelayedNodePtr> partitions, const Key& identity)
      : BagNode(std::vector<NodePtr>()), partitions_(std::move(partitions)), identity_(identity) {}
  std::string_view kind() const override { return "FromDelayed"; }
  std::string parameters() const override { return std::to_string(partitions_.size()) + " partitions"; }
  NodePtr with_inputs(std::vector<NodePtr>) const override { return shared_from_this(); }
  std::size_t num_blocks() const override { return partitions_.size(); }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return add_delayed(partitions_, lowering.graph());
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  std::vector<DelayedNodePtr> partitions_;
  Key identity_;
};

class Partitions final : public DelayedRow {
 public:
  explicit Partitions(NodePtr node) : node_(std::move(node)) {}
  std::vector<TaskOutput> add_to(TaskGraph& graph) const override {
    return session::add_blocks(node_, graph);
  }

 private:
  NodePtr node_;
};

}  // namespace

std::vector<DelayedNodePtr> to_delayed(const NodePtr& node) {
  const auto row = std::make_shared<const Partitions>(node);
  std::vector<DelayedNodePtr> partitions;
  for (std::uint32_t i = 0; i < num_blocks(node); ++i) partitions.push_back(make_delayed_place(row, i));
  return partitions;
}

NodePtr from_delayed(std::vector<DelayedNodePtr> partitions) {
  if (partitions.empty()) return kept({});
  return std::make_shared<const FromDelayed>(std::move(partitions), unique_key());
}

}  // namespace treadle::bag
