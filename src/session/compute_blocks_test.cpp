#include "session/compute_blocks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/test_operations.h"
#include "lazy/blocks.h"
#include "session/chosen_blocks.h"
#include "treadle/engine.h"
#include "treadle/error.h"

namespace treadle::session {
namespace {

/// `number` blocks: block i is i, plus the first block of every input.
class Numbers final : public lazy::BlockNode {
 public:
  Numbers(int number, std::vector<lazy::NodePtr> inputs) : BlockNode(std::move(inputs)), number_(number) {}
  std::string_view kind() const override { return "Numbers"; }
  std::string parameters() const override { return std::to_string(number_); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const Numbers>(number_, std::move(inputs));
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> below;
    for (const lazy::NodePtr& input : inputs()) below.push_back(lowering.blocks(input).front());
    std::vector<TaskOutput> blocks;
    for (int i = 0; i < number_; ++i)
      blocks.push_back({lowering.graph().add(graph::sum_operation(i), below)});
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(number_); }

 private:
  int number_;
};

lazy::NodePtr numbers(int number, std::vector<lazy::NodePtr> inputs = {}) {
  return std::make_shared<const Numbers>(number, std::move(inputs));
}

TEST(ComputeBlocks, AnswersWithTheBlocksOfEachRoot) {
  const lazy::NodePtr three = numbers(3);
  const std::vector<lazy::NodePtr> roots = {three, numbers(0), numbers(2, {three, three})};
  const auto blocks = compute_blocks(roots);
  ASSERT_EQ(blocks.size(), 3u);
  ASSERT_EQ(blocks[0].size(), 3u);
  EXPECT_EQ(blocks[0][2].get<std::int64_t>(), 2);
  EXPECT_TRUE(blocks[1].empty());
  ASSERT_EQ(blocks[2].size(), 2u);
  EXPECT_EQ(blocks[2][1].get<std::int64_t>(), 1);
}

TEST(ComputeBlocks, EqualNodesAreOnePieceOfWork) {
  const std::vector<lazy::NodePtr> roots = {numbers(4), numbers(4)};
  const BlockGraph lowered = block_graph(roots);
  EXPECT_EQ(lowered.graph.num_tasks(), 4u);
  EXPECT_EQ(lowered.graph.outputs().size(), 8u);
}

TEST(ComputeBlocks, RunsNoBlockThatNobodyNeeds) {
  const std::vector<lazy::NodePtr> roots = {choose_blocks({numbers(10)}, {{0, 3}, {0, 7}})};
  const BlockGraph lowered = block_graph(roots);
  EXPECT_EQ(lowered.graph.num_tasks(), 2u);
  EXPECT_EQ(lowered.graph.outputs().size(), 2u);
  EXPECT_EQ(compute_blocks(roots).front()[1].get<std::int64_t>(), 7);
}

TEST(ComputeBlocks, TellsOfTheRunAndTakesAnyEngine) {
  ComputeOptions options;
  options.engine = make_synchronous_engine();
  std::size_t tasks = 0;
  options.on_start = [&](const treadle::Run& run) { tasks = run.progress().tasks_total; };
  const std::vector<lazy::NodePtr> roots = {numbers(5)};
  EXPECT_EQ(compute_blocks(roots, options).front().size(), 5u);
  EXPECT_EQ(tasks, 5u);
}

TEST(ComputeBlocks, NoRootsAreNoWork) { EXPECT_TRUE(compute_blocks({}).empty()); }

}  // namespace
}  // namespace treadle::session
