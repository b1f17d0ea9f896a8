#include "columnar/functions/kernel.h"
#include "columnar/functions/local_time.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"

// dt.year ... dt.nanosecond, dt.weekday, dt.week, dt.iso_year, dt.days_in_month, dt.ordinal_day, dt.date, and
// whole units of durations.
namespace treadle::columnar::functions {
namespace {

template <class R, class Part>
Datum run_part(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    LocalTimeReader reader(column);
    BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(R));
    R* out = values.as<R>();
    const std::int64_t per_second = ticks_per_second(reader.unit());
    reader.for_each(
        [=](std::int64_t i, LocalTime time) { out[i] = static_cast<R>(Part::of(time, per_second)); });
    return fixed_width(result, rows, column.validity(), values.finish());
  });
}

struct Year {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return civil_from_days(time.days).year; }
};
struct Quarter {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept {
    return (civil_from_days(time.days).month + 2) / 3;
  }
};
struct Month {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return civil_from_days(time.days).month; }
};
struct Day {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return civil_from_days(time.days).day; }
};
struct Weekday {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return iso_weekday(time.days); }
};
/// Sunday is 0: PostgreSQL's extract(dow).
struct SqlWeekday {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return iso_weekday(time.days) % 7; }
};
struct Week {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return iso_week(time.days).week; }
};
/// The year that the ISO week belongs to.
struct IsoYear {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return iso_week(time.days).year; }
};
struct DaysInMonth {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept {
    const CivilDate date = civil_from_days(time.days);
    return days_in_month(date.year, date.month);
  }
};
struct OrdinalDay {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept {
    return time.days - days_from_civil(civil_from_days(time.days).year, 1, 1) + 1;
  }
};
struct Date {
  static std::int64_t of(LocalTime time, std::int64_t) noexcept { return time.days; }
};
struct Hour {
  static std::int64_t of(LocalTime time, std::int64_t per_second) noexcept {
    return time.ticks / (3600 * per_second);
  }
};
struct Minute {
  static std::int64_t of(LocalTime time, std::int64_t per_second) noexcept {
    return time.ticks / (60 * per_second) % 60;
  }
};
struct Second {
  static std::int64_t of(LocalTime time, std::int64_t per_second) noexcept {
    return time.ticks / per_second % 60;
  }
};
/// The second's fraction in units of which there are `kPerSecond`.
template <std::int64_t kPerSecond>
struct Fraction {
  static std::int64_t of(LocalTime time, std::int64_t per_second) noexcept {
    const std::int64_t fraction = time.ticks % per_second;
    return per_second >= kPerSecond ? fraction / (per_second / kPerSecond)
                                    : fraction * (kPerSecond / per_second);
  }
};

template <std::int64_t kSeconds, std::int64_t kPerSecond>
Datum run_total(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    const std::int64_t per_second = ticks_per_second(column.type().unit());
    const std::int64_t divisor = kPerSecond > per_second ? 1 : per_second / kPerSecond * kSeconds;
    const std::int64_t factor = kPerSecond > per_second ? kPerSecond / per_second : 1;
    return fixed_width(
        result, rows, column.validity(),
        map_values<std::int64_t>(column.values_as<std::int64_t>(), rows, [=](std::int64_t ticks) {
          return static_cast<std::int64_t>(static_cast<std::uint64_t>(ticks / divisor) *
                                           static_cast<std::uint64_t>(factor));
        }));
  });
}

enum class Has : std::uint8_t { kDate, kClock, kDuration };

/// What the function needs to be in the type: a date, a clock, or a length of time.
ResolvedFunction resolve_part(std::span<const DataType> types, std::string_view name, const DataType& result,
                              Has has, Kernel kernel) {
  const TypeId id = types[0].id();
  if (id == TypeId::kNull) {
    return {result,
            {has == Has::kDuration ? DataType::duration(TimeUnit::kMicro)
                                   : DataType::timestamp(TimeUnit::kMicro)},
            kernel};
  }
  const bool fits = has == Has::kDuration ? id == TypeId::kDuration
                    : has == Has::kDate   ? id == TypeId::kDate || id == TypeId::kTimestamp
                                          : id == TypeId::kTime || id == TypeId::kTimestamp;
  if (fits) return {result, {types[0]}, kernel};
  throw_no_kernel(name,
                  has == Has::kDuration ? "a duration"
                  : has == Has::kDate   ? "a date or a timestamp"
                                        : "a timestamp or a time of day",
                  types);
}

// A resolve() that knows its function's name: function pointers carry no state.
#define TREADLE_PART(text, result, has, ...)                                                                \
  Function {                                                                                                \
    text, 1, 1,                                                                                             \
        [](std::span<const DataType> types) { return resolve_part(types, text, result, has, __VA_ARGS__); } \
  }

}  // namespace

void register_date_parts(FunctionRegistry& registry) {
  const Function parts[] = {
      TREADLE_PART("dt.year", TypeId::kInt32, Has::kDate, run_part<std::int32_t, Year>),
      TREADLE_PART("dt.quarter", TypeId::kInt8, Has::kDate, run_part<std::int8_t, Quarter>),
      TREADLE_PART("dt.month", TypeId::kInt8, Has::kDate, run_part<std::int8_t, Month>),
      TREADLE_PART("dt.day", TypeId::kInt8, Has::kDate, run_part<std::int8_t, Day>),
      TREADLE_PART("dt.weekday", TypeId::kInt8, Has::kDate, run_part<std::int8_t, Weekday>),
      TREADLE_PART("sql.weekday", TypeId::kInt8, Has::kDate, run_part<std::int8_t, SqlWeekday>),
      TREADLE_PART("dt.week", TypeId::kInt8, Has::kDate, run_part<std::int8_t, Week>),
      TREADLE_PART("dt.iso_year", TypeId::kInt32, Has::kDate, run_part<std::int32_t, IsoYear>),
      TREADLE_PART("dt.days_in_month", TypeId::kInt8, Has::kDate, run_part<std::int8_t, DaysInMonth>),
      TREADLE_PART("dt.ordinal_day", TypeId::kInt16, Has::kDate, run_part<std::int16_t, OrdinalDay>),
      TREADLE_PART("dt.date", TypeId::kDate, Has::kDate, run_part<std::int32_t, Date>),
      TREADLE_PART("dt.hour", TypeId::kInt8, Has::kClock, run_part<std::int8_t, Hour>),
      TREADLE_PART("dt.minute", TypeId::kInt8, Has::kClock, run_part<std::int8_t, Minute>),
      TREADLE_PART("dt.second", TypeId::kInt8, Has::kClock, run_part<std::int8_t, Second>),
      TREADLE_PART("dt.millisecond", TypeId::kInt32, Has::kClock, run_part<std::int32_t, Fraction<1000>>),
      TREADLE_PART("dt.microsecond", TypeId::kInt32, Has::kClock, run_part<std::int32_t, Fraction<1000000>>),
      TREADLE_PART("dt.nanosecond", TypeId::kInt32, Has::kClock,
                   run_part<std::int32_t, Fraction<1000000000>>),
      TREADLE_PART("dt.total_days", TypeId::kInt64, Has::kDuration, run_total<86400, 1>),
      TREADLE_PART("dt.total_hours", TypeId::kInt64, Has::kDuration, run_total<3600, 1>),
      TREADLE_PART("dt.total_minutes", TypeId::kInt64, Has::kDuration, run_total<60, 1>),
      TREADLE_PART("dt.total_seconds", TypeId::kInt64, Has::kDuration, run_total<1, 1>),
      TREADLE_PART("dt.total_milliseconds", TypeId::kInt64, Has::kDuration, run_total<1, 1000>),
      TREADLE_PART("dt.total_microseconds", TypeId::kInt64, Has::kDuration, run_total<1, 1000000>),
      TREADLE_PART("dt.total_nanoseconds", TypeId::kInt64, Has::kDuration, run_total<1, 1000000000>),
  };
  for (const Function& part : parts) registry.add(part);
}

#undef TREADLE_PART

}  // namespace treadle::columnar::functions
