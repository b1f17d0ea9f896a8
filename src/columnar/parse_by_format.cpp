#include "columnar/calendar.h"
#include "columnar/calendar_names.h"
#include "columnar/parse_temporal.h"
#include "columnar/text_cursor.h"

namespace treadle::columnar {
namespace {

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

  TextCursor in_;
  std::int64_t year_ = 1970, month_ = 1, day_ = 1, hour_ = 0, minute_ = 0, second_ = 0, nanoseconds_ = 0,
               ordinal_ = 0;
  int half_ = -1;  // 0 before noon, 1 after it
  std::optional<std::int64_t> epoch_, offset_;
};

}  // namespace

std::optional<ParsedTime> parse_by_format(std::string_view text, std::string_view format) noexcept {
  FormatReader reader(text);
  if (!reader.read(format) || !reader.at_end()) return std::nullopt;
  return reader.result();
}

}  // namespace treadle::columnar
