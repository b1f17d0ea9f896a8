#include <gtest/gtest.h>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::dates;
using test::in_all_layouts;
using test::ints;
using test::rows;
using test::texts;
using Rows = std::vector<std::string>;

/// Timestamps from their text.
Column times(const std::vector<std::optional<std::string>>& values,
             const DataType& type = DataType::timestamp(TimeUnit::kMicro)) {
  return cast(texts(values), type, true);
}
const DataType kBerlin = DataType::timestamp(TimeUnit::kMicro, "Europe/Berlin");

TEST(DatePartsTest, OfTimestamps) {
  const Column column = times({"2013-01-31T05:04:03.123456", "1969-12-31T23:59:59.999999", {}});
  const auto parts = [&](const char* name) { return rows(name, {column}); };
  EXPECT_EQ(parts("dt.year"), (Rows{"2013", "1969", "null"}));
  EXPECT_EQ(parts("dt.quarter"), (Rows{"1", "4", "null"}));
  EXPECT_EQ(parts("dt.month"), (Rows{"1", "12", "null"}));
  EXPECT_EQ(parts("dt.day"), (Rows{"31", "31", "null"}));
  EXPECT_EQ(parts("dt.hour"), (Rows{"5", "23", "null"}));
  EXPECT_EQ(parts("dt.minute"), (Rows{"4", "59", "null"}));
  EXPECT_EQ(parts("dt.second"), (Rows{"3", "59", "null"}));
  EXPECT_EQ(parts("dt.millisecond"), (Rows{"123", "999", "null"}));
  EXPECT_EQ(parts("dt.microsecond"), (Rows{"123456", "999999", "null"}));
  EXPECT_EQ(parts("dt.nanosecond"), (Rows{"123456000", "999999000", "null"}));
  EXPECT_EQ(parts("dt.weekday"), (Rows{"4", "3", "null"}));
  EXPECT_EQ(parts("dt.week"), (Rows{"5", "1", "null"}));
  EXPECT_EQ(parts("dt.iso_year"), (Rows{"2013", "1970", "null"}));
  EXPECT_EQ(parts("dt.days_in_month"), (Rows{"31", "31", "null"}));
  EXPECT_EQ(parts("dt.ordinal_day"), (Rows{"31", "365", "null"}));
  EXPECT_EQ(parts("dt.date"), (Rows{"2013-01-31", "1969-12-31", "null"}));
  EXPECT_EQ(rows("sql.weekday", {times({"2024-03-10"})}), (Rows{"0"}));
}

TEST(DatePartsTest, OfOtherTypes) {
  EXPECT_EQ(rows("dt.year", {dates({15736, {}})}), (Rows{"2013", "null"}));
  EXPECT_THROW(rows("dt.hour", {dates({0})}), TypeError);
  EXPECT_THROW(rows("dt.year", {ints({0})}), TypeError);
  EXPECT_EQ(rows("dt.minute", {cast(texts({"12:34:56"}), DataType::time(TimeUnit::kSecond), true)}),
            (Rows{"34"}));
  EXPECT_EQ(rows("dt.year", {Scalar(TypeId::kDate, std::int64_t{0})}), (Rows{"1970"}));
  EXPECT_EQ(rows("dt.year", {Scalar()}), (Rows{"null"}));
}

TEST(DatePartsTest, ZonedTimesAreReadByTheirClock) {
  const Column column = times({"2013-03-30T23:30:00Z", "2013-07-01T22:00:00Z"}, kBerlin);
  EXPECT_EQ(rows("dt.day", {column}), (Rows{"31", "2"}));
  EXPECT_EQ(rows("dt.hour", {column}), (Rows{"0", "0"}));
  EXPECT_EQ(rows("dt.date", {column}), (Rows{"2013-03-31", "2013-07-02"}));
}

TEST(DateZonesTest, TheWallShowsWhatTheClockDoes) {
  const Column column = times({"2013-03-30T23:30:00Z", "2013-07-01T22:00:00.5Z", {}}, kBerlin);
  EXPECT_EQ(rows("dt.wall", {column}), (Rows{"2013-03-31T00:30:00", "2013-07-02T00:00:00.500", "null"}));
  EXPECT_THROW(rows("dt.wall", {dates({0})}), TypeError);
}

/// Readings of Berlin's clock as the times that they are, in UTC.
Rows localized(const std::vector<std::optional<std::string>>& clock, std::string_view twice,
               std::string_view never) {
  const Datum times_ =
      test::call("dt.localize", {cast(times(clock), kBerlin, true), Scalar(twice), Scalar(never)});
  return rows(cast(std::get<Column>(times_), DataType::timestamp(TimeUnit::kMicro), true));
}

TEST(DateZonesTest, ClockReadingsBecomeTimes) {
  EXPECT_EQ(localized({"2013-01-01T12:00:00.25", "2013-07-01T12:00:00", {}}, "raise", "raise"),
            (Rows{"2013-01-01T11:00:00.250", "2013-07-01T10:00:00", "null"}));
}

TEST(DateZonesTest, ReadingsThatAreShownTwiceOrNeverAreUpToTheCaller) {
  const std::string twice = "2013-10-27T02:30:00", never = "2013-03-31T02:30:00";
  EXPECT_EQ(localized({twice}, "earlier", "raise"), (Rows{"2013-10-27T00:30:00"}));
  EXPECT_EQ(localized({twice}, "later", "raise"), (Rows{"2013-10-27T01:30:00"}));
  EXPECT_EQ(localized({twice}, "null", "raise"), (Rows{"null"}));
  EXPECT_EQ(localized({never}, "raise", "forward"), (Rows{"2013-03-31T01:00:00"}));
  EXPECT_EQ(localized({never}, "raise", "backward"), (Rows{"2013-03-31T00:59:59.999999"}));
  EXPECT_EQ(localized({never}, "raise", "null"), (Rows{"null"}));
  EXPECT_THROW(localized({twice}, "raise", "null"), InvalidArgument);
  EXPECT_THROW(localized({never}, "null", "raise"), InvalidArgument);
  EXPECT_THROW(localized({never}, "first", "raise"), InvalidArgument);
}

TEST(DatePartsTest, TotalsOfDurationsCutTowardsZero) {
  const Column column = cast(ints({-108000, 90061, {}}), DataType::duration(TimeUnit::kSecond), true);
  EXPECT_EQ(rows("dt.total_days", {column}), (Rows{"-1", "1", "null"}));
  EXPECT_EQ(rows("dt.total_hours", {column}), (Rows{"-30", "25", "null"}));
  EXPECT_EQ(rows("dt.total_minutes", {column}), (Rows{"-1800", "1501", "null"}));
  EXPECT_EQ(rows("dt.total_seconds", {column}), (Rows{"-108000", "90061", "null"}));
  EXPECT_EQ(rows("dt.total_milliseconds", {column}), (Rows{"-108000000", "90061000", "null"}));
}

TEST(TruncateTest, ToPeriodsAsPolarsDoes) {
  const Column column = times({"2013-01-31T05:04:03.123456", "1969-05-06T07:08:09", {}});
  const auto start = [&](const char* period) { return rows("dt.truncate", {column, Scalar(period)}); };
  EXPECT_EQ(start("1y"), (Rows{"2013-01-01T00:00:00", "1969-01-01T00:00:00", "null"}));
  EXPECT_EQ(start("1q"), (Rows{"2013-01-01T00:00:00", "1969-04-01T00:00:00", "null"}));
  EXPECT_EQ(start("1mo"), (Rows{"2013-01-01T00:00:00", "1969-05-01T00:00:00", "null"}));
  EXPECT_EQ(start("1w"), (Rows{"2013-01-28T00:00:00", "1969-05-05T00:00:00", "null"}));
  EXPECT_EQ(start("1d"), (Rows{"2013-01-31T00:00:00", "1969-05-06T00:00:00", "null"}));
  EXPECT_EQ(start("1h"), (Rows{"2013-01-31T05:00:00", "1969-05-06T07:00:00", "null"}));
  EXPECT_EQ(start("15m"), (Rows{"2013-01-31T05:00:00", "1969-05-06T07:00:00", "null"}));
  EXPECT_EQ(start("100ms"), (Rows{"2013-01-31T05:04:03.100", "1969-05-06T07:08:09", "null"}));
  EXPECT_EQ(start("7m"), (Rows{"2013-01-31T05:01:00", "1969-05-06T07:03:00", "null"}));
  EXPECT_EQ(start("2w"), (Rows{"2013-01-21T00:00:00", "1969-04-28T00:00:00", "null"}));
  EXPECT_EQ(start("5mo"), (Rows{"2012-12-01T00:00:00", "1969-03-01T00:00:00", "null"}));
  EXPECT_EQ(start("3d"), (Rows{"2013-01-30T00:00:00", "1969-05-06T00:00:00", "null"}));
  EXPECT_EQ(start("10y"), (Rows{"2010-01-01T00:00:00", "1960-01-01T00:00:00", "null"}));
  EXPECT_EQ(start("36h"), (Rows{"2013-01-30T00:00:00", "1969-05-06T00:00:00", "null"}));
  EXPECT_EQ(rows("dt.truncate", {dates({15736}), Scalar("1mo")}), (Rows{"2013-01-01"}));
  EXPECT_EQ(rows("dt.truncate", {dates({15736}), Scalar("1h")}), (Rows{"2013-01-31"}));
  for (const char* period : {"1x", "mo", "0d", "-1d", ""})
    EXPECT_THROW(start(period), InvalidArgument) << period;
  EXPECT_EQ(rows("sql.date_trunc", {Scalar("month"), dates({15736})}), (Rows{"2013-01-01T00:00:00"}));
  EXPECT_THROW(rows("sql.date_trunc", {Scalar("fortnight"), dates({15736})}), InvalidArgument);
}

TEST(TruncateTest, KeepsToTheZonesClock) {
  const Column column =
      times({"2013-03-31T00:30:00Z", "2013-10-27T00:30:00Z", "2013-10-27T01:30:00Z"}, kBerlin);
  const auto start = [&](const char* period) { return rows("dt.truncate", {column, Scalar(period)}); };
  EXPECT_EQ(start("1d"),
            (Rows{"2013-03-31T00:00:00+01:00", "2013-10-27T00:00:00+02:00", "2013-10-27T00:00:00+02:00"}));
  EXPECT_EQ(start("1h"),
            (Rows{"2013-03-31T01:00:00+01:00", "2013-10-27T02:00:00+02:00", "2013-10-27T02:00:00+01:00"}));
  EXPECT_EQ(start("3h"),
            (Rows{"2013-03-31T00:00:00+01:00", "2013-10-27T00:00:00+02:00", "2013-10-27T00:00:00+02:00"}));
  EXPECT_EQ(start("1mo"),
            (Rows{"2013-03-01T00:00:00+01:00", "2013-10-01T00:00:00+02:00", "2013-10-01T00:00:00+02:00"}));
}

TEST(StrftimeTest, KnowsTheUsualDirectives) {
  const Column column = times({"2013-01-31T05:04:03.123456"}),
               zoned = times({"2013-03-31T00:30:00Z"}, kBerlin);
  const auto shown = [](const Column& times, const char* format) {
    return rows("dt.strftime", {times, Scalar(format)})[0];
  };
  EXPECT_EQ(shown(column, "%Y-%m-%d %H:%M:%S"), "2013-01-31 05:04:03");
  EXPECT_EQ(shown(column, "%f %.f %.3f %3f %6f"), "123456000 .123456 .123 123 123456");
  EXPECT_EQ(shown(column, "%j %a %A %b %B %p %I"), "031 Thu Thursday Jan January AM 05");
  EXPECT_EQ(shown(column, "%s %U %W %V %G %u %w %e"), "1359608643 04 04 05 2013 4 4 31");
  EXPECT_EQ(shown(column, "%D %F %T %R %y %C %% %k %r"),
            "01/31/13 2013-01-31 05:04:03 05:04 13 20 %  5 05:04:03 AM");
  EXPECT_EQ(shown(column, "%c"), "Thu Jan 31 05:04:03 2013");
  EXPECT_EQ(shown(zoned, "%F %T %z %:z %s %U %W"), "2013-03-31 01:30:00 +0100 +01:00 1364689800 13 12");
  EXPECT_EQ(rows("dt.strftime", {dates({15736, {}}), Scalar("%d.%m.%Y")}), (Rows{"31.01.2013", "null"}));
  EXPECT_THROW(shown(column, "%Q"), InvalidArgument);
}

TEST(ParseTest, ReadsDatesByAFormat) {
  for (const Column& column : in_all_layouts({"31.1.2013", {}, "29.02.2012", "31.1.2013"})) {
    EXPECT_EQ(rows("str.to_date", {column, Scalar("%d.%m.%Y")}),
              (Rows{"2013-01-31", "null", "2012-02-29", "2013-01-31"}));
  }
  const Column bad = texts({"31.02.2013", "1.1.2013 ", "1.1.2013"});
  EXPECT_EQ(rows("str.to_date", {bad, Scalar("%d.%m.%Y"), Scalar(false)}),
            (Rows{"null", "null", "2013-01-01"}));
  try {
    rows("str.to_date", {bad, Scalar("%d.%m.%Y")});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_NE(std::string(error.what()).find("31.02.2013"), std::string::npos) << error.what();
  }
}

TEST(ParseTest, ReadsTimesByAFormat) {
  const auto parsed = [](const char* text, const char* format) {
    return rows("str.to_timestamp", {texts({text}), Scalar(format), Scalar(false)})[0];
  };
  EXPECT_EQ(parsed("2013-01-31 05:04:03.5", "%Y-%m-%d %H:%M:%S%.f"), "2013-01-31T05:04:03.500");
  EXPECT_EQ(parsed("2013-01-31 05:04:03", "%Y-%m-%d %H:%M:%S%.f"), "2013-01-31T05:04:03");
  EXPECT_EQ(parsed("Jan 31 2013 5:04 PM", "%b %d %Y %I:%M %p"), "2013-01-31T17:04:00");
  EXPECT_EQ(parsed("January 31 2013 12:04 AM", "%B %d %Y %I:%M %p"), "2013-01-31T00:04:00");
  EXPECT_EQ(parsed("2013-01-31T05:04:03+02:00", "%Y-%m-%dT%H:%M:%S%z"), "2013-01-31T03:04:03");
  EXPECT_EQ(parsed("20130131", "%Y%m%d"), "2013-01-31T00:00:00");
  EXPECT_EQ(parsed("1359608643", "%s"), "2013-01-31T05:04:03");
  EXPECT_EQ(parsed("2013-060", "%Y-%j"), "2013-03-01T00:00:00");
  EXPECT_EQ(parsed("2013-01-31", "%Y-%m-%d %H"), "null");
  EXPECT_EQ(parsed("2013-01-31 24", "%Y-%m-%d %H"), "null");
  EXPECT_EQ(parsed("2013-01-31 13 PM", "%Y-%m-%d %I %p"), "null");
}

TEST(SqlFunctionsTest, AddsMonthsToTheSameDayOrTheLast) {
  const auto moved = [](const Column& column, std::int64_t months) {
    return rows("sql.add_months", {column, Scalar(months)});
  };
  const Column days = cast(texts({"2024-01-31", "2023-12-15", {}, "1969-03-31"}), TypeId::kDate, true);
  EXPECT_EQ(moved(days, 1), (Rows{"2024-02-29", "2024-01-15", "null", "1969-04-30"}));
  EXPECT_EQ(moved(days, -13), (Rows{"2022-12-31", "2022-11-15", "null", "1968-02-29"}));
  EXPECT_EQ(moved(times({"2024-03-31T10:11:12", {}}), -1), (Rows{"2024-02-29T10:11:12", "null"}));
  EXPECT_THROW(moved(days, 1'000'000), InvalidArgument);
  EXPECT_THROW(rows("sql.add_months", {ints({1}), Scalar(1)}), TypeError);
}

TEST(SqlFunctionsTest, RefusesTheValueOfSeveralRows) {
  EXPECT_EQ(rows("sql.only_row", {texts({"a", {}, {}}), ints({1, 1, {}})}), (Rows{"a", "null", "null"}));
  EXPECT_THROW(rows("sql.only_row", {texts({"a", "b"}), ints({1, 2})}), InvalidArgument);
}

}  // namespace
}  // namespace treadle::columnar
