#include "columnar/format_temporal.h"

#include "columnar/calendar.h"
#include "columnar/calendar_names.h"
#include "columnar/format.h"

namespace treadle::columnar {
namespace {

class StrftimeWriter {
 public:
  StrftimeWriter(std::string& out, const ClockTime& time)
      : out_(out),
        time_(time),
        date_(civil_from_days(time.days)),
        seconds_(time.ticks / ticks_per_second(time.unit)) {}

  bool write(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        out_ += format[i];
        continue;
      }
      std::size_t used = 1;
      if (!directive(format.substr(i + 1), used)) return false;
      i += used;
    }
    return true;
  }

 private:
  void padded(std::int64_t value, int digits, char fill = '0') {
    std::string text = std::to_string(value < 0 ? -value : value);
    if (value < 0) out_ += '-';
    if (static_cast<int>(text.size()) < digits)
      out_.append(static_cast<std::size_t>(digits) - text.size(), fill);
    out_ += text;
  }
  std::int64_t hour() const noexcept { return seconds_ / 3600; }
  std::int64_t hour12() const noexcept { return (hour() + 11) % 12 + 1; }
  std::int64_t ordinal() const noexcept { return time_.days - days_from_civil(date_.year, 1, 1); }
  int weekday() const noexcept { return iso_weekday(time_.days); }

  /// The date's letters, then the clock's; what neither knows is a fraction or an offset.
  bool directive(std::string_view spec, std::size_t& used) {
    return date_directive(spec[0]) || clock_directive(spec[0]) || composed(spec[0]) ||
           fraction_or_offset(spec, used);
  }

  bool date_directive(char letter) {
    switch (letter) {
      case 'Y':
        padded(date_.year, 4);
        return true;
      case 'y':
        padded(floor_mod(date_.year, 100), 2);
        return true;
      case 'C':
        padded(floor_div(date_.year, 100), 2);
        return true;
      case 'm':
        padded(date_.month, 2);
        return true;
      case 'd':
        padded(date_.day, 2);
        return true;
      case 'e':
        padded(date_.day, 2, ' ');
        return true;
      case 'B':
        out_ += kMonths[date_.month - 1];
        return true;
      case 'b':
      case 'h':
        out_ += kMonths[date_.month - 1].substr(0, 3);
        return true;
      case 'A':
        out_ += kDays[weekday() - 1];
        return true;
      case 'a':
        out_ += kDays[weekday() - 1].substr(0, 3);
        return true;
      case 'j':
        padded(ordinal() + 1, 3);
        return true;
      case 'u':
        padded(weekday(), 1);
        return true;
      case 'w':
        padded(weekday() % 7, 1);
        return true;
      case 'U':
        padded((ordinal() + 7 - weekday() % 7) / 7, 2);
        return true;
      case 'W':
        padded((ordinal() + 7 - (weekday() - 1)) / 7, 2);
        return true;
      case 'V':
        padded(iso_week(time_.days).week, 2);
        return true;
      case 'G':
        padded(iso_week(time_.days).year, 4);
        return true;
      case 'g':
        padded(floor_mod(iso_week(time_.days).year, 100), 2);
        return true;
      default:
        return false;
    }
  }

  bool clock_directive(char letter) {
    switch (letter) {
      case 'H':
        padded(hour(), 2);
        return true;
      case 'k':
        padded(hour(), 2, ' ');
        return true;
      case 'I':
        padded(hour12(), 2);
        return true;
      case 'l':
        padded(hour12(), 2, ' ');
        return true;
      case 'M':
        padded(seconds_ / 60 % 60, 2);
        return true;
      case 'S':
        padded(seconds_ % 60, 2);
        return true;
      case 'p':
        out_ += hour() < 12 ? "AM" : "PM";
        return true;
      case 'P':
        out_ += hour() < 12 ? "am" : "pm";
        return true;
      case 's':
        out_ += std::to_string(time_.days * kSecondsPerDay + seconds_ - time_.offset_seconds);
        return true;
      case 'n':
        out_ += '\n';
        return true;
      case 't':
        out_ += '\t';
        return true;
      case '%':
        out_ += '%';
        return true;
      default:
        return false;
    }
  }

  bool composed(char letter) {
    switch (letter) {
      case 'F':
        return write("%Y-%m-%d");
      case 'T':
      case 'X':
        return write("%H:%M:%S");
      case 'R':
        return write("%H:%M");
      case 'D':
      case 'x':
        return write("%m/%d/%y");
      case 'r':
        return write("%I:%M:%S %p");
      case 'c':
        return write("%a %b %e %H:%M:%S %Y");
      default:
        return false;
    }
  }

  bool fraction_or_offset(std::string_view spec, std::size_t& used) {
    if (spec[0] == 'z' || spec.starts_with(":z")) {
      used = spec[0] == 'z' ? 1 : 2;
      std::string offset;
      append_offset(offset, time_.offset_seconds);
      if (used == 1) offset.erase(3, 1);
      out_ += offset;
      return true;
    }
    const bool point = spec[0] == '.';
    std::size_t i = point ? 1 : 0;
    const int wanted =
        i < spec.size() && (spec[i] == '3' || spec[i] == '6' || spec[i] == '9') ? spec[i++] - '0' : 0;
    if (i >= spec.size() || spec[i] != 'f') return false;
    used = i + 1;
    fraction(point, wanted);
    return true;
  }

  /// `digits` of 0: nine, or behind a point as many as it takes in threes.
  void fraction(bool point, int digits) {
    std::int64_t value =
        time_.ticks % ticks_per_second(time_.unit) * (1000000000 / ticks_per_second(time_.unit));
    if (point && digits == 0) {
      if (value == 0) return;
      digits = value % 1000000 == 0 ? 3 : value % 1000 == 0 ? 6 : 9;
    }
    if (digits == 0) digits = 9;
    for (int i = digits; i < 9; ++i) value /= 10;
    if (point) out_ += '.';
    padded(value, digits);
  }

  std::string& out_;
  const ClockTime& time_;
  CivilDate date_;
  std::int64_t seconds_;  // since midnight
};

}  // namespace

bool append_strftime(std::string& out, const ClockTime& time, std::string_view format) {
  return StrftimeWriter(out, time).write(format);
}

}  // namespace treadle::columnar
