#include "columnar/format.h"

#include <gtest/gtest.h>

#include <cmath>

#include "columnar/calendar.h"
#include "columnar/decimal.h"
#include "columnar/test_columns.h"
#include "columnar/zone.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::columnar {
namespace {

using Rows = std::vector<std::string>;

TEST(FormatTest, FloatsAreShortestAndReadBackAsFloats) {
  EXPECT_EQ(test::shown(test::floats({0.1, 2.0, -0.0, 1e300, 1e22, NAN, -INFINITY, 5e-324, 123456789.125})),
            (Rows{"0.1", "2.0", "-0.0", "1e+300", "1e+22", "NaN", "-inf", "5e-324", "123456789.125"}));
  EXPECT_EQ(test::shown(test::numbers<float>(TypeId::kFloat32, {0.1F, 3.0F})), (Rows{"0.1", "3.0"}));
}

TEST(FormatTest, DatesAndTimes) {
  EXPECT_EQ(test::shown(test::dates({0, 15736, -1, -719528, 11016})),
            (Rows{"1970-01-01", "2013-01-31", "1969-12-31", "0000-01-01", "2000-02-29"}));
  using I = std::int64_t;
  EXPECT_EQ(
      test::shown(test::numbers<I>(DataType::timestamp(TimeUnit::kMicro), {0, 1, -1, 1500000, 86400000000})),
      (Rows{"1970-01-01T00:00:00", "1970-01-01T00:00:00.000001", "1969-12-31T23:59:59.999999",
            "1970-01-01T00:00:01.500", "1970-01-02T00:00:00"}));
  EXPECT_EQ(test::shown(test::numbers<I>(DataType::time(TimeUnit::kMilli), {45296007})),
            (Rows{"12:34:56.007"}));
  EXPECT_EQ(test::shown(test::numbers<I>(DataType::duration(TimeUnit::kSecond), {0, 5400, 86400, -1, 90061})),
            (Rows{"PT0S", "PT1H30M", "P1D", "-PT1S", "P1DT1H1M1S"}));
}

TEST(FormatTest, ZonedTimesShowTheirClockAndOffset) {
  using I = std::int64_t;
  EXPECT_EQ(test::shown(test::numbers<I>(DataType::timestamp(TimeUnit::kSecond, "Europe/Berlin"),
                                         {1351386000 - 3600, 1351386000})),
            (Rows{"2012-10-28T02:00:00+02:00", "2012-10-28T02:00:00+01:00"}));
  EXPECT_EQ(test::shown(test::numbers<I>(DataType::timestamp(TimeUnit::kSecond, "UTC"), {0})),
            (Rows{"1970-01-01T00:00:00Z"}));
  EXPECT_EQ(test::shown(test::numbers<I>(DataType::timestamp(TimeUnit::kSecond, "-05:30"), {0})),
            (Rows{"1969-12-31T18:30:00-05:30"}));
  EXPECT_THROW(Zone::find("Mars/Olympus"), InvalidArgument);
}

TEST(ZoneTest, FindsTheUtcTimeOfGapsAndRepeats) {
  const auto berlin = Zone::find("Europe/Berlin");
  const std::int64_t gap = days_from_civil(2012, 3, 25) * 86400 + 2 * 3600 + 1800;  // 02:30 is skipped
  EXPECT_EQ(berlin->to_utc(gap), gap - 3600);
  const std::int64_t twice = days_from_civil(2012, 10, 28) * 86400 + 2 * 3600;
  EXPECT_EQ(berlin->to_utc(twice), twice - 7200);
  ZoneCursor cursor(berlin);
  for (std::int64_t at = 1351386000 - 7200; at < 1351386000 + 7200; at += 600)
    EXPECT_EQ(cursor.offset_at(at), berlin->offset_at(at));
  for (std::int64_t at = -5000000000; at < 5000000000; at += 12345678)
    EXPECT_EQ(cursor.offset_at(at), berlin->offset_at(at));
}

TEST(FormatTest, Decimals) {
  const auto decimals = [](int scale, std::int64_t value) {
    std::string out;
    append_decimal(out, value, scale);
    return out;
  };
  EXPECT_EQ(decimals(2, -1250), "-12.50");
  EXPECT_EQ(decimals(2, 5), "0.05");
  EXPECT_EQ(decimals(0, 0), "0");
  EXPECT_EQ(parse_decimal("-12.5", 2), int128_t{-1250});
  EXPECT_EQ(parse_decimal("1.005", 2), int128_t{101});
  EXPECT_EQ(parse_decimal("7", 0), int128_t{7});
  EXPECT_EQ(parse_decimal("1e5", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("", 0), std::nullopt);
  EXPECT_EQ(rescale(-155, 2, 1), int128_t{-16});
}

TEST(CalendarTest, DaysAndDatesAreInverse) {
  for (std::int64_t day = -800000; day < 800000; day += 13) {
    const CivilDate date = civil_from_days(day);
    EXPECT_EQ(days_from_civil(date.year, date.month, date.day), day);
  }
  EXPECT_EQ(iso_weekday(0), 4);
  EXPECT_EQ(iso_week(days_from_civil(2021, 1, 3)).week, 53);
  EXPECT_EQ(iso_week(days_from_civil(2024, 12, 30)).week, 1);
}

TEST(ScalarTest, ShowsItselfAsItWouldBeTyped) {
  EXPECT_EQ(Scalar(3).to_string(), "3");
  EXPECT_EQ(Scalar(2.5).to_string(), "2.5");
  EXPECT_EQ(Scalar("a\"b").to_string(), "\"a\\\"b\"");
  EXPECT_EQ(Scalar().to_string(), "null");
  EXPECT_EQ(Scalar(TypeId::kDate, std::int64_t{15736}).to_string(), "2013-01-31");
  EXPECT_THROW(Scalar(TypeId::kDate, 2.5), TypeError);
}

TEST(ScalarTest, KeysDifferByTypeAndValue) {
  const auto key = [](const Scalar& scalar) {
    KeyBuilder builder("test");
    scalar.add_to(builder);
    return builder.finish();
  };
  EXPECT_NE(key(Scalar(1)), key(Scalar(1.0)));
  EXPECT_NE(key(Scalar(1)), key(Scalar()));
  EXPECT_EQ(key(Scalar("a")), key(Scalar("a")));
}

}  // namespace
}  // namespace treadle::columnar
