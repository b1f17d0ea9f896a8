#include "columnar/format.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "columnar/bitmap.h"
#include "columnar/calendar.h"
#include "columnar/zone.h"
#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle::columnar {
namespace {

template <class T>
void append_chars(std::string& out, T value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  out.append(text, static_cast<std::size_t>(end - text));
}

template <class T>
void append_floating(std::string& out, T value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value < 0 ? "-inf" : "inf";
    return;
  }
  char text[40];
  char* end = std::to_chars(text, text + sizeof text - 2, value).ptr;
  const bool looks_like_integer = std::none_of(text, end, [](char c) { return c == '.' || c == 'e'; });
  if (looks_like_integer) {
    *end++ = '.';
    *end++ = '0';
  }
  out.append(text, static_cast<std::size_t>(end - text));
}

/// `digits` decimal digits of `value`, zeros in front.
void append_padded(std::string& out, std::uint64_t value, int digits) {
  char text[20];
  for (int i = digits - 1; i >= 0; --i, value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

/// ".123", ".123456": as many digits as it takes, in threes; nothing for zero.
void append_fraction(std::string& out, std::uint64_t fraction, int digits) {
  if (fraction == 0) return;
  for (; fraction % 1000 == 0; fraction /= 1000) digits -= 3;
  out += '.';
  append_padded(out, fraction, digits);
}

}  // namespace

void append_integer(std::string& out, std::int64_t value) { append_chars(out, value); }
void append_integer(std::string& out, std::uint64_t value) { append_chars(out, value); }
void append_float(std::string& out, double value) { append_floating(out, value); }
void append_float(std::string& out, float value) { append_floating(out, value); }

void append_decimal(std::string& out, int128_t unscaled, int scale) {
  const bool negative = unscaled < 0;
  auto left = negative ? -static_cast<uint128_t>(unscaled) : static_cast<uint128_t>(unscaled);
  char text[64];
  char* const end = text + sizeof text;
  char* at = end;
  for (int digit = 0; left != 0 || digit <= scale; ++digit, left /= 10) {
    if (digit == scale && scale > 0) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(left % 10));
  }
  if (negative) *--at = '-';
  out.append(at, static_cast<std::size_t>(end - at));
}

void append_date(std::string& out, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  std::int64_t year = date.year;
  if (year < 0) out += '-';
  year = year < 0 ? -year : year;
  append_padded(out, static_cast<std::uint64_t>(year), year > 99999 ? 6 : year > 9999 ? 5 : 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

void append_time(std::string& out, std::int64_t ticks, TimeUnit unit) {
  const std::int64_t seconds = floor_div(ticks, ticks_per_second(unit));
  append_padded(out, static_cast<std::uint64_t>(seconds / 3600), 2);
  out += ':';
  append_padded(out, static_cast<std::uint64_t>(seconds / 60 % 60), 2);
  out += ':';
  append_padded(out, static_cast<std::uint64_t>(seconds % 60), 2);
  append_fraction(out, static_cast<std::uint64_t>(floor_mod(ticks, ticks_per_second(unit))),
                  fraction_digits(unit));
}

void append_clock(std::string& out, std::int64_t ticks, TimeUnit unit) {
  append_date(out, floor_div(ticks, ticks_per_day(unit)));
  out += 'T';
  append_time(out, floor_mod(ticks, ticks_per_day(unit)), unit);
}

void append_offset(std::string& out, std::int64_t offset_seconds) {
  out += offset_seconds < 0 ? '-' : '+';
  const auto seconds = static_cast<std::uint64_t>(offset_seconds < 0 ? -offset_seconds : offset_seconds);
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  if (seconds % 60 != 0) {
    out += ':';
    append_padded(out, seconds % 60, 2);
  }
}

void append_duration(std::string& out, std::int64_t ticks, TimeUnit unit) {
  const auto per_second = static_cast<std::uint64_t>(ticks_per_second(unit));
  const std::uint64_t size =
      ticks < 0 ? -static_cast<std::uint64_t>(ticks) : static_cast<std::uint64_t>(ticks);
  const std::uint64_t seconds = size / per_second, fraction = size % per_second;
  if (ticks < 0) out += '-';
  out += 'P';
  const auto part = [&](std::uint64_t count, char name) {
    if (count == 0) return;
    append_integer(out, count);
    out += name;
  };
  part(seconds / 86400, 'D');
  if (seconds % 86400 == 0 && fraction == 0 && size != 0) return;
  out += 'T';
  part(seconds / 3600 % 24, 'H');
  part(seconds / 60 % 60, 'M');
  if (seconds % 60 != 0 || fraction != 0 || size == 0) {
    append_integer(out, seconds % 60);
    append_fraction(out, fraction, fraction_digits(unit));
    out += 'S';
  }
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace treadle::columnar
