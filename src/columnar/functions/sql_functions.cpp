#include <algorithm>
#include <string>

#include "columnar/calendar.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// What only SQL asks for: sql.add_months, sql.only_row.
namespace treadle::columnar::functions {
namespace {

// What 9999 years have, both ways: beyond it no result is a date.
constexpr std::int64_t kMostMonths = 240'000;

void check_months(const Datum& months) {
  if (!is_scalar(months)) return;
  const auto count = value_of<std::int64_t>(scalar_of(months));
  if (count <= kMostMonths && count >= -kMostMonths) return;
  throw InvalidArgument("at most " + std::to_string(kMostMonths) + " months can be added to a date, found " +
                        std::to_string(count));
}

/// The same day of another month, or its last day if it has no such day.
std::int64_t moved_days(std::int64_t days, std::int64_t months) noexcept {
  // What lies in a null's place is any number.
  months = std::clamp(months, -kMostMonths, kMostMonths);
  const CivilDate date = civil_from_days(days);
  const std::int64_t place = (date.year * std::int64_t{12}) + date.month - 1 + months;
  const std::int64_t year = floor_div(place, 12);
  const auto month = static_cast<std::uint32_t>(floor_mod(place, 12)) + 1;
  return days_from_civil(year, month, std::min(date.day, days_in_month(year, month)));
}

Datum run_date_months(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    check_months(row[1]);
    return fixed_width(result, rows, joint_validity(row, rows),
                       map_values<std::int32_t>(Operand<std::int32_t>(row[0]), Operand<std::int64_t>(row[1]),
                                                rows, [](std::int32_t days, std::int64_t months) {
                                                  return static_cast<std::int32_t>(moved_days(days, months));
                                                }));
  });
}

Datum run_timestamp_months(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    check_months(row[1]);
    const std::int64_t per_day = ticks_per_day(result.unit());
    return fixed_width(result, rows, joint_validity(row, rows),
                       map_values<std::int64_t>(Operand<std::int64_t>(row[0]), Operand<std::int64_t>(row[1]),
                                                rows, [per_day](std::int64_t ticks, std::int64_t months) {
                                                  const std::int64_t days = floor_div(ticks, per_day);
                                                  return moved_days(days, months) * per_day +
                                                         (ticks - days * per_day);
                                                }));
  });
}

ResolvedFunction resolve_add_months(std::span<const DataType> types) {
  const DataType& type = types[0];
  if (types[1].is_integer() && type.id() == TypeId::kDate)
    return {type, {type, TypeId::kInt64}, run_date_months};
  if (types[1].is_integer() && type.id() == TypeId::kTimestamp && type.zone().empty())
    return {type, {type, TypeId::kInt64}, run_timestamp_months};
  throw_no_kernel("months and years", "a date or a timestamp without a zone, and a number of months", types);
}

/// The first argument, if the second, a number of rows, is nowhere above 1.
Datum run_only_row(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    const Column& counts = column_of(row[1]);
    for (std::int64_t i = 0; i < rows; ++i) {
      if (counts.is_valid(i) && counts.values_as<std::int64_t>()[i] > 1) {
        throw InvalidArgument(
            "more than one row returned by a sub-query that stands for a value: at most one is expected, "
            "found " +
            std::to_string(counts.values_as<std::int64_t>()[i]));
      }
    }
    return column_of(row[0]);
  });
}

}  // namespace

void register_sql_functions(FunctionRegistry& registry) {
  registry.add({"sql.add_months", 2, 2, resolve_add_months});
  registry.add({"sql.only_row", 2, 2, [](std::span<const DataType> types) -> ResolvedFunction {
                  return {types[0], {types[0], TypeId::kInt64}, run_only_row};
                }});
}

}  // namespace treadle::columnar::functions
