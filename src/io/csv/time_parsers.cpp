#include "io/csv/time_parsers.h"

namespace treadle::csv {

std::int64_t units_per_second(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return 1;
    case TimeUnit::kMilli:
      return 1'000;
    case TimeUnit::kMicro:
      return 1'000'000;
    case TimeUnit::kNano:
      break;
  }
  return 1'000'000'000;
}

Parsed DateParser::parse(std::string_view text, Value& out) const {
  TimeText time;
  if (!parse_time_by(format_, text, time) || time.has_clock) return Parsed::kNo;
  out = static_cast<std::int32_t>(time.seconds / 86400 - (time.seconds % 86400 < 0 ? 1 : 0));
  return Parsed::kYes;
}

TimestampParser::TimestampParser(const DataType& type, DateFormatPtr format)
    : per_second_(units_per_second(type.unit())),
      nanoseconds_per_unit_(1'000'000'000 / per_second_),
      nanosecond_unit_(type.unit() == TimeUnit::kNano),
      zoned_(!type.zone().empty()),
      format_(std::move(format)) {}

Parsed TimestampParser::parse(std::string_view text, Value& out) const {
  TimeText time;
  if (!parse_time_by(format_, text, time) || time.has_zone != zoned_) return Parsed::kNo;
  // A finer fraction than the unit's would be lost.
  if (time.nanoseconds % nanoseconds_per_unit_ != 0) return Parsed::kOutOfRange;
  const bool overflows = __builtin_mul_overflow(time.seconds, per_second_, &out) ||
                         __builtin_add_overflow(out, time.nanoseconds / nanoseconds_per_unit_, &out);
  return overflows ? Parsed::kOutOfRange : Parsed::kYes;
}

ClockParser::ClockParser(const DataType& type)
    : nanoseconds_per_unit_(1'000'000'000 / units_per_second(type.unit())) {}

Parsed ClockParser::parse(std::string_view text, Value& out) const {
  std::int64_t nanoseconds = 0;
  if (!parse_clock(trimmed(text), nanoseconds)) return Parsed::kNo;
  out = nanoseconds / nanoseconds_per_unit_;
  return nanoseconds % nanoseconds_per_unit_ == 0 ? Parsed::kYes : Parsed::kOutOfRange;
}

}  // namespace treadle::csv
