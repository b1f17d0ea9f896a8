#include "columnar/bitmap.h"
#include "columnar/calendar.h"
#include "columnar/cast/converters.h"
#include "columnar/functions/kernel.h"

// Dates and times to each other and to numbers. A timestamp's ticks stay when a zone is added or dropped:
// without one they count as UTC, as in Polars.
namespace treadle::columnar {
namespace {

using functions::fixed_width;
using functions::map_values;

Column relabelled(const Column& column, const DataType& to) {
  return {to, Layout::kPlain, column.length(), column.validity(), column.values(), {}, column.null_count()};
}

/// Ticks of one unit in another. Finer: what does not fit becomes null. Coarser: rounds down, durations
/// towards zero.
Column rescaled(const Column& column, const DataType& to) {
  const std::int64_t from_ticks = ticks_per_second(column.type().unit()),
                     to_ticks = ticks_per_second(to.unit());
  const auto* from = column.values_as<std::int64_t>();
  const std::int64_t length = column.length();
  if (from_ticks == to_ticks) return relabelled(column, to);
  if (from_ticks > to_ticks) {
    const std::int64_t factor = from_ticks / to_ticks;
    const bool down = to.id() != TypeId::kDuration;
    return fixed_width(to, length, column.validity(),
                       map_values<std::int64_t>(from, length, [=](std::int64_t value) {
                         return down ? floor_div(value, factor) : value / factor;
                       }));
  }
  const std::int64_t factor = to_ticks / from_ticks, most = INT64_MAX / factor;
  BufferPtr values = map_values<std::int64_t>(from, length, [=](std::int64_t value) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(factor));
  });
  bool all = true;
  for (std::int64_t i = 0; i < length; ++i) all &= (from[i] <= most) & (from[i] >= -most);
  if (all) return fixed_width(to, length, column.validity(), std::move(values));
  const BufferPtr fitting =
      bits_from_rows(length, [=](std::int64_t i) { return from[i] <= most && from[i] >= -most; });
  return fixed_width(to, length, and_bits(fitting, column.validity(), length), std::move(values));
}

Column dates_to_timestamps(const Column& column, const DataType& to) {
  const auto* from = column.values_as<std::int32_t>();
  BufferPtr seconds = map_values<std::int64_t>(from, column.length(),
                                               [](std::int32_t days) { return days * kSecondsPerDay; });
  return rescaled(fixed_width(DataType::timestamp(TimeUnit::kSecond), column.length(), column.validity(),
                              std::move(seconds)),
                  to);
}

Column timestamps_to_dates(const Column& column, const DataType& to) {
  const std::int64_t per_day = ticks_per_day(column.type().unit());
  return fixed_width(
      to, column.length(), column.validity(),
      map_values<std::int32_t>(column.values_as<std::int64_t>(), column.length(), [=](std::int64_t ticks) {
        return static_cast<std::int32_t>(floor_div(ticks, per_day));
      }));
}

Column timestamps_to_times(const Column& column, const DataType& to) {
  const std::int64_t per_day = ticks_per_day(column.type().unit());
  BufferPtr ticks = map_values<std::int64_t>(column.values_as<std::int64_t>(), column.length(),
                                             [=](std::int64_t value) { return floor_mod(value, per_day); });
  return rescaled(
      fixed_width(DataType::time(column.type().unit()), column.length(), column.validity(), std::move(ticks)),
      to);
}

}  // namespace

Column convert_times(const Column& column, const DataType& to) {
  const DataType& from = column.type();
  const DataType stored = [](const DataType& type) {
    return type.id() == TypeId::kDate ? TypeId::kInt32 : TypeId::kInt64;
  }(from.is_temporal() ? from : to);
  if (!to.is_temporal()) {
    const Column ticks = relabelled(column, stored);
    return to == stored ? ticks : convert_numbers(ticks, to);
  }
  if (!from.is_temporal()) return relabelled(from == stored ? column : convert_numbers(column, stored), to);
  if (from.id() == TypeId::kDate) return dates_to_timestamps(column, to);
  if (to.id() == TypeId::kDate) return timestamps_to_dates(column, to);
  if (to.id() == TypeId::kTime && from.id() == TypeId::kTimestamp) return timestamps_to_times(column, to);
  return rescaled(column, to);
}

}  // namespace treadle::columnar
