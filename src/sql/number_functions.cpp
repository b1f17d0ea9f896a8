#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "sql/calls.h"
#include "sql/function_call.h"

namespace treadle::sql {
namespace {

Expression round(const FunctionCall& call) {
  const std::int64_t digits = call.num_arguments() == 2 ? call.integer(1) : 0;
  if (std::abs(digits) > 300) call.fail("round() takes at most 300 digits, found " + std::to_string(digits));
  return call.argument(0).round(static_cast<int>(digits));
}

Expression modulo(const FunctionCall& call) {
  if (call.scope().dialect == Dialect::kPolars) return call.argument(0) % call.argument(1);
  return sql::call("sql.modulo", {call.argument(0), call.argument(1)});
}

Expression power(const FunctionCall& call) {
  if (call.scope().dialect == Dialect::kPolars) return call.argument(0).pow(call.argument(1));
  return sql::call("sql.pow", {call.argument(0), call.argument(1)});
}

Expression truncate(const FunctionCall& call) {
  const Expression value = call.argument(0);
  return when(value < 0).then(value.ceil()).otherwise(value.floor());
}

// A function of one number, by what the registry calls it where that differs.
Expression one(const FunctionCall& call) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames = {
      {{"acos", "arccos"},
       {"acosh", "arccosh"},
       {"asin", "arcsin"},
       {"asinh", "arcsinh"},
       {"atan", "arctan"},
       {"atanh", "arctanh"}}};
  const auto found =
      std::ranges::find(kNames, call.name(), &std::pair<std::string_view, std::string_view>::first);
  return sql::call(std::string(found == kNames.end() ? call.name() : found->second), {call.argument(0)});
}

Expression logarithm(const FunctionCall& call) {
  if (call.num_arguments() == 1) return call.argument(0).log() / std::numbers::ln10;
  return call.argument(1).log() / call.argument(0).log();
}

Expression is_finite(const FunctionCall& call) {
  const Expression value = call.argument(0).cast(TypeId::kFloat64);
  return value - value == 0.0;
}

Expression is_infinite(const FunctionCall& call) {
  return call.argument(0).cast(TypeId::kFloat64).abs() == std::numeric_limits<double>::infinity();
}

Expression two(const FunctionCall& call, const char* name) {
  return sql::call(name, {call.argument(0), call.argument(1)});
}

constexpr std::array<ScalarFunction, 42> kFunctions = {{
    {"abs", 1, 1, [](const FunctionCall& c) { return c.argument(0).abs(); }},
    {"acos", 1, 1, one},
    {"acosh", 1, 1, one},
    {"add", 2, 2, [](const FunctionCall& c) { return two(c, "sql.add"); }},
    {"asin", 1, 1, one},
    {"asinh", 1, 1, one},
    {"atan", 1, 1, one},
    {"atan2", 2, 2, [](const FunctionCall& c) { return two(c, "arctan2"); }},
    {"atanh", 1, 1, one},
    {"cbrt", 1, 1, one},
    {"ceil", 1, 1, [](const FunctionCall& c) { return c.argument(0).ceil(); }},
    {"ceiling", 1, 1, [](const FunctionCall& c) { return c.argument(0).ceil(); }},
    {"cos", 1, 1, one},
    {"cosh", 1, 1, one},
    {"cot", 1, 1, [](const FunctionCall& c) { return Expression(1.0) / sql::call("tan", {c.argument(0)}); }},
    {"degrees", 1, 1, [](const FunctionCall& c) { return c.argument(0) * (180.0 / std::numbers::pi); }},
    {"exp", 1, 1, [](const FunctionCall& c) { return c.argument(0).exp(); }},
    {"floor", 1, 1, [](const FunctionCall& c) { return c.argument(0).floor(); }},
    {"isfinite", 1, 1, is_finite},
    {"isinf", 1, 1, is_infinite},
    {"isnan", 1, 1, [](const FunctionCall& c) { return c.argument(0).is_nan(); }},
    {"is_nan", 1, 1, [](const FunctionCall& c) { return c.argument(0).is_nan(); }},
    {"ln", 1, 1, [](const FunctionCall& c) { return c.argument(0).log(); }},
    {"log", 1, 2, logarithm},
    {"log10", 1, 1, [](const FunctionCall& c) { return c.argument(0).log() / std::numbers::ln10; }},
    {"log2", 1, 1, [](const FunctionCall& c) { return c.argument(0).log() / std::numbers::ln2; }},
    {"mod", 2, 2, modulo},
    {"multiply", 2, 2, [](const FunctionCall& c) { return two(c, "sql.multiply"); }},
    {"pi", 0, 0, [](const FunctionCall&) { return lit(Scalar(std::numbers::pi)); }},
    {"pow", 2, 2, power},
    {"power", 2, 2, power},
    {"radians", 1, 1, [](const FunctionCall& c) { return c.argument(0) * (std::numbers::pi / 180.0); }},
    {"round", 1, 2, round},
    {"sign", 1, 1, [](const FunctionCall& c) { return sql::call("sign", {c.argument(0)}); }},
    {"sin", 1, 1, one},
    {"sinh", 1, 1, one},
    {"sqrt", 1, 1, [](const FunctionCall& c) { return c.argument(0).sqrt(); }},
    {"subtract", 2, 2, [](const FunctionCall& c) { return two(c, "sql.subtract"); }},
    {"tan", 1, 1, one},
    {"tanh", 1, 1, one},
    {"trunc", 1, 1, truncate},
    {"xor", 2, 2, [](const FunctionCall& c) { return two(c, "bit.xor"); }},
}};

}  // namespace

const ScalarFunction* find_number_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

void add_number_functions(std::vector<std::string>& names) {
  for (const ScalarFunction& function : kFunctions) names.emplace_back(function.name);
}

}  // namespace treadle::sql
