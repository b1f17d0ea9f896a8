#include "dataframe/operators/scan_filters.h"

#include <gtest/gtest.h>

#include "columnar/test_columns.h"
#include "treadle/expression.h"

namespace treadle::dataframe {
namespace {

using namespace columnar::test;
using Rows = std::vector<std::uint32_t>;

PipeStep filter(const Expression& condition) {
  return {.kind = PipeStep::Kind::kFilter, .expressions = {condition.node()}};
}

PipeStep among(const std::string& column, const std::vector<std::optional<std::int64_t>>& keys) {
  PipeStep step{.kind = PipeStep::Kind::kKeys};
  const auto bits = KeyFilter::make(ints(keys), false, true, [](std::size_t) { return true; });
  step.keys = std::make_shared<const PipeKeys>(PipeKeys{column, bits, {}});
  return step;
}

Rows chosen(const io::RowFilter& filter, const columnar::Batch& rows) {
  Rows wanted;
  filter.select(rows, wanted);
  return wanted;
}

TEST(ScanFilters, TakesWhatOnlyLeavesRowsOutOffTheFront) {
  const columnar::Batch rows = batch({{"n", ints({1, 2, 9, std::nullopt, 100})}});
  PipeSpec pipe;
  pipe.steps = {filter(col("n") > 1),
                among("n", {1, 9, 50}),
                {.kind = PipeStep::Kind::kProject, .expressions = {col("n").node()}},
                filter(col("n") > 5)};
  const auto filters = take_filters(pipe, *rows.schema());
  ASSERT_EQ(filters.size(), 2U);
  EXPECT_EQ(chosen(*filters[0], rows), (Rows{1, 2, 4}));
  EXPECT_FALSE(filters[0]->is_optional());
  EXPECT_EQ(chosen(*filters[1], rows), (Rows{0, 2}));
  EXPECT_TRUE(filters[1]->is_optional());
  ASSERT_EQ(pipe.steps.size(), 2U);
  EXPECT_EQ(pipe.steps[0].kind, PipeStep::Kind::kProject);
}

TEST(ScanFilters, LeavesKeysOfAnotherTypeToTheJoin) {
  const columnar::Batch rows = batch({{"n", floats({1.0})}});
  PipeSpec pipe;
  pipe.steps = {among("n", {1, 9, 50})};
  EXPECT_TRUE(take_filters(pipe, *rows.schema()).empty());
  EXPECT_TRUE(pipe.steps.empty());
}

}  // namespace
}  // namespace treadle::dataframe
