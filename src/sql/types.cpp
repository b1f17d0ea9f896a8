#include "sql/types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "sql/translate.h"

namespace treadle::sql {
namespace {

struct SqlType {
  std::string_view name;
  TypeId type;
};
// PostgreSQL's own names; the grammar has turned "double precision" and the like into them.
constexpr std::array<SqlType, 22> kTypes = {{
    {"blob", TypeId::kBinary},     {"bool", TypeId::kBool},        {"bpchar", TypeId::kUtf8},
    {"bytea", TypeId::kBinary},    {"date", TypeId::kDate},        {"double", TypeId::kFloat64},
    {"float", TypeId::kFloat64},   {"float4", TypeId::kFloat32},   {"float8", TypeId::kFloat64},
    {"int2", TypeId::kInt16},      {"int4", TypeId::kInt32},       {"int8", TypeId::kInt64},
    {"long", TypeId::kInt64},      {"numeric", TypeId::kFloat64},  {"string", TypeId::kUtf8},
    {"text", TypeId::kUtf8},       {"tinyint", TypeId::kInt8},     {"ubigint", TypeId::kUInt64},
    {"uinteger", TypeId::kUInt32}, {"usmallint", TypeId::kUInt16}, {"utinyint", TypeId::kUInt8},
    {"varchar", TypeId::kUtf8},
}};

std::vector<std::int64_t> parameters(const ParseNode& type_name, const Scope& scope) {
  std::vector<std::int64_t> out;
  for (const Json& item : type_name.at("typmods")) {
    const auto value = literal(item, scope);
    const auto* number = value ? std::get_if<std::int64_t>(&value->storage()) : nullptr;
    if (number == nullptr) scope.text.fail(type_name.location(), "a type's parameters must be whole numbers");
    out.push_back(*number);
  }
  return out;
}

struct Unit {
  std::string_view name;
  double microseconds;
};
constexpr std::array<Unit, 15> kUnits = {{
    {"microsecond", 1},
    {"us", 1},
    {"millisecond", 1e3},
    {"ms", 1e3},
    {"second", 1e6},
    {"sec", 1e6},
    {"s", 1e6},
    {"minute", 6e7},
    {"min", 6e7},
    {"m", 6e7},
    {"hour", 3.6e9},
    {"h", 3.6e9},
    {"day", 8.64e10},
    {"d", 8.64e10},
    {"week", 6.048e11},
}};

std::optional<double> microseconds_of(std::string unit) {
  const auto find = [&] {
    return std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& known) { return known.name == unit; });
  };
  auto found = find();
  if (found == kUnits.end() && unit.ends_with('s')) {
    unit.pop_back();
    found = find();
  }
  return found == kUnits.end() ? std::nullopt : std::optional(found->microseconds);
}

// "[-]HH:MM[:SS[.ffffff]]"
std::optional<double> microseconds_of_clock(const std::string& text) {
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  char rest = 0;
  const int fields = std::sscanf(text.c_str(), "%d:%d:%lf%c", &hours, &minutes, &seconds, &rest);
  if (fields != 2 && fields != 3) return std::nullopt;
  const double size = std::abs(hours) * 3.6e9 + minutes * 6e7 + seconds * 1e6;
  return text.starts_with('-') ? -size : size;
}

}  // namespace

DataType type_of_name(const ParseNode& type_name, const Scope& scope) {
  const std::string name = last_name(type_name.at("names"));
  if (type_name.has("arrayBounds")) scope.text.fail_unsupported(type_name.location(), "array types");
  if (name == "numeric" && type_name.has("typmods")) {
    const auto digits = parameters(type_name, scope);
    return DataType::decimal(static_cast<int>(digits[0]),
                             digits.size() > 1 ? static_cast<int>(digits[1]) : 0);
  }
  if (name == "hugeint") return DataType::decimal(38, 0);
  if (name == "timestamp" || name == "datetime") return DataType::timestamp(TimeUnit::kMicro);
  if (name == "timestamptz") return DataType::timestamp(TimeUnit::kMicro, "UTC");
  if (name == "time") return DataType::time(TimeUnit::kMicro);
  if (name == "interval") return DataType::duration(TimeUnit::kMicro);
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const SqlType& type) { return type.name == name; });
  if (found != kTypes.end()) return found->type;
  try {
    return DataType::from_string(name);
  } catch (const Error&) {
    scope.text.fail(type_name.location(), "unknown type \"" + name + "\"");
  }
}

Scalar interval_of(const std::string& text, std::size_t location, const Scope& scope) {
  std::istringstream words(text);
  double total = 0;
  bool any = false;
  for (std::string word; words >> word; any = true) {
    if (const auto clock = microseconds_of_clock(word)) {
      total += *clock;
      continue;
    }
    double amount = 0;
    const auto [end, error] =
        std::from_chars(word.data() + word.starts_with('+'), word.data() + word.size(), amount);
    std::string unit = word.substr(static_cast<std::size_t>(end - word.data()));
    if (error == std::errc() && unit.empty()) words >> unit;
    std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto size = microseconds_of(unit);
    if (error != std::errc() || !size) {
      scope.text.fail(
          location,
          "an interval of weeks, days, hours, minutes and seconds is expected, found '" + text + "'");
    }
    total += amount * *size;
  }
  if (!any || std::abs(total) > 9e18) scope.text.fail(location, "no interval: '" + text + "'");
  return Scalar(DataType::duration(TimeUnit::kMicro), static_cast<std::int64_t>(std::llround(total)));
}

}  // namespace treadle::sql
