#include "sql/constant_folding.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "columnar/decimal.h"
#include "columnar/function.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

struct IntervalField {
  std::int64_t mask;
  const char* unit;
};
// PostgreSQL's INTERVAL_MASK() of a single field.
constexpr std::array<IntervalField, 6> kFields = {
    {{2, "month"}, {4, "year"}, {8, "day"}, {1024, "hour"}, {2048, "minute"}, {4096, "second"}}};

// All digits that a number with a point is typed with, at a scale that 38 digits have room for.
constexpr int kScale = 18;

std::optional<columnar::int128_t> exact_number(const ParseNode& node, bool& has_point) {
  if (!node.is("A_Const")) return std::nullopt;
  if (node.has("ival"))
    return columnar::parse_decimal(std::to_string(node.at("ival").value("ival", 0)), kScale);
  if (!node.has("fval")) return std::nullopt;
  const std::string digits = node.at("fval").value("fval", std::string());
  const std::size_t point = digits.find('.');
  if (point == std::string::npos || digits.size() > 2 * static_cast<std::size_t>(kScale) - 2 ||
      digits.size() - point > kScale || point > 17)
    return std::nullopt;
  has_point = true;
  return columnar::parse_decimal(digits, kScale);
}

// By way of its digits: dividing would round twice.
double nearest_double(columnar::int128_t unscaled) {
  const columnar::int128_t one = columnar::power_of_ten(kScale);
  const columnar::int128_t size = unscaled < 0 ? -unscaled : unscaled;
  std::string fraction = std::to_string(static_cast<std::int64_t>(size % one));
  fraction.insert(0, static_cast<std::size_t>(kScale) - fraction.size(), '0');
  const std::string digits = std::to_string(static_cast<std::int64_t>(size / one)) + '.' + fraction;
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return unscaled < 0 ? -value : value;
}

std::optional<Scalar> fold_numbers(const ParseNode& a, const ParseNode& b, bool subtract) {
  bool has_point = false;
  const auto x = exact_number(a, has_point);
  const auto y = exact_number(b, has_point);
  if (!x || !y || !has_point) return std::nullopt;
  return Scalar(nearest_double(subtract ? *x - *y : *x + *y));
}

std::optional<std::string> literal_text(const Json& tree, const Scope& scope) {
  const auto value = literal(tree, scope);
  const auto* text = value ? std::get_if<std::string>(&value->storage()) : nullptr;
  return text == nullptr ? std::nullopt : std::optional(*text);
}

bool is_cast_to(const ParseNode& node, const char* type) {
  return node.is("TypeCast") && last_name(ParseNode("TypeName", node.at("typeName")).at("names")) == type;
}

// "1 year 2 months" as months; nothing if it has any other unit.
std::optional<int> months_of(const std::string& text) {
  std::istringstream words(text);
  int months = 0;
  int amount = 0;
  std::string unit;
  bool any = false;
  for (; words >> amount >> unit; any = true) {
    if (unit.ends_with('s')) unit.pop_back();
    if (unit != "month" && unit != "mon" && unit != "year") return std::nullopt;
    if (std::abs(amount) > 100'000) return std::nullopt;
    months += unit == "year" ? 12 * amount : amount;
  }
  return any && words.eof() ? std::optional(months) : std::nullopt;
}

std::optional<Scalar> literal_date(const Json& tree, const Scope& scope) {
  const ParseNode node(tree);
  if (node.is("A_Expr")) return fold_literals(node, scope);
  if (!is_cast_to(node, "date")) return std::nullopt;
  const auto text = literal_text(node.at("arg"), scope);
  return text ? std::optional(columnar::cast(Scalar(*text), DataType(TypeId::kDate), true)) : std::nullopt;
}

// The same day of another month, or its last day if it has no such day.
std::string shifted(const std::string& date, int months) {
  const int year = std::atoi(date.substr(0, date.size() - 6).c_str());
  const auto month = static_cast<unsigned>(std::atoi(date.substr(date.size() - 5, 2).c_str()));
  const auto day = static_cast<unsigned>(std::atoi(date.substr(date.size() - 2).c_str()));
  std::chrono::year_month_day out =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  out += std::chrono::months(months);
  if (!out.ok()) out = out.year() / out.month() / std::chrono::last;
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(out.year()),
                static_cast<unsigned>(out.month()), static_cast<unsigned>(out.day()));
  return buffer.data();
}

std::optional<Scalar> fold_date(const Json& date, const ParseNode& interval, bool subtract,
                                const Scope& scope) {
  if (!is_cast_to(interval, "interval")) return std::nullopt;
  const auto text = interval_text(interval, scope);
  const auto months = text ? months_of(*text) : std::nullopt;
  if (!months) return std::nullopt;
  const auto day = literal_date(date, scope);
  if (!day || day->type().id() != TypeId::kDate) return std::nullopt;
  const Scalar as_text = columnar::cast(*day, DataType(TypeId::kUtf8), true);
  const std::string moved = shifted(std::get<std::string>(as_text.storage()), subtract ? -*months : *months);
  return columnar::cast(Scalar(moved), DataType(TypeId::kDate), true);
}

}  // namespace

std::optional<std::string> interval_text(const ParseNode& cast, const Scope& scope) {
  const ParseNode type_name("TypeName", cast.at("typeName"));
  auto text = literal_text(cast.at("arg"), scope);
  if (!text || !type_name.has("typmods")) return text;
  const auto mask = literal(type_name.at("typmods")[0], scope);
  for (const IntervalField& field : kFields) {
    if (mask && *mask == Scalar(field.mask)) return *text + ' ' + field.unit;
  }
  scope.text.fail_unsupported(type_name.location(),
                              "INTERVAL with several fields behind it: write interval '1 day'");
}

std::optional<int> interval_months(const Json& tree, const Scope& scope) {
  const ParseNode node(tree);
  if (!is_cast_to(node, "interval")) return std::nullopt;
  const auto text = interval_text(node, scope);
  return text ? months_of(*text) : std::nullopt;
}

std::optional<Scalar> fold_literals(const ParseNode& operation, const Scope& scope) {
  const std::string op = last_name(operation.at("name"));
  if ((op != "+" && op != "-") || !operation.has("lexpr")) return std::nullopt;
  const ParseNode left(operation.at("lexpr"));
  const ParseNode right(operation.at("rexpr"));
  if (auto number = fold_numbers(left, right, op == "-")) return number;
  return fold_date(operation.at("lexpr"), right, op == "-", scope);
}

}  // namespace treadle::sql
