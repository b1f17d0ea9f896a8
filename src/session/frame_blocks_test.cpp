#include "session/frame_blocks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/test_columns.h"
#include "lazy/blocks.h"
#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "treadle/error.h"

namespace treadle::session {
namespace {

using columnar::BatchList;

/// A frame of one column "x".
DataFrame numbers(const std::vector<std::optional<std::int64_t>>& values) {
  const auto schema = std::make_shared<const Schema>(Schema({{"x", TypeId::kInt64}}));
  const auto rows = static_cast<std::int64_t>(values.size());
  columnar::Batch batch(schema, {columnar::test::ints(values)}, rows);
  return DataFrame(Table(*schema, {batch}));
}

std::int64_t cell(const Value& rows, std::int64_t row = 0) {
  const auto& list = rows.get<BatchList>();
  return std::stoll(Table(*list.schema, list.batches).at(row, list.schema->field(0).name).to_string());
}

TEST(FrameBlocks, AreTheRowsOfEachFrame) {
  const DataFrame frame = numbers({1, 2, 3});
  const std::vector<lazy::NodePtr> roots = {frame_blocks({frame.filter(col("x") > lit(1)), frame})};
  const auto blocks = compute_blocks(roots);
  ASSERT_EQ(blocks[0].size(), 2u);
  EXPECT_EQ(blocks[0][0].get<BatchList>().num_rows(), 2);
  EXPECT_EQ(cell(blocks[0][0]), 2);
  EXPECT_EQ(blocks[0][1].get<BatchList>().num_rows(), 3);
}

TEST(FrameBlocks, WhatFramesReadAlikeIsReadOnce) {
  const DataFrame frame = numbers({1, 2, 3});
  const std::vector<lazy::NodePtr> alone = {frame_blocks({frame.filter(col("x") > lit(1))})};
  const std::vector<lazy::NodePtr> both = {alone[0], frame_blocks({frame.filter(col("x") > lit(2))})};
  EXPECT_EQ(block_graph(both).graph.num_tasks(), block_graph(alone).graph.num_tasks());
}

TEST(FrameBlocks, BecomeFramesAgain) {
  const DataFrame two =
      frame_of_blocks(frame_blocks({numbers({1, 2}), numbers({3})}), 2, numbers({}).schema());
  EXPECT_EQ(two.num_partitions(), 2u);
  EXPECT_EQ(two.compute().num_rows(), 3);
  EXPECT_EQ(two.partitions({1}).compute().num_rows(), 1);
  const DataFrame total = two.filter(col("x") > lit(1)).select({col("x").sum()});
  const std::vector<lazy::NodePtr> roots = {frame_blocks({total}), frame_blocks({two})};
  const auto blocks = compute_blocks(roots);
  EXPECT_EQ(cell(blocks[0][0]), 5);
  EXPECT_EQ(cell(blocks[1][0], 2), 3);
}

TEST(FrameBlocks, OfOtherColumnsAreATypeError) {
  const DataFrame wrong = frame_of_blocks(frame_blocks({numbers({1})}), 1, Schema({{"y", TypeId::kInt64}}));
  EXPECT_THROW(wrong.compute(), TypeError);
  const DataFrame no_rows =
      frame_of_blocks(kept_blocks({Value::of(std::int64_t{1})}), 1, Schema({{"y", TypeId::kInt64}}));
  try {
    no_rows.compute();
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_NE(std::string(error.what()).find("partition 0: expected a table"), std::string::npos);
  }
}

}  // namespace
}  // namespace treadle::session
