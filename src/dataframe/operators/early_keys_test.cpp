#include "dataframe/operators/early_keys.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"
#include "treadle/expression.h"

namespace treadle::dataframe {
namespace {

PipeStep filter(const Expression& condition) {
  return {.kind = PipeStep::Kind::kFilter, .expressions = {condition.node()}};
}

PipeStep project(const std::vector<Expression>& columns) {
  PipeStep step{.kind = PipeStep::Kind::kProject};
  for (const Expression& column : columns) step.expressions.push_back(column.node());
  return step;
}

/// Passes on the left column `from` as `to`, and the right one "r".
PipeStep join(const std::string& from, const std::string& to, const Expression* condition = nullptr) {
  JoinSpec spec;
  spec.columns = {{JoinSide::kLeft, from, to}, {JoinSide::kRight, "r", "r"}};
  if (condition != nullptr) spec.condition = condition->node();
  PipeStep step{.kind = PipeStep::Kind::kJoin};
  step.join = std::make_shared<const PipeJoin>(PipeJoin{spec, nullptr, {}});
  return step;
}

/// The steps' kinds, with the columns that keys are asked of: "filter keys(a) join".
std::string asked(std::vector<PipeStep> steps, const std::string& column) {
  const auto keys =
      KeyFilter::make(columnar::test::ints({1, 9}), false, false, [](std::size_t) { return true; });
  ask_early(steps, {column, keys, {}});
  std::string text;
  for (const PipeStep& step : steps) {
    text += text.empty() ? "" : " ";
    if (step.keys) text += "keys(" + step.keys->column + ")";
    if (step.join) text += "join";
    if (step.kind == PipeStep::Kind::kFilter) text += "filter";
    if (step.kind == PipeStep::Kind::kProject) text += "project";
  }
  return text;
}

TEST(EarlyKeysTest, KeysAreAskedWhereTheColumnFirstIs) {
  EXPECT_EQ(asked({}, "a"), "keys(a)");
  EXPECT_EQ(asked({join("a", "b")}, "b"), "keys(a) join");
  EXPECT_EQ(asked({project({col("a").alias("b"), col("c") + 1}), join("b", "d")}, "d"),
            "keys(a) project join");
  EXPECT_EQ(asked({join("a", "b"), project({(col("b") + 1).alias("c")}), join("c", "c")}, "c"),
            "join project keys(c) join");
}

TEST(EarlyKeysTest, WhatIsFilteredThereIsFilteredFirst) {
  EXPECT_EQ(asked({filter(col("a") > 1)}, "a"), "filter keys(a)");
  EXPECT_EQ(asked({filter(col("a") > 1), join("a", "b")}, "b"), "filter keys(a) join");
  EXPECT_EQ(asked({join("a", "b"), filter(col("r") > 1), join("b", "b")}, "b"), "keys(a) join filter join");
}

TEST(EarlyKeysTest, ColumnsOfPartnersAreNotAskedBeforeTheyAreThere) {
  EXPECT_EQ(asked({join("a", "b")}, "r"), "join");
  EXPECT_EQ(asked({join("a", "b"), filter(col("b") > 1)}, "r"), "join filter keys(r)");
}

TEST(EarlyKeysTest, WhatMayFailSeesEveryRow) {
  const Expression strict = col("t").cast(TypeId::kInt64);
  EXPECT_EQ(asked({project({col("a"), strict}), join("a", "b")}, "b"), "project keys(a) join");
  const Expression condition = strict > 1;
  EXPECT_EQ(asked({join("a", "b", &condition), join("b", "b")}, "b"), "join keys(b) join");
}

}  // namespace
}  // namespace treadle::dataframe
