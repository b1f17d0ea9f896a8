#include "columnar/parse_temporal.h"

#include "columnar/calendar.h"
#include "columnar/text_cursor.h"

namespace treadle::columnar {
namespace {

bool take_date(TextCursor& in, std::int64_t& days) noexcept {
  const bool minus = in.take('-');
  const bool has_sign = minus || in.take('+');
  std::int64_t year = 0, month = 0, day = 0;
  if (!in.take_number(4, has_sign ? 6 : 4, year) || !in.take('-') || !in.take_number(2, 2, month) ||
      !in.take('-') || !in.take_number(2, 2, day)) {
    return false;
  }
  if (minus) year = -year;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<std::uint32_t>(month)))
    return false;
  days = days_from_civil(year, static_cast<std::uint32_t>(month), static_cast<std::uint32_t>(day));
  return true;
}

bool take_clock(TextCursor& in, std::int64_t& seconds, std::int64_t& nanoseconds) noexcept {
  std::int64_t hour = 0, minute = 0, second = 0;
  if (!in.take_number(2, 2, hour) || !in.take(':') || !in.take_number(2, 2, minute)) return false;
  if (in.take(':')) {
    if (!in.take_number(2, 2, second)) return false;
    if (in.take_any_of(".,") && !in.take_fraction(INT32_MAX, nanoseconds)) return false;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  seconds = hour * 3600 + minute * 60 + second;
  return true;
}

}  // namespace

std::optional<std::int32_t> parse_iso_date(std::string_view text) noexcept {
  TextCursor in(text);
  std::int64_t days = 0;
  if (!take_date(in, days) || !in.at_end()) return std::nullopt;
  return static_cast<std::int32_t>(days);
}

std::optional<ParsedTime> parse_iso_timestamp(std::string_view text) noexcept {
  TextCursor in(text);
  std::int64_t days = 0, seconds = 0;
  ParsedTime time;
  if (!take_date(in, days)) return std::nullopt;
  if (!in.at_end()) {
    if (!in.take_any_of("Tt ") || !take_clock(in, seconds, time.nanoseconds)) return std::nullopt;
    std::int64_t offset = 0;
    if (!in.at_end()) {
      in.take(' ');
      if (!in.take_offset(offset) || !in.at_end()) return std::nullopt;
      time.offset = offset;
    }
  }
  time.seconds = days * kSecondsPerDay + seconds;
  return time;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text, TimeUnit unit) noexcept {
  TextCursor in(text);
  std::int64_t seconds = 0, nanoseconds = 0;
  if (!take_clock(in, seconds, nanoseconds) || !in.at_end()) return std::nullopt;
  return ticks_of(seconds, nanoseconds, unit);
}

std::optional<std::int64_t> ticks_of(std::int64_t seconds, std::int64_t nanoseconds, TimeUnit unit) noexcept {
  std::int64_t ticks = 0;
  const std::int64_t per_second = ticks_per_second(unit);
  if (__builtin_mul_overflow(seconds, per_second, &ticks)) return std::nullopt;
  if (__builtin_add_overflow(ticks, nanoseconds / (1000000000 / per_second), &ticks)) return std::nullopt;
  return ticks;
}

}  // namespace treadle::columnar
