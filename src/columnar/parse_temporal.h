#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/data_type.h"

// Dates and times from text.
namespace treadle::columnar {

/// "2013-01-31", years of four digits or, signed, more. Days since 1970-01-01.
std::optional<std::int32_t> parse_iso_date(std::string_view text) noexcept;

/// A time as it stands in text: by its own clock, in seconds as if that were UTC, and the offset behind it if
/// there is one.
struct ParsedTime {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::optional<std::int64_t> offset;
};

/// A date, then, behind "T" or a space, "12:34", "12:34:56" or "12:34:56.789" and an offset: "Z", "+01:00",
/// "+0100", "+01".
std::optional<ParsedTime> parse_iso_timestamp(std::string_view text) noexcept;
/// "12:34", "12:34:56", "12:34:56.789": ticks since midnight.
std::optional<std::int64_t> parse_iso_time(std::string_view text, TimeUnit unit) noexcept;

/// Seconds and nanoseconds in a unit, rounding down; nothing if it does not fit.
std::optional<std::int64_t> ticks_of(std::int64_t seconds, std::int64_t nanoseconds, TimeUnit unit) noexcept;

/// By a strftime-like format: %Y %y %m %d %b %B %H %I %p %M %S %f %.f %3f %6f %9f %j %z %Z %a %A %T %F %D %R
/// %s %e %n %t %%. The whole text must fit; what the format leaves out is 1970-01-01T00:00:00.
std::optional<ParsedTime> parse_by_format(std::string_view text, std::string_view format) noexcept;

}  // namespace treadle::columnar
