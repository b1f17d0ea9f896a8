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
  return ruled_out({"x", op, std::move(value)}, [&](const std::string&) { return bounds; });
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

TEST(Prune, ComparesTimesExactlyWhateverTheirUnits) {
  const auto at = [](TimeUnit unit, const char* zone, std::int64_t ticks) {
    return Scalar(DataType::timestamp(unit, zone), ticks);
  };
  const auto bounds = range(at(TimeUnit::kMicro, "", 10), at(TimeUnit::kMicro, "", 20));
  EXPECT_TRUE(out(Op::kEqual, at(TimeUnit::kMicro, "", 30), bounds));
  EXPECT_TRUE(out(Op::kEqual, at(TimeUnit::kMilli, "", 30), bounds));
  EXPECT_FALSE(out(Op::kEqual, at(TimeUnit::kNano, "", 15'001), bounds));
  EXPECT_TRUE(out(Op::kGreater, at(TimeUnit::kNano, "", 20'000), bounds));
  EXPECT_FALSE(out(Op::kGreater, at(TimeUnit::kNano, "", 19'999), bounds));
  EXPECT_FALSE(out(Op::kEqual, at(TimeUnit::kMicro, "UTC", 30), bounds));
  const auto century = range(at(TimeUnit::kSecond, "", INT64_MIN), at(TimeUnit::kSecond, "", INT64_MAX));
  EXPECT_FALSE(out(Op::kEqual, at(TimeUnit::kNano, "", INT64_MAX), century));
}

TEST(Prune, TakesADateForTheInstantAtWhichItBegins) {
  const Scalar day(TypeId::kDate, std::int64_t{30});
  const auto hours = [](std::int64_t hour, const char* zone) {
    return Scalar(DataType::timestamp(TimeUnit::kSecond, zone), hour * 3600);
  };
  EXPECT_FALSE(out(Op::kEqual, day, range(hours(30 * 24, ""), hours(31 * 24, ""))));
  EXPECT_TRUE(out(Op::kEqual, day, range(hours(30 * 24 + 1, ""), hours(31 * 24, ""))));
  EXPECT_TRUE(out(Op::kGreater, hours(30 * 24, ""), range(day, day)));
  EXPECT_FALSE(out(Op::kEqual, day, range(hours(40 * 24, "UTC"), hours(41 * 24, "UTC"))));
}

TEST(Prune, ComparesDecimalsByTheirDigits) {
  const auto decimal = [](const char* digits, int scale) {
    return Scalar(DataType::decimal(38, scale), std::string(digits));
  };
  const auto bounds = range(decimal("-1.25", 2), decimal("99999999999999999999.99", 2));
  EXPECT_TRUE(out(Op::kLess, decimal("-1.25", 2), bounds));
  EXPECT_TRUE(out(Op::kLess, decimal("-1.250", 3), bounds));
  EXPECT_FALSE(out(Op::kLess, decimal("-1.249", 3), bounds));
  EXPECT_TRUE(out(Op::kEqual, -2, bounds));
  EXPECT_FALSE(out(Op::kEqual, -1, bounds));
  EXPECT_TRUE(out(Op::kGreater, decimal("100000000000000000000", 0), bounds));
  EXPECT_FALSE(out(Op::kGreater, 1e30, bounds));
  // More digits than fit once both have one scale: nothing is known.
  EXPECT_FALSE(out(Op::kGreater, decimal("0.0000000000000000000000000000000000001", 37), bounds));
}

TEST(Prune, LooksBehindFloatsThatAreKnownToBeFreeOfNaN) {
  auto bounds = range(1.0, 2.0);
  bounds.has_no_nan = true;
  EXPECT_TRUE(out(Op::kGreater, 2.0, bounds));
  EXPECT_FALSE(out(Op::kGreaterEqual, 2.0, bounds));
  EXPECT_TRUE(out(Op::kGreaterEqual, 2.5, bounds));
  bounds.greatest = Scalar(1.0);
  EXPECT_TRUE(out(Op::kNotEqual, 1.0, bounds));
  EXPECT_FALSE(out(Op::kEqual, std::numeric_limits<double>::quiet_NaN(), bounds));
}

TEST(Prune, NeedsOneOfSeveralAlternatives) {
  const PrunePredicate any{
      "x", Op::kEqual, 5, {{"x", Op::kEqual, Scalar(30)}, {"y", Op::kGreater, Scalar(7)}}};
  const auto out_for = [&](const ColumnBounds& x, const ColumnBounds& y) {
    return ruled_out(any, [&](const std::string& column) { return column == "x" ? x : y; });
  };
  EXPECT_TRUE(out_for(range(10, 20), range(1, 7)));
  EXPECT_FALSE(out_for(range(10, 30), range(1, 7)));
  EXPECT_FALSE(out_for(range(1, 5), range(1, 7)));
  EXPECT_FALSE(out_for(range(10, 20), range(1, 8)));
  EXPECT_FALSE(out_for(range(10, 20), {}));
}

}  // namespace
}  // namespace treadle::io
