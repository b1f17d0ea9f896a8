#include "columnar/parse_temporal.h"

#include <algorithm>

#include "columnar/calendar.h"

namespace treadle::columnar {
namespace {

/// Reads from the front of a text. Every take_ answers whether it found what it looks for and moves on only
/// then.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return text_.empty(); }
  bool take(char wanted) noexcept {
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_any_of(std::string_view wanted) noexcept {
    if (text_.empty() || wanted.find(text_[0]) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Between `least` and `most` digits.
  bool take_number(int least, int most, std::int64_t& value) noexcept {
    int digits = 0;
    std::int64_t read = 0;
    while (digits < most && digits < static_cast<int>(text_.size()) &&
           is_digit(text_[static_cast<std::size_t>(digits)])) {
      read = read * 10 + (text_[static_cast<std::size_t>(digits++)] - '0');
    }
    if (digits < least) return false;
    text_.remove_prefix(static_cast<std::size_t>(digits));
    value = read;
    return true;
  }
  /// Digits behind a point as nanoseconds; those beyond the ninth are cut off.
  bool take_fraction(int most, std::int64_t& nanoseconds) noexcept {
    int digits = 0;
    std::int64_t read = 0;
    for (; digits < most && !text_.empty() && is_digit(text_[0]); ++digits, text_.remove_prefix(1)) {
      if (digits < 9) read = read * 10 + (text_[0] - '0');
    }
    if (digits == 0) return false;
    for (int i = digits; i < 9; ++i) read *= 10;
    nanoseconds = read;
    return true;
  }
  /// One of some names, by at least its first three letters in any case; the longest form that is there.
  bool take_name(const std::string_view* names, int count, std::int64_t& index) noexcept {
    for (int i = 0; i < count; ++i) {
      const std::size_t full = names[i].size();
      const std::size_t size = starts_with(names[i]) ? full : starts_with(names[i].substr(0, 3)) ? 3 : 0;
      if (size == 0) continue;
      text_.remove_prefix(size);
      index = i;
      return true;
    }
    return false;
  }
  void skip_spaces() noexcept {
    while (!text_.empty() && (text_[0] == ' ' || (text_[0] >= '\t' && text_[0] <= '\r')))
      text_.remove_prefix(1);
  }
  void skip_letters() noexcept {
    while (!text_.empty() && ((text_[0] | 32) >= 'a' && (text_[0] | 32) <= 'z')) text_.remove_prefix(1);
  }
  /// "Z", "+01:00", "+0100", "+01", "+01:00:30".
  bool take_offset(std::int64_t& seconds) noexcept {
    if (take('Z') || take('z')) {
      seconds = 0;
      return true;
    }
    const bool minus = !text_.empty() && text_[0] == '-';
    if (!take_any_of("+-")) return false;
    std::int64_t hours = 0, minutes = 0, rest = 0;
    if (!take_number(2, 2, hours)) return false;
    if (take(':')) {
      if (!take_number(2, 2, minutes) || (take(':') && !take_number(2, 2, rest))) return false;
    } else {
      take_number(2, 2, minutes);
    }
    if (hours > 23 || minutes > 59 || rest > 59) return false;
    seconds = (hours * 3600 + minutes * 60 + rest) * (minus ? -1 : 1);
    return true;
  }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  bool starts_with(std::string_view name) const noexcept {
    return text_.size() >= name.size() && std::equal(name.begin(), name.end(), text_.begin(),
                                                     [](char a, char b) { return (a | 32) == (b | 32); });
  }

  std::string_view text_;
};

bool take_date(Cursor& in, std::int64_t& days) noexcept {
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

bool take_clock(Cursor& in, std::int64_t& seconds, std::int64_t& nanoseconds) noexcept {
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

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};

/// What a format's directives found.
class FormatReader {
 public:
  explicit FormatReader(std::string_view text) noexcept : in_(text) {}

  bool read(std::string_view format) noexcept {
    for (std::size_t i = 0; i < format.size(); ++i) {
      const char c = format[i];
      if (c == '%' && i + 1 < format.size()) {
        std::size_t used = 0;
        if (!directive(format.substr(i + 1), used)) return false;
        i += used;
      } else if (c == ' ') {
        in_.skip_spaces();
      } else if (!in_.take(c)) {
        return false;
      }
    }
    return true;
  }
  bool at_end() const noexcept { return in_.at_end(); }

  std::optional<ParsedTime> result() const noexcept {
    ParsedTime time;
    time.offset = offset_;
    time.nanoseconds = nanoseconds_;
    if (epoch_) {
      time.seconds = *epoch_;
      return time;
    }
    std::int64_t hour = hour_;
    if (half_ >= 0) {
      if (hour < 1 || hour > 12) return std::nullopt;
      hour = hour % 12 + 12 * half_;
    }
    if (month_ < 1 || month_ > 12 || day_ < 1 ||
        day_ > days_in_month(year_, static_cast<std::uint32_t>(month_)))
      return std::nullopt;
    if (hour > 23 || minute_ > 59 || second_ > 59) return std::nullopt;
    std::int64_t days =
        days_from_civil(year_, static_cast<std::uint32_t>(month_), static_cast<std::uint32_t>(day_));
    if (ordinal_ > 0) {
      if (ordinal_ > (is_leap_year(year_) ? 366 : 365)) return std::nullopt;
      days = days_from_civil(year_, 1, 1) + ordinal_ - 1;
    }
    time.seconds = days * kSecondsPerDay + hour * 3600 + minute_ * 60 + second_;
    return time;
  }

 private:
  bool directive(std::string_view spec, std::size_t& used) noexcept {
    used = 1;
    switch (spec[0]) {
      case 'Y': {
        const bool minus = in_.take('-');
        if (!in_.take_number(4, 4, year_)) return false;
        if (minus) year_ = -year_;
        return true;
      }
      case 'y':
        if (!in_.take_number(2, 2, year_)) return false;
        year_ += year_ < 69 ? 2000 : 1900;
        return true;
      case 'm':
        return in_.take_number(1, 2, month_);
      case 'e':
        in_.skip_spaces();
        return in_.take_number(1, 2, day_);
      case 'd':
        return in_.take_number(1, 2, day_);
      case 'b':
      case 'h':
      case 'B':
        if (!in_.take_name(kMonths, 12, month_)) return false;
        ++month_;
        return true;
      case 'a':
      case 'A': {
        std::int64_t ignored = 0;
        return in_.take_name(kDays, 7, ignored);
      }
      case 'H':
      case 'k':
        return in_.take_number(1, 2, hour_);
      case 'I':
      case 'l':
        return in_.take_number(1, 2, hour_);
      case 'p':
      case 'P':
        half_ = in_.take_any_of("pP") ? 1 : in_.take_any_of("aA") ? 0 : -1;
        return half_ >= 0 && in_.take_any_of("mM");
      case 'M':
        return in_.take_number(1, 2, minute_);
      case 'S':
        return in_.take_number(1, 2, second_);
      case 'f':
        return in_.take_fraction(9, nanoseconds_);
      case 'j':
        return in_.take_number(1, 3, ordinal_) && ordinal_ > 0;
      case 's':
        return epoch();
      case 'z': {
        std::int64_t offset = 0;
        if (!in_.take_offset(offset)) return false;
        offset_ = offset;
        return true;
      }
      case 'Z':
        in_.skip_letters();
        return true;
      case 'F':
        return read("%Y-%m-%d");
      case 'T':
        return read("%H:%M:%S");
      case 'R':
        return read("%H:%M");
      case 'D':
        return read("%m/%d/%y");
      case 'n':
      case 't':
        in_.skip_spaces();
        return true;
      case '%':
        return in_.take('%');
      default:
        return fraction(spec, used);
    }
  }

  /// %.f, %.3f, %3f: a fraction with or without its point.
  bool fraction(std::string_view spec, std::size_t& used) noexcept {
    const bool point = spec[0] == '.';
    std::size_t i = point ? 1 : 0;
    int digits = 9;
    if (i < spec.size() && spec[i] >= '1' && spec[i] <= '9') digits = spec[i++] - '0';
    if (i >= spec.size() || spec[i] != 'f') return false;
    used = i + 1;
    if (point && !in_.take('.')) return true;
    return in_.take_fraction(digits, nanoseconds_);
  }

  bool epoch() noexcept {
    const bool minus = in_.take('-');
    std::int64_t seconds = 0;
    if (!in_.take_number(1, 18, seconds)) return false;
    epoch_ = minus ? -seconds : seconds;
    return true;
  }

  Cursor in_;
  std::int64_t year_ = 1970, month_ = 1, day_ = 1, hour_ = 0, minute_ = 0, second_ = 0, nanoseconds_ = 0,
               ordinal_ = 0;
  int half_ = -1;  // 0 before noon, 1 after it
  std::optional<std::int64_t> epoch_, offset_;
};

}  // namespace

std::optional<std::int32_t> parse_iso_date(std::string_view text) noexcept {
  Cursor in(text);
  std::int64_t days = 0;
  if (!take_date(in, days) || !in.at_end()) return std::nullopt;
  return static_cast<std::int32_t>(days);
}

std::optional<ParsedTime> parse_iso_timestamp(std::string_view text) noexcept {
  Cursor in(text);
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
  Cursor in(text);
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

std::optional<ParsedTime> parse_by_format(std::string_view text, std::string_view format) noexcept {
  FormatReader reader(text);
  if (!reader.read(format) || !reader.at_end()) return std::nullopt;
  return reader.result();
}

}  // namespace treadle::columnar
