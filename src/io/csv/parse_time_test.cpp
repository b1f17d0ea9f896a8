#include "io/csv/parse_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "io/csv/date_format.h"
#include "io/csv/time_parsers.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

std::string padded(const std::string& text) { return text + std::string(32, '7'); }
const std::uint8_t* bytes(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

TEST(ParseTime, EveryDayOfFourCenturiesAgreesWithTheStandardLibrary) {
  using namespace std::chrono;
  const auto first = sys_days(year(1799) / 1 / 1), last = sys_days(year(2205) / 1 / 1);
  for (auto day = first; day < last; day += days(1)) {
    const year_month_day date(day);
    char text[48] = {};
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()));
    std::int32_t parsed = 0;
    ASSERT_TRUE(parse_date_fast(bytes(text), parsed)) << text;
    ASSERT_EQ(parsed, day.time_since_epoch().count()) << text;
  }
}

TEST(ParseTime, DatesThatAreNoneAreRefused) {
  std::int32_t days = 0;
  for (const char* text : {"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-04-31",
                           "2024/01/01", "2024-1-011", "0000-01-01", "20a4-01-01", "2024-01-0:"}) {
    EXPECT_FALSE(parse_date_fast(bytes(padded(text)), days)) << text;
  }
}

TEST(ParseTime, SecondsOfADay) {
  std::int64_t seconds = 0;
  ASSERT_TRUE(parse_seconds_fast(bytes(padded("1970-01-02T03:04:05")), seconds));
  EXPECT_EQ(seconds, 86400 + 3 * 3600 + 4 * 60 + 5);
  for (const char* text : {"1970-01-02T24:00:00", "1970-01-02T00:60:00", "1970-01-02T00:00:60",
                           "1970-01-02_00:00:00", "1970-01-02T00-00:00"}) {
    EXPECT_FALSE(parse_seconds_fast(bytes(padded(text)), seconds)) << text;
  }
}

TEST(ParseTime, FractionsAndZones) {
  TimeText time;
  ASSERT_TRUE(parse_time_text("1970-01-01 01:30:00.25+01:30", time));
  EXPECT_EQ(time.seconds, 0);
  EXPECT_EQ(time.nanoseconds, 250'000'000u);
  EXPECT_TRUE(time.has_zone);
  for (const char* text : {"1970-01-01T00:00Z", "1970-01-01T00:00:00-0800", "1970-01-01T00:00:00+01",
                           "1970-01-01T00:00:00,5", "1970-01-01"}) {
    EXPECT_TRUE(parse_time_text(text, time)) << text;
  }
  for (const char* text :
       {"1970-01-01T", "1970-01-01T00", "1970-01-01T00:00:00.", "1970-01-01T00:00:00+1",
        "1970-01-01T00:00:00+25:00", "1970-01-01T00:00:00Zx", "1970-01-01 00:00:00.1234567890"}) {
    EXPECT_FALSE(parse_time_text(text, time)) << text;
  }
}

TEST(ParseTime, TheFastTimestampsAgreeWithTheCarefulOnes) {
  for (const TimeUnit unit : {TimeUnit::kSecond, TimeUnit::kMilli, TimeUnit::kMicro, TimeUnit::kNano}) {
    for (const char* zone : {"", "UTC"}) {
      const TimestampParser parser(DataType::timestamp(unit, zone), nullptr);
      for (const char* text :
           {"2024-02-29T01:02:03", "2024-02-29T01:02:03Z", "2024-02-29T01:02:03.5",
            "2024-02-29T01:02:03.123456", "2024-02-29T01:02:03.123456Z", "2024-02-29T01:02:03.12345678",
            "1500-01-01T00:00:00", "2024-02-29T01:02:03.Z"}) {
        std::int64_t fast = 0, careful = 0;
        const std::string room = padded(text);
        if (!parser.fast(bytes(room), static_cast<std::uint32_t>(std::string(text).size()), fast)) continue;
        ASSERT_EQ(parser.parse(text, careful), Parsed::kYes) << text;
        EXPECT_EQ(fast, careful) << text;
      }
    }
  }
}

TEST(DateFormat, ReadsItsDirectives) {
  TimeText time;
  EXPECT_TRUE(DateFormat("%a, %d %b %Y %T %z").parse("Thu, 29 Feb 2024 01:02:03 -0100", time));
  EXPECT_EQ(time.seconds, 1709172123);
  EXPECT_TRUE(DateFormat("%y%j").parse("24060", time));
  EXPECT_EQ(time.seconds, 1709164800);
  EXPECT_TRUE(DateFormat("%B %e, %Y 100%%").parse("february 29, 2024 100%", time));
  EXPECT_FALSE(DateFormat("%d.%m.%Y").parse("29.02.2023", time));
  EXPECT_FALSE(DateFormat("%d.%m.%Y").parse("29.02.2024 ", time));
  EXPECT_THROW(DateFormat("%Q"), InvalidArgument);
  EXPECT_THROW(DateFormat("%Y%"), InvalidArgument);
}

}  // namespace
}  // namespace treadle::csv
