#include "io/csv/date_format.h"

#include <array>
#include <cstdint>

#include "columnar/calendar_names.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One text being read by one format.
class FormatParse {
 public:
  explicit FormatParse(std::string_view text) : text_(text) {}

  bool run(std::string_view format, TimeText& out) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      const bool directive = format[i] == '%';
      if (directive ? !take(format[++i]) : !take_literal(format[i])) return false;
    }
    return text_.empty() && assemble(out);
  }

 private:
  bool take(char directive) {
    switch (directive) {
      case 'Y':
        return number(4, 4, year_);
      case 'y':
        return short_year();
      case 'm':
        return number(1, 2, month_);
      case 'd':
        return number(1, 2, day_);
      case 'e':
        return take_literal(' ') && number(1, 2, day_);
      case 'j':
        return number(1, 3, day_of_year_);
      case 'b':
      case 'B':
        return name(columnar::kMonths, 3, month_);
      case 'a':
      case 'A':
        return name(columnar::kDays, 3, weekday_);
      case 'H':
        return number(1, 2, hour_);
      case 'I':
        return number(1, 2, hour_) && hour_ >= 1 && hour_ <= 12 && (twelve_hours_ = true);
      case 'M':
        return number(1, 2, minute_);
      case 'S':
        return number(1, 2, second_);
      case 'f':
        return fraction();
      case 'p':
        return half_of_day();
      case 'z':
        return zone();
      default:
        return take_literal(directive);
    }
  }

  bool take_literal(char c) {
    if (c == ' ' || c == '\n' || c == '\t') {
      while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t')) text_.remove_prefix(1);
      return true;
    }
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool number(std::size_t least, std::size_t most, std::uint32_t& out) {
    std::size_t count = 0;
    std::uint32_t value = 0;
    for (; count < most && count < text_.size() && is_digit(text_[count]); ++count) {
      value = value * 10 + static_cast<std::uint32_t>(text_[count] - '0');
    }
    text_.remove_prefix(count);
    out = value;
    return count >= least;
  }

  // The century that POSIX chose: 69 to 99 are 1969 to 1999.
  bool short_year() {
    if (!number(2, 2, year_)) return false;
    year_ += year_ < 69 ? 2000 : 1900;
    return true;
  }

  /// A whole name or its first `least` letters, in any case, as its number from 1.
  template <std::size_t N>
  bool name(const std::string_view (&names)[N], std::size_t least, std::uint32_t& out) {
    for (std::size_t i = 0; i < N; ++i) {
      std::size_t same = 0;
      while (same < names[i].size() && same < text_.size() && lower(text_[same]) == lower(names[i][same]))
        ++same;
      if (same < least) continue;
      text_.remove_prefix(same == names[i].size() ? same : least);
      out = static_cast<std::uint32_t>(i + 1);
      return true;
    }
    return false;
  }

  bool fraction() {
    std::size_t count = 0;
    while (count < 9 && count < text_.size() && is_digit(text_[count])) ++count;
    if (!number(1, 9, nanoseconds_)) return false;
    nanoseconds_ *= static_cast<std::uint32_t>(kPowersOfTen[9 - count]);
    return true;
  }

  bool half_of_day() {
    if (text_.size() < 2 || lower(text_[1]) != 'm') return false;
    afternoon_ = lower(text_[0]) == 'p';
    if (!afternoon_ && lower(text_[0]) != 'a') return false;
    text_.remove_prefix(2);
    return true;
  }

  bool zone() {
    zoned_ = true;
    if (take_literal('Z')) return true;
    const bool east = take_literal('+');
    if (!east && !take_literal('-')) return false;
    std::uint32_t hours = 0, minutes = 0;
    if (!number(2, 2, hours)) return false;
    take_literal(':');
    if (!text_.empty() && is_digit(text_[0]) && !number(2, 2, minutes)) return false;
    const std::int64_t offset = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
    offset_ = east ? offset : -offset;
    return hours < 24 && minutes < 60;
  }

  bool assemble(TimeText& out) {
    if (twelve_hours_) hour_ = hour_ % 12 + (afternoon_ ? 12 : 0);
    if (hour_ > 23 || minute_ > 59 || second_ > 59) return false;
    std::int64_t days = 0;
    if (day_of_year_ != 0) {
      if (day_of_year_ > (is_leap(year_) ? 366u : 365u)) return false;
      days = days_from_civil(static_cast<std::int32_t>(year_), 1, 1) + std::int64_t{day_of_year_} - 1;
    } else {
      if (!is_date(year_, month_, day_)) return false;
      days = days_from_civil(static_cast<std::int32_t>(year_), month_, day_);
    }
    out.seconds = days * 86400 + hour_ * 3600 + minute_ * 60 + second_ - offset_;
    out.nanoseconds = nanoseconds_;
    out.has_zone = zoned_;
    return true;
  }

  std::string_view text_;
  std::uint32_t year_ = 1970, month_ = 1, day_ = 1, day_of_year_ = 0, weekday_ = 0;
  std::uint32_t hour_ = 0, minute_ = 0, second_ = 0, nanoseconds_ = 0;
  std::int64_t offset_ = 0;
  bool twelve_hours_ = false, afternoon_ = false, zoned_ = false;
};

std::string written_out(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    out += format[i];
    if (format[i] != '%') continue;
    const char directive = ++i < format.size() ? format[i] : '\0';
    switch (directive) {
      case 'T':
        out += "H:%M:%S";
        break;
      case 'R':
        out += "H:%M";
        break;
      case 'F':
        out += "Y-%m-%d";
        break;
      case 'D':
        out += "m/%d/%y";
        break;
      default:
        out += directive;
    }
  }
  return out;
}

}  // namespace

DateFormat::DateFormat(std::string format) : format_(std::move(format)), simple_(written_out(format_)) {
  constexpr std::string_view kKnown = "YymdejbBaAHIMSfpznt%";
  for (std::size_t i = 0; i < simple_.size(); ++i) {
    if (simple_[i] != '%') continue;
    const char directive = simple_[++i];
    if (directive == '\0' || kKnown.find(directive) == std::string_view::npos) {
      throw InvalidArgument("csv: date_format '" + format_ + "' has an unknown directive %" + directive);
    }
    if (directive == 'n' || directive == 't') simple_[i - 1] = simple_[i] = ' ';
    has_clock_ |= std::string_view("HIMSf").find(directive) != std::string_view::npos;
    has_zone_ |= directive == 'z';
  }
}

bool DateFormat::parse(std::string_view text, TimeText& out) const {
  out = {};
  if (!FormatParse(text).run(simple_, out)) return false;
  out.has_clock = has_clock_;
  return true;
}

}  // namespace treadle::csv
