#include <cmath>
#include <utility>

#include "columnar/calendar.h"
#include "columnar/functions/arithmetic_operations.h"
#include "columnar/functions/types.h"

// What can be added, subtracted and multiplied with dates, times and durations.
namespace treadle::columnar::functions {
namespace {

/// date + duration, date - duration: whole days count, rounding down.
template <class Op>
Datum run_date_shift(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const DataType& duration = is_scalar(row[1]) ? scalar_of(row[1]).type() : column_of(row[1]).type();
    const std::int64_t per_day = ticks_per_day(duration.unit());
    return fixed_width(
        result, rows, joint_validity(row, rows),
        map_values<std::int32_t>(Operand<std::int32_t>(row[0]), Operand<std::int64_t>(row[1]), rows,
                                 [&](std::int32_t days, std::int64_t ticks) {
                                   const std::int64_t moved = Op::template apply<std::int64_t>(0, ticks);
                                   return static_cast<std::int32_t>(days + floor_div(moved, per_day));
                                 }));
  });
}

Datum run_duration_times_float(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(
        result, rows, joint_validity(row, rows),
        map_values<std::int64_t>(Operand<std::int64_t>(row[0]), Operand<double>(row[1]), rows,
                                 [](std::int64_t ticks, double factor) {
                                   const double product = static_cast<double>(ticks) * factor;
                                   return std::abs(product) < 0x1p63 ? static_cast<std::int64_t>(product) : 0;
                                 }));
  });
}

/// Types of which one is a duration, or the difference of two points in time.
template <class Op>
std::optional<ResolvedFunction> resolve_points(const DataType& a, const DataType& b) {
  const bool adds = std::is_same_v<Op, Add>, subtracts = std::is_same_v<Op, Subtract>;
  const Kernel ticks = run_numbers<Op>;
  if (a.id() == TypeId::kDate && b.id() == TypeId::kDuration && (adds || subtracts)) {
    return ResolvedFunction{a, {a, b}, run_date_shift<Op>};
  }
  if (a.id() == TypeId::kTimestamp && b.id() == TypeId::kDuration && (adds || subtracts)) {
    const TimeUnit unit = finer(a.unit(), b.unit());
    const DataType result = DataType::timestamp(unit, a.zone());
    return ResolvedFunction{result, {result, DataType::duration(unit)}, ticks};
  }
  if (a.id() == TypeId::kDuration && b.id() == TypeId::kDuration && (adds || subtracts)) {
    const DataType result = DataType::duration(finer(a.unit(), b.unit()));
    return ResolvedFunction{result, {result, result}, ticks};
  }
  if (subtracts && a.id() == TypeId::kDate && b.id() == TypeId::kDate) {
    const DataType point = DataType::timestamp(TimeUnit::kMicro);
    return ResolvedFunction{DataType::duration(TimeUnit::kMicro), {point, point}, ticks};
  }
  if (subtracts && a.is_temporal() && b.is_temporal()) {
    if (const auto point = common_type(a, b))
      return ResolvedFunction{DataType::duration(point->unit()), {*point, *point}, ticks};
  }
  return std::nullopt;
}

std::optional<ResolvedFunction> resolve_scaled_duration(const DataType& a, const DataType& b) {
  if (a.id() != TypeId::kDuration) return std::nullopt;
  if (b.is_integer()) return ResolvedFunction{a, {a, TypeId::kInt64}, run_numbers<Multiply>};
  if (b.is_float()) return ResolvedFunction{a, {a, TypeId::kFloat64}, run_duration_times_float};
  return std::nullopt;
}

Datum swapped_scaled_duration(Arguments arguments, std::int64_t length, const DataType& result) {
  const Datum turned[] = {arguments[1], arguments[0]};
  const DataType& factor = is_scalar(turned[1]) ? scalar_of(turned[1]).type() : column_of(turned[1]).type();
  return factor.is_float() ? run_duration_times_float(turned, length, result)
                           : run_numbers<Multiply>(turned, length, result);
}

/// PostgreSQL counts days in integers: date + 1, date - date.
template <class Op>
std::optional<ResolvedFunction> resolve_sql_days(const DataType& a, const DataType& b) {
  if (a.id() != TypeId::kDate || std::is_same_v<Op, Multiply>) return std::nullopt;
  if (b.is_integer()) return ResolvedFunction{a, {a, TypeId::kInt32}, run_numbers<Op>};
  if (b.id() != TypeId::kDate || std::is_same_v<Op, Add>) return std::nullopt;
  return ResolvedFunction{TypeId::kInt32, {a, b}, run_numbers<Op>};
}

/// duration + point: the sides exchanged.
std::optional<ResolvedFunction> resolve_turned(const DataType& a, const DataType& b) {
  auto times = a.id() == TypeId::kDuration ? resolve_points<Add>(b, a) : std::nullopt;
  if (!times) return std::nullopt;
  if (b.id() == TypeId::kDate) {
    times->kernel = [](Arguments arguments, std::int64_t length, const DataType& result) {
      const std::vector<Datum> turned{arguments[1], arguments[0]};
      return run_date_shift<Add>(turned, length, result);
    };
  }
  std::swap(times->arguments[0], times->arguments[1]);
  return times;
}

std::optional<ResolvedFunction> resolve_factors(const DataType& a, const DataType& b) {
  if (auto scaled = resolve_scaled_duration(a, b)) return scaled;
  const auto scaled = resolve_scaled_duration(b, a);
  if (!scaled) return std::nullopt;
  return ResolvedFunction{b, {scaled->arguments[1], scaled->arguments[0]}, swapped_scaled_duration};
}

}  // namespace

template <class Op>
std::optional<ResolvedFunction> resolve_times(std::span<const DataType> types, bool sql) {
  DataType a = types[0], b = types[1];
  if (!a.is_temporal() && !b.is_temporal()) return std::nullopt;
  if constexpr (std::is_same_v<Op, Multiply>) {
    // A null beside a duration is a factor, beside a point in time a duration.
    if (a.id() == TypeId::kNull) a = TypeId::kInt64;
    if (b.id() == TypeId::kNull) b = TypeId::kInt64;
    return resolve_factors(a, b);
  } else {
    if (a.id() == TypeId::kNull) a = DataType::duration(TimeUnit::kMicro);
    if (b.id() == TypeId::kNull) b = DataType::duration(TimeUnit::kMicro);
    auto times = sql ? resolve_sql_days<Op>(a, b) : std::nullopt;
    if (!times) times = resolve_points<Op>(a, b);
    if (!times && std::is_same_v<Op, Add>) times = resolve_turned(a, b);
    return times;
  }
}

template std::optional<ResolvedFunction> resolve_times<Add>(std::span<const DataType>, bool);
template std::optional<ResolvedFunction> resolve_times<Subtract>(std::span<const DataType>, bool);
template std::optional<ResolvedFunction> resolve_times<Multiply>(std::span<const DataType>, bool);

}  // namespace treadle::columnar::functions
