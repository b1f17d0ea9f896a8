#include "session/decide_divisions.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "columnar/test_columns.h"
#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/partitions.h"
#include "session/start_run.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// Integers divided by integers: the type depends on all divisors.
namespace treadle {
namespace {

using columnar::test::batch;
using columnar::test::ints;
using session::test::computed;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// kMost -7 | 0 5 -9, divided by 1 2 | 3 3 `last`.
DataFrame numbers(std::int64_t last) {
  const columnar::Batch rows = batch({{"a", ints({kMost, -7, 0, 5, -9})}, {"b", ints({1, 2, 3, 3, last})}});
  return {Table(*rows.schema(), {rows}), {2, 3}};
}

using Result = dataframe::IntegerDivision::Result;

DataFrame divided(const DataFrame& frame, Result result, const Expression& a, const Expression& b,
                  const std::string& name) {
  return DataFrame(
      std::make_shared<const dataframe::IntegerDivision>(frame.plan(), result, a.node(), b.node(), name));
}

DataFrame quotients(const DataFrame& frame, const Expression& a, const Expression& b,
                    const std::string& name) {
  return divided(frame, Result::kFloor, a, b, name);
}

DataFrame quotients(const DataFrame& frame) { return quotients(frame, col("a"), col("b"), "q"); }

TEST(DecideDivisions, WithoutZerosTheyAreExact) {
  EXPECT_EQ(computed(quotients(numbers(4)).select({col("q")})),
            "q: int64\n 9223372036854775807\n -4\n 0\n 1\n -3\n");
}

TEST(DecideDivisions, OneZeroMakesFloatsOfAll) {
  const DataFrame frame = quotients(numbers(0));
  EXPECT_EQ(frame.schema().field(2).type, DataType(TypeId::kInt64));
  EXPECT_EQ(computed(frame.select({col("q")})),
            "q: float64\n 9223372036854775808.0\n -4.0\n 0.0\n 1.0\n -inf\n");
  EXPECT_EQ(computed(quotients(numbers(0), lit(0), col("b"), "q").select({col("q")}).slice(3)),
            "q: float64\n 0.0\n NaN\n");
}

TEST(DecideDivisions, RemaindersAreNoneByZero) {
  const auto remainders = [](std::int64_t last) {
    return divided(numbers(last), Result::kRemainder, col("a"), col("b"), "r").select({col("r")});
  };
  EXPECT_EQ(computed(remainders(4)), "r: int64\n 0\n 1\n 0\n 2\n 3\n");
  EXPECT_EQ(computed(remainders(0)), "r: float64\n 0.0\n 1.0\n 0.0\n 2.0\n NaN\n");
}

TEST(DecideDivisions, TheTypeIsThatOfTheRowsTheyWereMadeFor) {
  EXPECT_EQ(computed(quotients(numbers(0)).filter(col("b") == 3).select({col("q")})),
            "q: float64\n 0.0\n 1.0\n");
  EXPECT_EQ(computed(quotients(numbers(0).filter(col("b") == 3)).select({col("q")})), "q: int64\n 0\n 1\n");
}

TEST(DecideDivisions, EachIsDecidedByItself) {
  const DataFrame both = quotients(quotients(numbers(4)), lit(7), col("b") - 1, "r");
  EXPECT_EQ(computed(both.select({col("q"), col("r")}).slice(3)), "q: int64\nr: float64\n 1 3.0\n -3 2.0\n");
}

TEST(DecideDivisions, ADivisorMayItselfBeOpen) {
  const DataFrame outer = quotients(quotients(numbers(0)), col("b"), col("q"), "r");
  EXPECT_EQ(computed(outer.select({col("r")}).slice(2)), "r: float64\n inf\n 3.0\n -0.0\n");
}

TEST(DecideDivisions, RunsNothingForOtherPlans) {
  int runs = 0;
  ComputeOptions options;
  options.on_start = [&](const treadle::Run&) { ++runs; };
  numbers(0).compute(options);
  EXPECT_EQ(runs, 1);
  quotients(numbers(0)).compute(options);
  EXPECT_EQ(runs, 3);
  const DataFrame unseen = quotients(numbers(0)).filter(col("b") == 3).select({col("a")});
  EXPECT_EQ(unseen.compute(options).num_rows(), 2);
  EXPECT_EQ(runs, 4);
}

TEST(DecideDivisions, ChosenPartitionsAreDecidedByTheirRows) {
  const DataFrame frame = quotients(numbers(0));
  EXPECT_EQ(frame.num_partitions(), 2U);
  EXPECT_EQ(frame.partitions({0}).compute().schema().field(2).type, DataType(TypeId::kInt64));
  EXPECT_EQ(frame.partitions({1}).compute().schema().field(2).type, DataType(TypeId::kFloat64));
}

TEST(DecideDivisions, WhoOnlyLooksAssumesIntegers) {
  const DataFrame frame = quotients(numbers(0));
  EXPECT_NE(frame.explain().find("IntegerDivision"), std::string::npos);
  EXPECT_EQ(dataframe::as_plan(session::plan_now({frame.plan()}, true)[0])->schema()->field(2).type,
            DataType(TypeId::kInt64));
}

TEST(DecideDivisions, NamesMustDiffer) {
  EXPECT_THROW(quotients(numbers(0), col("a"), col("b"), "a"), InvalidArgument);
}

}  // namespace
}  // namespace treadle
