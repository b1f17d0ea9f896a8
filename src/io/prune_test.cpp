#include "io/prune.h"

#include <gtest/gtest.h>

#include <limits>

namespace treadle::io {
namespace {

using Op = PrunePredicate::Op;

ColumnBounds range(Scalar least, Scalar greatest, std::uint64_t nulls = 0) {
  return {std::move(least), std::move(greatest), true, nulls, 100};
}

bool out(Op op, Scalar value, const ColumnBounds& bounds) {
  return ruled_out({"x", op, std::move(value)}, bounds);
}

TEST(Prune, RulesOutWhatLiesBeyondTheBounds) {
  const auto bounds = range(10, 20);
  EXPECT_TRUE(out(Op::kEqual, 9, bounds));
  EXPECT_TRUE(out(Op::kEqual, 21, bounds));
  EXPECT_FALSE(out(Op::kEqual, 10, bounds));
  EXPECT_TRUE(out(Op::kLess, 10, bounds));
  EXPECT_FALSE(out(Op::kLessEqual, 10, bounds));
  EXPECT_TRUE(out(Op::kGreater, 20, bounds));
  EXPECT_FALSE(out(Op::kGreaterEqual, 20, bounds));
  EXPECT_TRUE(out(Op::kGreaterEqual, 21, bounds));
}

TEST(Prune, RulesOutNotEqualOnlyIfTheBoundsAreTheOneValue) {
  EXPECT_TRUE(out(Op::kNotEqual, 7, range(7, 7)));
  EXPECT_FALSE(out(Op::kNotEqual, 7, range(7, 8)));
  auto cut = range("abc", "abc");
  cut.exact = false;
  EXPECT_FALSE(out(Op::kNotEqual, "abc", cut));
}

TEST(Prune, KnowsThatNullsFulfilNoComparison) {
  EXPECT_TRUE(out(Op::kEqual, 1, ColumnBounds::constant(Scalar(), 5)));
  EXPECT_TRUE(out(Op::kIsNotNull, Scalar(), ColumnBounds::constant(Scalar(), 5)));
  EXPECT_FALSE(out(Op::kIsNull, Scalar(), ColumnBounds::constant(Scalar(), 5)));
  EXPECT_TRUE(out(Op::kIsNull, Scalar(), range(1, 2)));
  EXPECT_FALSE(out(Op::kIsNull, Scalar(), range(1, 2, 3)));
  EXPECT_FALSE(out(Op::kEqual, Scalar(), range(1, 2)));
}

TEST(Prune, KnowsNothingWithoutStatistics) {
  for (const Op op : {Op::kEqual, Op::kNotEqual, Op::kLess, Op::kGreater, Op::kIsNull, Op::kIsNotNull}) {
    EXPECT_FALSE(out(op, 1, {}));
  }
}

TEST(Prune, TakesNaNForAPossibleValueOfFloats) {
  const auto bounds = range(1.0, 2.0);
  EXPECT_TRUE(out(Op::kEqual, 3.0, bounds));
  EXPECT_TRUE(out(Op::kLess, 1.0, bounds));
  EXPECT_FALSE(out(Op::kGreater, 3.0, bounds));
  EXPECT_FALSE(out(Op::kNotEqual, 1.0, range(1.0, 1.0)));
  EXPECT_FALSE(out(Op::kEqual, std::numeric_limits<double>::quiet_NaN(), bounds));
  EXPECT_FALSE(out(Op::kEqual, 0.0, range(-0.0, -0.0)));
}

TEST(Prune, ComparesIntegersOfEitherSignExactly) {
  const Scalar large(std::uint64_t{1} << 63);
  EXPECT_TRUE(out(Op::kEqual, -1, range(large, large)));
  EXPECT_TRUE(out(Op::kGreater, large, range(-5, 5)));
  EXPECT_TRUE(out(Op::kLess, large, range(large, large)));
}

TEST(Prune, ComparesIntegersWithFloatsOnlyWhereAllReadingsAgree) {
  EXPECT_TRUE(out(Op::kGreater, 20.5, range(10, 20)));
  EXPECT_FALSE(out(Op::kGreater, 9007199254740992.0, range(0, std::int64_t{9007199254740993})));
}

TEST(Prune, ComparesTextByBytesAndNothingWithOtherTypes) {
  EXPECT_TRUE(out(Op::kGreater, "\xc3\xa4", range("a", "z")));
  EXPECT_FALSE(out(Op::kEqual, 5, range("a", "z")));
  EXPECT_FALSE(out(Op::kEqual, "5", range(1, 2)));
}

TEST(Prune, ComparesTimesOnlyOfOneUnitAndKind) {
  const auto at = [](TimeUnit unit, const char* zone, std::int64_t ticks) {
    return Scalar(DataType::timestamp(unit, zone), ticks);
  };
  const auto bounds = range(at(TimeUnit::kMicro, "", 10), at(TimeUnit::kMicro, "", 20));
  EXPECT_TRUE(out(Op::kEqual, at(TimeUnit::kMicro, "", 30), bounds));
  EXPECT_FALSE(out(Op::kEqual, at(TimeUnit::kMilli, "", 30), bounds));
  EXPECT_FALSE(out(Op::kEqual, at(TimeUnit::kMicro, "UTC", 30), bounds));
  EXPECT_FALSE(out(Op::kEqual, Scalar(TypeId::kDate, std::int64_t{30}), bounds));
}

}  // namespace
}  // namespace treadle::io
