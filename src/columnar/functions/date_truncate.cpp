#include <charconv>

#include "columnar/functions/kernel.h"
#include "columnar/functions/local_time.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// dt.truncate: the start of the period that a time lies in, by its zone's clock. Periods are counted from
// 1970-01-01, weeks from a Monday.
namespace treadle::columnar::functions {
namespace {

/// "15m", "1mo", "2w": months, days, or parts of a day in nanoseconds.
struct Period {
  enum class Kind : std::uint8_t { kMonths, kWeeks, kDays, kNanoseconds } kind;
  std::int64_t count;
};

[[noreturn]] void throw_period(std::string_view text) {
  throw InvalidArgument(
      "expected a period such as 1y, 1q, 1mo, 1w, 1d, 1h, 15m, 1s, 100ms, 10us, 1ns; found \"" +
      std::string(text) + "\"");
}

Period parse_period(std::string_view text) {
  std::int64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  if (error != std::errc() || count <= 0 || count > 1000000000) throw_period(text);
  if (unit == "y") return {Period::Kind::kMonths, count * 12};
  if (unit == "q") return {Period::Kind::kMonths, count * 3};
  if (unit == "mo") return {Period::Kind::kMonths, count};
  if (unit == "w") return {Period::Kind::kWeeks, count};
  if (unit == "d") return {Period::Kind::kDays, count};
  static constexpr std::pair<std::string_view, std::int64_t> kClock[] = {
      {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
  for (const auto& [name, nanoseconds] : kClock) {
    std::int64_t size = 0;
    if (unit == name && !__builtin_mul_overflow(count, nanoseconds, &size))
      return {Period::Kind::kNanoseconds, size};
  }
  throw_period(text);
}

std::int64_t truncated_days(std::int64_t days, const Period& period) noexcept {
  constexpr std::int64_t kMonday = 4;  // 1970-01-05
  switch (period.kind) {
    case Period::Kind::kWeeks: {
      const std::int64_t size = period.count * 7;
      return floor_div(days - kMonday, size) * size + kMonday;
    }
    case Period::Kind::kDays:
      return floor_div(days, period.count) * period.count;
    default:
      break;
  }
  const CivilDate date = civil_from_days(days);
  const std::int64_t months = (date.year - std::int64_t{1970}) * 12 + date.month - 1;
  const std::int64_t start = floor_div(months, period.count) * period.count;
  return days_from_civil(1970 + floor_div(start, 12), static_cast<std::uint32_t>(floor_mod(start, 12)) + 1,
                         1);
}

/// Ticks by the clock to the start of their period. Periods finer than a tick change nothing.
std::int64_t truncated_clock(LocalTime time, const Period& period, TimeUnit unit) noexcept {
  const std::int64_t per_day = ticks_per_day(unit);
  if (period.kind != Period::Kind::kNanoseconds) return truncated_days(time.days, period) * per_day;
  const std::int64_t size = period.count / (1000000000 / ticks_per_second(unit));
  const std::int64_t ticks = time.days * per_day + time.ticks;
  return size <= 1 ? ticks : floor_div(ticks, size) * size;
}

Column truncate_dates(const Column& column, const Period& period) {
  if (period.kind == Period::Kind::kNanoseconds && period.count < kSecondsPerDay * 1000000000) return column;
  const Period by_days = period.kind == Period::Kind::kNanoseconds
                             ? Period{Period::Kind::kDays, period.count / (kSecondsPerDay * 1000000000)}
                             : period;
  return fixed_width(
      column.type(), column.length(), column.validity(),
      map_values<std::int32_t>(column.values_as<std::int32_t>(), column.length(), [&](std::int32_t days) {
        return static_cast<std::int32_t>(truncated_days(days, by_days));
      }));
}

Column truncate_timestamps(const Column& column, const Period& period) {
  const DataType& type = column.type();
  const auto* from = column.values_as<std::int64_t>();
  const auto zone = type.zone().empty() ? nullptr : Zone::find(type.zone());
  const std::int64_t per_second = ticks_per_second(type.unit());
  LocalTimeReader reader(column), starts(column);
  BufferBuilder values(static_cast<std::size_t>(column.length()) * 8);
  reader.for_each([&](std::int64_t i, LocalTime time) {
    const std::int64_t clock = truncated_clock(time, period, type.unit());
    std::int64_t& out = values.as<std::int64_t>()[i];
    out = clock;
    if (zone == nullptr) return;
    // Of a time that the clock shows twice, the one with the offset of the time that is being truncated.
    const std::int64_t offset = reader.offset_at(from[i]);
    out = clock - offset * per_second;
    if (starts.offset_at(out) != offset) out = zone->to_utc(floor_div(clock, per_second)) * per_second;
  });
  return fixed_width(type, column.length(), column.validity(), values.finish());
}

Datum run_truncate(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::string_view text = text_parameter(arguments[1], "dt.truncate", "period");
  const Period period = parse_period(text);
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    const Column& column = column_of(row[0]);
    return column.type().id() == TypeId::kDate ? truncate_dates(column, period)
                                               : truncate_timestamps(column, period);
  });
}

/// PostgreSQL's date_trunc names periods: "month", "week".
Datum run_sql_truncate(Arguments arguments, std::int64_t length, const DataType& result) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"microseconds", "1us"}, {"milliseconds", "1ms"}, {"second", "1s"}, {"minute", "1m"},
      {"hour", "1h"},          {"day", "1d"},           {"week", "1w"},   {"month", "1mo"},
      {"quarter", "1q"},       {"year", "1y"},          {"decade", "10y"}};
  std::string name(text_parameter(arguments[0], "date_trunc", "field"));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const auto& [sql, period] : kNames) {
    if (name != sql) continue;
    const std::vector<Datum> turned{arguments[1], Scalar(period)};
    return run_truncate(turned, length, result);
  }
  throw InvalidArgument(
      "date_trunc takes one of microseconds, milliseconds, second, minute, hour, day, week, month, quarter, "
      "year, decade; found '" +
      name + "'");
}

DataType truncatable(const DataType& type, std::span<const DataType> types, std::string_view name) {
  if (type.id() == TypeId::kNull) return DataType::timestamp(TimeUnit::kMicro);
  if (type.id() != TypeId::kDate && type.id() != TypeId::kTimestamp)
    throw_no_kernel(name, "a date or a timestamp, and a period", types);
  return type;
}

ResolvedFunction resolve_truncate(std::span<const DataType> types) {
  const DataType type = truncatable(types[0], types, "dt.truncate");
  if (types[1].id() != TypeId::kUtf8)
    throw_no_kernel("dt.truncate", "a date or a timestamp, and a period", types);
  return {type, {type, TypeId::kUtf8}, run_truncate};
}

/// Dates become timestamps, as in PostgreSQL.
ResolvedFunction resolve_sql_truncate(std::span<const DataType> types) {
  DataType type = truncatable(types[1], types, "date_trunc");
  if (types[0].id() != TypeId::kUtf8)
    throw_no_kernel("date_trunc", "a period, and a date or a timestamp", types);
  if (type.id() == TypeId::kDate) type = DataType::timestamp(TimeUnit::kMicro);
  return {type, {TypeId::kUtf8, type}, run_sql_truncate};
}

}  // namespace

void register_date_truncate(FunctionRegistry& registry) {
  registry.add({"dt.truncate", 2, 2, resolve_truncate});
  registry.add({"sql.date_trunc", 2, 2, resolve_sql_truncate});
}

}  // namespace treadle::columnar::functions
