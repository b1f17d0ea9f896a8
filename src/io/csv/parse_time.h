#pragma once

#include <cstdint>
#include <string_view>

#include "io/csv/digits.h"

namespace treadle::csv {

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar; year 0 to 9999, month and day as they
/// are in it. (Hinnant, chrono-Compatible Low-Level Date Algorithms: years begin in March, so that the leap
/// day comes last.)
inline std::int32_t days_from_civil(std::int32_t year, std::uint32_t month, std::uint32_t day) {
  const auto y = static_cast<std::uint32_t>(year + 400) - (month <= 2 ? 1 : 0);
  const std::uint32_t from_march = month > 2 ? month - 3 : month + 9;
  const std::uint32_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1;
  return static_cast<std::int32_t>(days) - 719468 - 146097;
}

inline bool is_leap(std::uint32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

inline bool is_date(std::uint32_t year, std::uint32_t month, std::uint32_t day) {
  static constexpr std::uint8_t kDays[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year == 0 || month > 12 || day == 0) return false;
  return day <= kDays[month] || (month == 2 && day == 29 && is_leap(year));
}

/// Whether eight bytes are digits and fixed characters as in `form`, where '0' stands for a digit. If so
/// `pairs` has, in byte i, the number that digits i and i + 1 spell; fixed characters count as 0.
inline bool match_digits(std::uint64_t bytes, std::uint64_t form, std::uint64_t& pairs) {
  const std::uint64_t values = bytes ^ form;
  // A digit place holds at most 9, a fixed place exactly 0.
  const std::uint64_t digit_places = ((form ^ kZeros) - kEachByte) & ~(form ^ kZeros) & kEachByte * 0x80;
  const std::uint64_t slack = kEachByte * 0x7F - (digit_places >> 7) * 9;
  pairs = values * 10 + (values >> 8);
  return (((values + slack) | values) & kEachByte * 0x80) == 0;
}

constexpr std::uint64_t form_of(std::string_view text) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < 8; ++i) bytes |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
  return bytes;
}

/// "2024-03-05" in the first ten of 16 readable bytes.
inline bool parse_date_fast(const std::uint8_t* text, std::int32_t& days) {
  std::uint64_t first = 0, second = 0;
  if (!match_digits(load8(text), form_of("0000-00-"), first)) return false;
  if (!match_digits(load8(text + 2), form_of("00-00-00"), second)) return false;
  const auto year = static_cast<std::uint32_t>((first & 0xFF) * 100 + (first >> 16 & 0xFF));
  const auto month = static_cast<std::uint32_t>(first >> 40 & 0xFF);
  const auto day = static_cast<std::uint32_t>(second >> 48 & 0xFF);
  days = days_from_civil(static_cast<std::int32_t>(year), month, day);
  return is_date(year, month, day);
}

/// "2024-03-05T12:34:56" (or a space for the T), 19 readable bytes, as seconds since 1970-01-01T00:00.
inline bool parse_seconds_fast(const std::uint8_t* text, std::int64_t& seconds) {
  std::int32_t days = 0;
  std::uint64_t clock = 0;
  const bool separated = (text[10] == 'T') | (text[10] == ' ');
  if (!separated || !parse_date_fast(text, days) ||
      !match_digits(load8(text + 11), form_of("00:00:00"), clock)) {
    return false;
  }
  const auto hour = static_cast<std::int64_t>(clock & 0xFF),
             minute = static_cast<std::int64_t>(clock >> 24 & 0xFF);
  const auto second = static_cast<std::int64_t>(clock >> 48 & 0xFF);
  seconds = std::int64_t{days} * 86400 + hour * 3600 + minute * 60 + second;
  return (hour < 24) & (minute < 60) & (second < 60);
}

/// A point in time as written.
struct TimeText {
  std::int64_t seconds = 0;       // since 1970-01-01T00:00, in UTC if it has a zone
  std::uint32_t nanoseconds = 0;  // 0 to 999,999,999
  bool has_clock = false;         // more than a date
  bool has_zone = false;
};

/// ISO 8601: a date; or a date, T or space, hours and minutes, perhaps seconds, a fraction of up to nine
/// digits, and a zone as Z or an offset.
bool parse_time_text(std::string_view text, TimeText& out);

/// "12:34", "12:34:56", "12:34:56.789" as nanoseconds since midnight.
bool parse_clock(std::string_view text, std::int64_t& nanoseconds);

}  // namespace treadle::csv
