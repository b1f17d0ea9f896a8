#include "lazy/blocks.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle::lazy {
namespace {

/// `number_of_blocks` blocks: block i is i plus block i of every input.
class Blocks final : public BlockNode {
 public:
  Blocks(int number_of_blocks, std::vector<NodePtr> inputs)
      : BlockNode(std::move(inputs)), number_of_blocks_(number_of_blocks) {}
  std::string_view kind() const override { return "Blocks"; }
  std::string parameters() const override { return std::to_string(number_of_blocks_); }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Blocks>(number_of_blocks_, std::move(inputs));
  }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    ++times_lowered;
    std::vector<TaskOutput> blocks;
    for (int i = 0; i < number_of_blocks_; ++i) {
      std::vector<TaskOutput> below;
      for (const NodePtr& input : inputs()) below.push_back(lowering.blocks(input)[i]);
      blocks.push_back({lowering.graph().add(graph::sum_operation(i), below)});
    }
    return blocks;
  }
  mutable int times_lowered = 0;

 protected:
  void add_to(KeyBuilder& key) const override { key.add(number_of_blocks_); }

 private:
  int number_of_blocks_;
};

/// A step of another kind.
class Other final : public Node {
 public:
  Other() : Node({}) {}
  std::string_view kind() const override { return "Other"; }
  std::string parameters() const override { return {}; }
  NodePtr with_inputs(std::vector<NodePtr>) const override { return std::make_shared<const Other>(); }

 protected:
  void add_to(KeyBuilder&) const override {}
};

NodePtr blocks(int number_of_blocks, std::vector<NodePtr> inputs = {}) {
  return std::make_shared<const Blocks>(number_of_blocks, std::move(inputs));
}

TEST(Lowering, LowersWhatIsSharedOnce) {
  const NodePtr source = blocks(3);
  const NodePtr sum = blocks(3, {source, blocks(3, {source})});
  TaskGraph graph;
  Lowering lowering(graph);
  lowering.add({&sum, 1});
  EXPECT_EQ(static_cast<const Blocks&>(*source).times_lowered, 1);
  EXPECT_EQ(graph.num_tasks(), 9);
  graph.add_output(lowering.blocks(sum)[2]);
  EXPECT_EQ(graph::compute_first_output(graph).get<std::int64_t>(), 2 + 2 + 2 + 2);
}

TEST(Lowering, AddsToWhatIsThere) {
  const NodePtr source = blocks(2);
  const std::vector<NodePtr> users = {blocks(2, {source}), blocks(1, {source})};
  TaskGraph graph;
  Lowering lowering(graph);
  for (const NodePtr& user : users) lowering.add({&user, 1});
  EXPECT_EQ(static_cast<const Blocks&>(*source).times_lowered, 1);
  EXPECT_EQ(lowering.blocks(users[1]).size(), 1);
}

TEST(Lowering, RefusesStepsOfOtherKinds) {
  const NodePtr root = blocks(1, {std::make_shared<const Other>()});
  TaskGraph graph;
  EXPECT_THROW(Lowering(graph).add({&root, 1}), InternalError);
}

}  // namespace
}  // namespace treadle::lazy
