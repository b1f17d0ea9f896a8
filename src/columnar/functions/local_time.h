#pragma once

#include <cstdint>
#include <optional>

#include "columnar/calendar.h"
#include "columnar/column.h"
#include "columnar/zone.h"

namespace treadle::columnar::functions {

/// A point in time as a clock shows it.
struct LocalTime {
  std::int64_t days;   // since 1970-01-01
  std::int64_t ticks;  // since midnight
};

/// Dates, times and timestamps by the clock of their zone; without one, as they are. One thread at a time.
class LocalTimeReader {
 public:
  explicit LocalTimeReader(const Column& column)
      : column_(column), per_second_(ticks_per_second(column.type().unit())) {
    if (!column.type().zone().empty()) zone_.emplace(Zone::find(column.type().zone()));
  }

  TimeUnit unit() const noexcept { return column_.type().unit(); }
  /// Calls `f(row, LocalTime)` for every row. Nulls included: what lies there is some time, too.
  template <class F>
  void for_each(const F& f) {
    if (column_.type().id() == TypeId::kDate) {
      const auto* days = column_.values_as<std::int32_t>();
      for (std::int64_t i = 0, length = column_.length(); i < length; ++i) f(i, LocalTime{days[i], 0});
      return;
    }
    switch (unit()) {
      case TimeUnit::kSecond:
        return for_each_tick<TimeUnit::kSecond>(f);
      case TimeUnit::kMilli:
        return for_each_tick<TimeUnit::kMilli>(f);
      case TimeUnit::kMicro:
        return for_each_tick<TimeUnit::kMicro>(f);
      case TimeUnit::kNano:
        return for_each_tick<TimeUnit::kNano>(f);
    }
  }
  /// Seconds that the clock is ahead of UTC at these UTC ticks.
  std::int64_t offset_at(std::int64_t ticks) {
    return zone_ ? zone_->offset_at(floor_div(ticks, per_second_)) : 0;
  }

 private:
  /// By a unit known at compile time: divisions by constants are multiplications.
  template <TimeUnit kUnit, class F>
  void for_each_tick(const F& f) {
    constexpr std::int64_t kPerDay = ticks_per_day(kUnit);
    const auto* ticks = column_.values_as<std::int64_t>();
    for (std::int64_t i = 0, length = column_.length(); i < length; ++i) {
      const std::int64_t time = zone_ ? shown(ticks[i]) : ticks[i];
      const std::int64_t days = floor_div(time, kPerDay);
      f(i, LocalTime{days, time - days * kPerDay});
    }
  }
  std::int64_t shown(std::int64_t ticks) {
    // Wraps around at the ends of time, where no clock is right.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(ticks) +
                                     static_cast<std::uint64_t>(offset_at(ticks) * per_second_));
  }

  const Column& column_;
  std::int64_t per_second_;
  std::optional<ZoneCursor> zone_;
};

}  // namespace treadle::columnar::functions
