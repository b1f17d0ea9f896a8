#include <algorithm>
#include <array>
#include <cctype>

#include "sql/function_call.h"

namespace treadle::sql {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Expression year_of(const DateExpressions& t) { return t.year().cast(TypeId::kInt64); }

// The first of 100 years is one that ends in 01, of 10 one that ends in 0.
Expression decade(const DateExpressions& t) { return year_of(t).floor_divide(10); }
Expression century(const DateExpressions& t) { return (year_of(t) - 1).floor_divide(100) + 1; }
Expression millennium(const DateExpressions& t) { return (year_of(t) - 1).floor_divide(1000) + 1; }

// Of ISO 8601: the year that a week belongs to is that of its Thursday.
Expression iso_year(const DateExpressions& t) {
  const Expression month = t.month().cast(TypeId::kInt64), week = t.week().cast(TypeId::kInt64);
  const Expression into_next = (month == 12) & (week == 1), from_last = (month == 1) & (week > 51);
  return year_of(t) + when(into_next).then(1).when(from_last).then(-1).otherwise(0);
}

struct Part {
  std::string_view name;
  Expression (*of)(const DateExpressions&);
};
constexpr std::array<Part, 23> kParts = {{
    {"day", [](const DateExpressions& t) { return t.day(); }},
    {"dow", [](const DateExpressions& t) { return t.weekday() % 7; }},
    {"doy", [](const DateExpressions& t) { return t.ordinal_day(); }},
    {"hour", [](const DateExpressions& t) { return t.hour(); }},
    {"isodow", [](const DateExpressions& t) { return t.weekday(); }},
    // Of both, PostgreSQL counts the seconds in.
    {"microseconds", [](const DateExpressions& t) { return t.second() * 1000000 + t.microsecond(); }},
    {"milliseconds", [](const DateExpressions& t) { return t.second() * 1000 + t.millisecond(); }},
    {"minute", [](const DateExpressions& t) { return t.minute(); }},
    {"month", [](const DateExpressions& t) { return t.month(); }},
    {"quarter", [](const DateExpressions& t) { return t.quarter(); }},
    {"second", [](const DateExpressions& t) { return t.second(); }},
    {"week", [](const DateExpressions& t) { return t.week(); }},
    {"year", [](const DateExpressions& t) { return t.year(); }},
    {"century", century},
    {"decade", decade},
    {"isoyear", iso_year},
    {"millennium", millennium},
    {"yearweek", [](const DateExpressions& t) { return iso_year(t) * 100 + t.week().cast(TypeId::kInt64); }},
    // The names that DuckDB's and MySQL's users know.
    {"dayofmonth", [](const DateExpressions& t) { return t.day(); }},
    {"dayofweek", [](const DateExpressions& t) { return t.weekday() % 7; }},
    {"dayofyear", [](const DateExpressions& t) { return t.ordinal_day(); }},
    {"weekday", [](const DateExpressions& t) { return t.weekday() % 7; }},
    {"weekofyear", [](const DateExpressions& t) { return t.week(); }},
}};

const Part* find_part(std::string_view name) {
  const auto found =
      std::find_if(kParts.begin(), kParts.end(), [&](const Part& part) { return part.name == name; });
  return found == kParts.end() ? nullptr : &*found;
}

// extract(year FROM t), date_part('year', t)
Expression extract(const FunctionCall& call) {
  const std::string name = lower(call.text(0));
  if (name == "epoch") return epoch_of(call.argument(1));
  const Part* part = find_part(name);
  if (part == nullptr)
    call.scope().text.fail_unsupported(call.node().location(), "the date part \"" + name + '"');
  return part->of(call.argument(1).dt());
}

// year(t), month(t) ...
Expression named_part(const FunctionCall& call) { return find_part(call.name())->of(call.argument(0).dt()); }

struct Period {
  std::string_view unit;
  const char* period;
};
constexpr std::array<Period, 18> kPeriods = {{
    {"day", "1d"},
    {"hour", "1h"},
    {"microseconds", "1us"},
    {"milliseconds", "1ms"},
    {"minute", "1m"},
    {"month", "1mo"},
    {"quarter", "1q"},
    {"second", "1s"},
    {"week", "1w"},
    {"year", "1y"},
    {"decade", "10y"},
    {"days", "1d"},
    {"hours", "1h"},
    {"minutes", "1m"},
    {"months", "1mo"},
    {"seconds", "1s"},
    {"weeks", "1w"},
    {"years", "1y"},
}};

Expression date_trunc(const FunctionCall& call) {
  const std::string unit = lower(call.text(0));
  const auto found =
      std::find_if(kPeriods.begin(), kPeriods.end(), [&](const Period& p) { return p.unit == unit; });
  if (found == kPeriods.end())
    call.scope().text.fail_unsupported(call.node().location(), "date_trunc to \"" + unit + '"');
  return call.argument(1).dt().truncate(found->period);
}

// strftime(t, '%Y'), strftime('%Y', t)
Expression strftime(const FunctionCall& call) {
  const auto first = call.literal_argument(0);
  const bool format_first = first && std::get_if<std::string>(&first->storage()) != nullptr;
  return call.argument(format_first ? 1 : 0).dt().strftime(call.text(format_first ? 0 : 1));
}

struct Template {
  std::string_view pattern;
  std::string_view strftime;
};
// Longer patterns stand before their beginnings.
constexpr std::array<Template, 18> kTemplates = {{
    {"YYYY", "%Y"},
    {"IYYY", "%G"},
    {"HH24", "%H"},
    {"HH12", "%I"},
    {"DDD", "%j"},
    {"Mon", "%b"},
    {"Dy", "%a"},
    {"FMMonth", "%B"},
    {"FMDay", "%A"},
    {"YY", "%y"},
    {"MM", "%m"},
    {"MI", "%M"},
    {"DD", "%d"},
    {"ID", "%u"},
    {"IW", "%V"},
    {"HH", "%I"},
    {"SS", "%S"},
    {"AM", "%p"},
}};

// PostgreSQL's template ("YYYY-MM-DD HH24:MI") as a strftime format.
std::string strftime_of(const std::string& text, const FunctionCall& call) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    const auto found = std::find_if(kTemplates.begin(), kTemplates.end(),
                                    [&](const Template& known) { return rest.starts_with(known.pattern); });
    if (found != kTemplates.end()) {
      out += found->strftime;
      i += found->pattern.size();
    } else if (text[i] == '"') {
      const std::size_t end = std::min(text.find('"', i + 1), text.size());
      out += text.substr(i + 1, end - i - 1);
      i = end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      call.scope().text.fail_unsupported(call.node().location(),
                                         call.name() + "() with the template " + std::string(rest));
    } else {
      out += text[i] == '%' ? "%%" : std::string(1, text[i]);
      ++i;
    }
  }
  return out;
}

constexpr std::array<ScalarFunction, 29> kFunctions = {{
    {"century", 1, 1, named_part},
    {"date", 1, 1, [](const FunctionCall& c) { return c.argument(0).cast(TypeId::kDate); }},
    {"date_part", 2, 2, extract},
    {"date_trunc", 2, 2, date_trunc},
    {"datepart", 2, 2, extract},
    {"datetrunc", 2, 2, date_trunc},
    {"day", 1, 1, named_part},
    {"dayofmonth", 1, 1, named_part},
    {"dayofweek", 1, 1, named_part},
    {"dayofyear", 1, 1, named_part},
    {"decade", 1, 1, named_part},
    {"extract", 2, 2, extract},
    {"hour", 1, 1, named_part},
    {"isodow", 1, 1, named_part},
    {"isoyear", 1, 1, named_part},
    {"millennium", 1, 1, named_part},
    {"minute", 1, 1, named_part},
    {"month", 1, 1, named_part},
    {"quarter", 1, 1, named_part},
    {"second", 1, 1, named_part},
    {"strftime", 2, 2, strftime},
    {"to_char", 2, 2,
     [](const FunctionCall& c) { return c.argument(0).dt().strftime(strftime_of(c.text(1), c)); }},
    {"to_date", 2, 2,
     [](const FunctionCall& c) { return c.argument(0).str().to_date(strftime_of(c.text(1), c)); }},
    {"to_timestamp", 2, 2,
     [](const FunctionCall& c) { return c.argument(0).str().to_timestamp(strftime_of(c.text(1), c)); }},
    {"week", 1, 1, named_part},
    {"weekday", 1, 1, named_part},
    {"weekofyear", 1, 1, named_part},
    {"year", 1, 1, named_part},
    {"yearweek", 1, 1, named_part},
}};

}  // namespace

const ScalarFunction* find_date_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

void add_date_functions(std::vector<std::string>& names) {
  for (const ScalarFunction& function : kFunctions) names.emplace_back(function.name);
}

}  // namespace treadle::sql
