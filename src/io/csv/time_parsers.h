#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "io/csv/date_format.h"
#include "io/csv/parse_number.h"
#include "io/csv/parse_time.h"
#include "treadle/data_type.h"

// Parsers of dates and times for ValueBuilder.
namespace treadle::csv {

using DateFormatPtr = std::shared_ptr<const DateFormat>;

/// Reads a date or time by `format`, or as ISO 8601 without one.
inline bool parse_time_by(const DateFormatPtr& format, std::string_view text, TimeText& out) {
  return format ? format->parse(text, out) : parse_time_text(trimmed(text), out);
}

/// Days since 1970-01-01.
class DateParser {
 public:
  using Value = std::int32_t;
  explicit DateParser(DateFormatPtr format) : format_(std::move(format)) {}

  bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) const {
    return size == 10 && format_ == nullptr && parse_date_fast(text, out);
  }
  Parsed parse(std::string_view text, Value& out) const;

 private:
  DateFormatPtr format_;
};

/// Units since 1970-01-01T00:00.
class TimestampParser {
 public:
  using Value = std::int64_t;
  TimestampParser(const DataType& type, DateFormatPtr format);

  bool fast(const std::uint8_t* text, std::uint32_t size, Value& out) const {
    if (size < 19 || format_ != nullptr) return false;
    std::int64_t seconds = 0;
    if (!parse_seconds_fast(text, seconds)) return false;
    // Years 1700 to 2200 fit every unit; others are looked at with care.
    if (nanosecond_unit_ && (seconds < -8'520'336'000 || seconds > 7'258'118'400)) return false;
    out = seconds * per_second_;
    if (size == 19) return !zoned_;
    const bool utc = text[size - 1] == 'Z';
    return utc == zoned_ && ((size == 20 && utc) || add_fraction(text, size - utc, out));
  }
  Parsed parse(std::string_view text, Value& out) const;

 private:
  /// Up to eight digits behind a point at text[19].
  bool add_fraction(const std::uint8_t* text, std::uint32_t size, Value& out) const {
    const std::uint32_t count = size - 20;
    if (text[19] != '.' || count - 1 >= 8) return false;
    const std::uint64_t digits = (load8(text + 20) ^ kZeros) << (64 - 8 * count);
    if (!all_digits(digits)) return false;
    const auto nanoseconds = static_cast<std::int64_t>(number_of(digits) * kPowersOfTen[9 - count]);
    out += nanoseconds / nanoseconds_per_unit_;
    return nanoseconds % nanoseconds_per_unit_ == 0;
  }

  std::int64_t per_second_;
  std::int64_t nanoseconds_per_unit_;
  bool nanosecond_unit_;
  bool zoned_;
  DateFormatPtr format_;
};

/// Units since midnight.
class ClockParser {
 public:
  using Value = std::int64_t;
  explicit ClockParser(const DataType& type);
  bool fast(const std::uint8_t*, std::uint32_t, Value&) const { return false; }
  Parsed parse(std::string_view text, Value& out) const;

 private:
  std::int64_t nanoseconds_per_unit_;
};

/// How many of a unit make a second.
std::int64_t units_per_second(TimeUnit unit);

}  // namespace treadle::csv
