#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include "sql/calls.h"
#include "sql/function_call.h"
#include "sql/translate.h"

// Functions of dates and times that are made of others: differences, names, the time of asking.
namespace treadle::sql {
namespace {

Expression whole(const Expression& value) { return value.cast(TypeId::kInt64); }

Expression as_time(const Expression& value) { return value.cast(DataType::timestamp(TimeUnit::kMicro)); }

Expression ticks(const Expression& value) { return whole(as_time(value)); }

Expression day_number(const Expression& value) {
  return whole(value.cast(TypeId::kDate).cast(TypeId::kInt32));
}

Expression months_of(const Expression& value) {
  return whole(value.dt().year()) * 12 + whole(value.dt().month());
}

struct Unit {
  std::string_view name;
  /// How many of these begin up to a time: their difference is how many borders lie between two times.
  Expression (*number)(const Expression&);
};
constexpr std::array<Unit, 11> kUnits = {{
    {"century", [](const Expression& t) { return (whole(t.dt().year()) - 1).floor_divide(100); }},
    {"day", day_number},
    {"decade", [](const Expression& t) { return whole(t.dt().year()).floor_divide(10); }},
    {"hour", [](const Expression& t) { return ticks(t).floor_divide(std::int64_t{3'600'000'000}); }},
    {"microsecond", ticks},
    {"millisecond", [](const Expression& t) { return ticks(t).floor_divide(1000); }},
    {"minute", [](const Expression& t) { return ticks(t).floor_divide(60'000'000); }},
    {"month", months_of},
    {"quarter", [](const Expression& t) { return (months_of(t) - 1).floor_divide(3); }},
    {"second", [](const Expression& t) { return ticks(t).floor_divide(1'000'000); }},
    {"year", [](const Expression& t) { return whole(t.dt().year()); }},
}};

Expression last_day(const FunctionCall& call) {
  const Expression first = call.argument(0).cast(TypeId::kDate).dt().truncate("1mo");
  const Expression next = sql::call("sql.add_months", {first, lit(std::int64_t{1})});
  return (day_number(next) - 1).cast(TypeId::kInt32).cast(TypeId::kDate);
}

Expression make_date(const FunctionCall& call) {
  const auto part = [&](std::size_t i) { return whole(call.argument(i)); };
  return (part(0) * 10'000 + part(1) * 100 + part(2)).cast(TypeId::kUtf8).str().to_date("%Y%m%d");
}

Expression strptime(const FunctionCall& call) { return call.argument(0).str().to_timestamp(call.text(1)); }

Expression epoch(const FunctionCall& call) { return epoch_of(call.argument(0)); }

// What a unit is as a time; date_sub() counts full ones.
struct Length {
  std::string_view name;
  std::int64_t microseconds;
};
constexpr std::array<Length, 7> kLengths = {{{"day", 86'400'000'000},
                                             {"hour", 3'600'000'000},
                                             {"microsecond", 1},
                                             {"millisecond", 1'000},
                                             {"minute", 60'000'000},
                                             {"second", 1'000'000},
                                             {"week", 604'800'000'000}}};

std::string unit_of(const FunctionCall& call) {
  std::string unit = call.text(0);
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
  return unit;
}

// date_diff('day', from, to)
Expression date_diff(const FunctionCall& call) {
  const std::string unit = unit_of(call);
  // Full weeks, as DuckDB counts them.
  if (unit == "week") {
    const Expression days = day_number(call.argument(2)) - day_number(call.argument(1));
    return sql::call("sql.divide", {days, lit(std::int64_t{7})});
  }
  const auto found = std::ranges::find(kUnits, unit, &Unit::name);
  if (found == kUnits.end()) {
    call.scope().text.fail_unsupported(call.node().location(),
                                       call.name() + "() in the unit \"" + unit + '"');
  }
  return found->number(call.argument(2)) - found->number(call.argument(1));
}

// date_sub('day', from, to)
Expression date_sub(const FunctionCall& call) {
  const std::string unit = unit_of(call);
  const auto found = std::ranges::find(kLengths, unit, &Length::name);
  if (found == kLengths.end()) {
    call.scope().text.fail_unsupported(call.node().location(),
                                       call.name() + "() in the unit \"" + unit + "\"; date_diff() has it");
  }
  return sql::call("sql.divide",
                   {ticks(call.argument(2)) - ticks(call.argument(1)), lit(found->microseconds)});
}

// to_days(3), to_hours(x) ...: so much time.
Expression length_of_time(const FunctionCall& call) {
  const std::string unit = call.name().substr(3, call.name().size() - 4);
  const auto found = std::ranges::find(kLengths, unit, &Length::name);
  return (whole(call.argument(0)) * found->microseconds).cast(DataType::duration(TimeUnit::kMicro));
}

// PostgreSQL answers with months and days, for which there is no type here.
Expression age(const FunctionCall& call) {
  call.scope().text.fail_unsupported(call.node().location(),
                                     "age(); a - b is the time between, date_diff() counts months");
}

Expression make_timestamp(const FunctionCall& call) {
  const auto part = [&](std::size_t i) { return whole(call.argument(i)); };
  const Expression day =
      (part(0) * 10'000 + part(1) * 100 + part(2)).cast(TypeId::kUtf8).str().to_date("%Y%m%d");
  const Expression seconds = (call.argument(5).cast(TypeId::kFloat64) * 1e6).round();
  const Expression clock = part(3) * std::int64_t{3'600'000'000} + part(4) * 60'000'000 + whole(seconds);
  return as_time(day) + clock.cast(DataType::duration(TimeUnit::kMicro));
}

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

constexpr std::array<ScalarFunction, 26> kFunctions = {{
    {"date_diff", 3, 3, date_diff},
    {"datediff", 3, 3, date_diff},
    {"dayname", 1, 1, [](const FunctionCall& c) { return c.argument(0).dt().strftime("%A"); }},
    {"epoch", 1, 1, epoch},
    {"epoch_ms", 1, 1, [](const FunctionCall& c) { return ticks(c.argument(0)).floor_divide(1000); }},
    {"get_current_timestamp", 0, 0, [](const FunctionCall&) { return current_time(); }},
    {"last_day", 1, 1, last_day},
    {"make_date", 3, 3, make_date},
    {"monthname", 1, 1, [](const FunctionCall& c) { return c.argument(0).dt().strftime("%B"); }},
    {"now", 0, 0, [](const FunctionCall&) { return current_time(); }},
    {"strptime", 2, 2, strptime},
    {"today", 0, 0, [](const FunctionCall&) { return current_time().cast(TypeId::kDate); }},
    {"transaction_timestamp", 0, 0, [](const FunctionCall&) { return current_time(); }},
    {"age", 1, 2, age},
    {"date_sub", 3, 3, date_sub},
    {"datesub", 3, 3, date_sub},
    {"epoch_ns", 1, 1, [](const FunctionCall& c) { return ticks(c.argument(0)) * 1000; }},
    {"epoch_us", 1, 1, [](const FunctionCall& c) { return ticks(c.argument(0)); }},
    {"make_timestamp", 6, 6, make_timestamp},
    {"to_days", 1, 1, length_of_time},
    {"to_hours", 1, 1, length_of_time},
    {"to_microseconds", 1, 1, length_of_time},
    {"to_milliseconds", 1, 1, length_of_time},
    {"to_minutes", 1, 1, length_of_time},
    {"to_seconds", 1, 1, length_of_time},
    {"to_weeks", 1, 1, length_of_time},
}};

}  // namespace

Expression epoch_of(const Expression& time) { return ticks(time).cast(TypeId::kFloat64) / 1e6; }

Expression current_time() { return lit(Scalar(now())).cast(DataType::timestamp(TimeUnit::kMicro)); }

const ScalarFunction* find_time_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

void add_time_functions(std::vector<std::string>& names) {
  for (const ScalarFunction& function : kFunctions) names.emplace_back(function.name);
}

}  // namespace treadle::sql
