#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "columnar/test_columns.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/with_values.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// A row of aggregates beside rows in partitions.
namespace treadle {
namespace {

using columnar::test::batch;
using columnar::test::ints;
using columnar::test::texts;
using session::test::computed;

DataFrame beside(const DataFrame& rows, const DataFrame& values) {
  return DataFrame(std::make_shared<const dataframe::WithValues>(rows.plan(), values.plan()));
}

/// 1 2 | 3 | (empty) | 4 5 6
DataFrame four_partitions() {
  const columnar::Batch rows = batch({{"x", ints({1, 2, 3, 4, 5, 6})}, {"y", ints({6, 5, 4, 3, 2, 1})}});
  return {Table(*rows.schema(), {rows}), {2, 1, 0, 3}};
}

DataFrame total(const DataFrame& rows) { return rows.select({col("x").sum().alias("total")}); }

TEST(WithValues, KeepsThePartitionsOfTheRows) {
  const DataFrame rows = four_partitions();
  const DataFrame both = beside(rows, total(rows));
  EXPECT_EQ(both.num_partitions(), 4U);
  EXPECT_EQ(both.schema().names(), (std::vector<std::string>{"x", "y", "total"}));
  const DataFrame last = both.select({(col("total") - col("x")).alias("left")}).partitions({1, 3});
  EXPECT_EQ(computed(last), "left: int64\n 18\n 17\n 16\n 15\n");
}

TEST(WithValues, IsAJoinWhereNobodyLooksAtPartitions) {
  const DataFrame rows = four_partitions();
  const DataFrame left =
      beside(rows, total(rows)).filter(col("x") * lit(6) > col("total")).select({col("y")});
  EXPECT_EQ(computed(left), "y: int64\n 3\n 2\n 1\n");
  const std::string plan = left.explain();
  const std::string optimized = plan.substr(plan.find("optimized plan"));
  EXPECT_EQ(optimized.find("WithValues"), std::string::npos) << plan;
  EXPECT_NE(optimized.find("Join inner"), std::string::npos) << plan;
}

TEST(WithValues, AnswersPartitionByPartition) {
  const DataFrame rows = four_partitions();
  const DataFrame both = beside(rows, total(rows)).filter(col("x") != lit(3));
  const DataFrame numbered = both.with_running({{RunningKind::kPartition, "", "partition", 0}});
  EXPECT_EQ(computed(numbered.select({col("partition"), col("total")})),
            "partition: int64\ntotal: int64\n 0 21\n 0 21\n 3 21\n 3 21\n 3 21\n");
}

TEST(WithValues, CarriesTextAndMissingValues) {
  const columnar::Batch row =
      batch({{"name", texts({"a text that is not short"})}, {"none", ints({std::nullopt})}});
  const DataFrame values{Table(*row.schema(), {row})};
  const DataFrame both = beside(four_partitions(), values).partitions({0});
  EXPECT_EQ(computed(both.select({col("name"), col("none"), col("y")})),
            "name: utf8\nnone: int64\ny: int64\n"
            " \"a text that is not short\" null 6\n \"a text that is not short\" null 5\n");
}

TEST(WithValues, WithoutARowHasNoRows) {
  const DataFrame rows = four_partitions();
  const DataFrame none = rows.select({col("x").alias("z")}).filter(col("z") > lit(9));
  EXPECT_EQ(computed(beside(rows, none).partitions({0, 3}).select({col("y")})), "y: int64\n");
  EXPECT_EQ(computed(beside(rows, none).select({col("y")})), "y: int64\n");
}

TEST(WithValues, RefusesANameThatBothSidesHave) {
  const DataFrame rows = four_partitions();
  EXPECT_THROW(beside(rows, rows.select({col("x").sum()})), InvalidArgument);
}

}  // namespace
}  // namespace treadle
