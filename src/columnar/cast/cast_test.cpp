#include <gtest/gtest.h>

#include <cmath>

#include "columnar/function.h"
#include "columnar/test_columns.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::dates;
using test::floats;
using test::in_all_layouts;
using test::ints;
using test::shown;
using test::texts;
using Rows = std::vector<std::string>;

Rows tried(const Column& column, const DataType& type) { return shown(cast(column, type, false)); }

TEST(CastTest, NumbersThatDoNotFitBecomeNullOrAnError) {
  EXPECT_EQ(tried(floats({1.9, -1.9, 300.0, NAN, {}, -128.9, -129.0}), TypeId::kInt8),
            (Rows{"1", "-1", "null", "null", "null", "-128", "null"}));
  EXPECT_EQ(tried(floats({9.3e18, -9223372036854775808.0, 9223372036854774784.0}), TypeId::kInt64),
            (Rows{"null", "-9223372036854775808", "9223372036854774784"}));
  EXPECT_EQ(tried(floats({-0.5, 255.5, 256.0}), TypeId::kUInt8), (Rows{"0", "255", "null"}));
  EXPECT_EQ(tried(ints({-1, 70000, {}}), TypeId::kUInt16), (Rows{"null", "null", "null"}));
  EXPECT_EQ(tried(ints({1, {}}), TypeId::kFloat64), (Rows{"1.0", "null"}));
  EXPECT_EQ(tried(ints({0, 5, {}}), TypeId::kBool), (Rows{"false", "true", "null"}));
  EXPECT_EQ(tried(test::bools({true, false}), TypeId::kInt64), (Rows{"1", "0"}));
  try {
    cast(ints({1, 300}), TypeId::kInt8, true);
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_NE(std::string(error.what()).find("int64 to int8; found \"300\""), std::string::npos)
        << error.what();
  }
}

TEST(CastTest, ReadsNumbersFromTextInEveryLayout) {
  for (const Column& column :
       in_all_layouts({"12", "+5", " 7", "1e3", "-0", "007", {}, "9223372036854775808"})) {
    EXPECT_EQ(tried(column, TypeId::kInt64), (Rows{"12", "5", "null", "null", "0", "7", "null", "null"}));
    EXPECT_EQ(tried(column, TypeId::kFloat64),
              (Rows{"12.0", "5.0", "null", "1000.0", "-0.0", "7.0", "null", "9223372036854775808.0"}));
  }
  EXPECT_EQ(tried(texts({"1e400", "nan", "inf", "x", "1.5x", ""}), TypeId::kFloat64),
            (Rows{"inf", "NaN", "inf", "null", "null", "null"}));
  EXPECT_EQ(tried(texts({"true", "F", "yes", "2"}), TypeId::kBool), (Rows{"true", "false", "true", "null"}));
  EXPECT_EQ(tried(texts({"12.345", "1e5", "-0.5"}), DataType::decimal(10, 2)),
            (Rows{"12.35", "null", "-0.50"}));
}

TEST(CastTest, AValueOfTheDictionaryThatNoRowHasIsNoError) {
  const Column rows = to_dictionary(texts({"x", "1", "2", "3"})).slice(1, 3);
  EXPECT_EQ(shown(cast(rows, TypeId::kInt64, true)), (Rows{"1", "2", "3"}));
}

TEST(CastTest, ReadsDatesAndTimes) {
  EXPECT_EQ(tried(texts({"2013-01-31", "2013-02-30", "2013-1-31", "2013-01-31T05:00:00", {}}), TypeId::kDate),
            (Rows{"2013-01-31", "null", "null", "2013-01-31", "null"}));
  EXPECT_EQ(tried(texts({"2013-01-31 05:00", "2013-01-31T05:00:00.5", "2013-01-31", "2013-01-31T05:00:00Z",
                         "2013-01-31T25:00"}),
                  DataType::timestamp(TimeUnit::kMicro)),
            (Rows{"2013-01-31T05:00:00", "2013-01-31T05:00:00.500", "2013-01-31T00:00:00", "null", "null"}));
  EXPECT_EQ(tried(texts({"2013-01-31T05:00:00+02:00", "2013-07-31T05:00:00"}),
                  DataType::timestamp(TimeUnit::kMilli, "Europe/Berlin")),
            (Rows{"2013-01-31T04:00:00+01:00", "2013-07-31T05:00:00+02:00"}));
  EXPECT_EQ(tried(texts({"12:34:56.789", "24:00"}), DataType::time(TimeUnit::kMilli)),
            (Rows{"12:34:56.789", "null"}));
}

TEST(CastTest, BetweenTimes) {
  const Column seconds = cast(ints({-1, 86401}), DataType::timestamp(TimeUnit::kSecond), true);
  EXPECT_EQ(tried(seconds, TypeId::kDate), (Rows{"1969-12-31", "1970-01-02"}));
  EXPECT_EQ(tried(seconds, DataType::time(TimeUnit::kMilli)), (Rows{"23:59:59", "00:00:01"}));
  EXPECT_EQ(tried(seconds, DataType::timestamp(TimeUnit::kNano)),
            (Rows{"1969-12-31T23:59:59", "1970-01-02T00:00:01"}));
  EXPECT_EQ(tried(dates({1, {}}), DataType::timestamp(TimeUnit::kMicro)),
            (Rows{"1970-01-02T00:00:00", "null"}));
  EXPECT_EQ(tried(dates({1}), TypeId::kInt64), (Rows{"1"}));
  EXPECT_EQ(tried(cast(ints({INT64_MAX}), DataType::timestamp(TimeUnit::kSecond), true),
                  DataType::timestamp(TimeUnit::kNano)),
            (Rows{"null"}));
  EXPECT_EQ(tried(cast(ints({0}), DataType::timestamp(TimeUnit::kSecond), true),
                  DataType::timestamp(TimeUnit::kSecond, "Europe/Berlin")),
            (Rows{"1970-01-01T01:00:00+01:00"}));
  EXPECT_THROW(cast(dates({0}), TypeId::kBool, false), TypeError);
  EXPECT_THROW(cast(dates({0}), DataType::duration(TimeUnit::kMicro), false), TypeError);
}

TEST(CastTest, DecimalsAreExact) {
  EXPECT_EQ(tried(floats({0.1, 2.675, NAN, 1e30}), DataType::decimal(12, 2)),
            (Rows{"0.10", "2.68", "null", "null"}));
  EXPECT_EQ(tried(ints({7, 99999999999}), DataType::decimal(12, 2)), (Rows{"7.00", "null"}));
  const Column money = test::numbers<int128_t>(DataType::decimal(12, 2), {1999, -1999, {}});
  EXPECT_EQ(tried(money, TypeId::kInt64), (Rows{"19", "-19", "null"}));
  EXPECT_EQ(tried(money, TypeId::kFloat64), (Rows{"19.99", "-19.99", "null"}));
  EXPECT_EQ(tried(money, DataType::decimal(38, 2)), (Rows{"19.99", "-19.99", "null"}));
  EXPECT_EQ(tried(money, DataType::decimal(14, 4)), (Rows{"19.9900", "-19.9900", "null"}));
  EXPECT_EQ(tried(money, DataType::decimal(12, 1)), (Rows{"20.0", "-20.0", "null"}));
}

TEST(CastTest, AnythingToText) {
  EXPECT_EQ(tried(floats({1.0, 0.1, {}}), TypeId::kUtf8), (Rows{"1.0", "0.1", "null"}));
  EXPECT_EQ(tried(dates({0}), TypeId::kUtf8), (Rows{"1970-01-01"}));
  const Column binary = cast(texts({"ab"}), TypeId::kBinary, true);
  EXPECT_EQ(shown(binary), (Rows{"6162"}));
  EXPECT_EQ(shown(cast(binary, TypeId::kUtf8, true)), (Rows{"ab"}));
  EXPECT_EQ(tried(cast(texts({"\xFF"}), TypeId::kBinary, true), TypeId::kUtf8), (Rows{"null"}));
}

TEST(CastTest, ScalarsAndNulls) {
  EXPECT_EQ(cast(Scalar("2013-01-31"), TypeId::kDate, true), Scalar(TypeId::kDate, std::int64_t{15736}));
  EXPECT_TRUE(cast(Scalar(), TypeId::kInt64, true).is_null());
  EXPECT_EQ(cast(Scalar(1), DataType::decimal(5, 2), true), Scalar(DataType::decimal(5, 2), "1.00"));
  EXPECT_EQ(tried(Column::nulls(TypeId::kNull, 2), TypeId::kUtf8), (Rows{"null", "null"}));
}

}  // namespace
}  // namespace treadle::columnar
