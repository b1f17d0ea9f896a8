#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

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

Expression cube_root(const FunctionCall& call) {
  const Expression value = call.argument(0).cast(TypeId::kFloat64);
  const Expression root = value.abs().pow(1.0 / 3.0);
  return when(value < 0.0).then(-root).otherwise(root);
}

constexpr std::array<ScalarFunction, 22> kFunctions = {{
    {"abs", 1, 1, [](const FunctionCall& c) { return c.argument(0).abs(); }},
    {"cbrt", 1, 1, cube_root},
    {"ceil", 1, 1, [](const FunctionCall& c) { return c.argument(0).ceil(); }},
    {"ceiling", 1, 1, [](const FunctionCall& c) { return c.argument(0).ceil(); }},
    {"degrees", 1, 1, [](const FunctionCall& c) { return c.argument(0) * (180.0 / std::numbers::pi); }},
    {"exp", 1, 1, [](const FunctionCall& c) { return c.argument(0).exp(); }},
    {"floor", 1, 1, [](const FunctionCall& c) { return c.argument(0).floor(); }},
    {"isnan", 1, 1, [](const FunctionCall& c) { return c.argument(0).is_nan(); }},
    {"is_nan", 1, 1, [](const FunctionCall& c) { return c.argument(0).is_nan(); }},
    {"ln", 1, 1, [](const FunctionCall& c) { return c.argument(0).log(); }},
    {"log", 1, 1, [](const FunctionCall& c) { return c.argument(0).log() / std::numbers::ln10; }},
    {"log10", 1, 1, [](const FunctionCall& c) { return c.argument(0).log() / std::numbers::ln10; }},
    {"log2", 1, 1, [](const FunctionCall& c) { return c.argument(0).log() / std::numbers::ln2; }},
    {"mod", 2, 2, modulo},
    {"pi", 0, 0, [](const FunctionCall&) { return lit(Scalar(std::numbers::pi)); }},
    {"pow", 2, 2, power},
    {"power", 2, 2, power},
    {"radians", 1, 1, [](const FunctionCall& c) { return c.argument(0) * (std::numbers::pi / 180.0); }},
    {"round", 1, 2, round},
    {"sign", 1, 1, [](const FunctionCall& c) { return sql::call("sign", {c.argument(0)}); }},
    {"sqrt", 1, 1, [](const FunctionCall& c) { return c.argument(0).sqrt(); }},
    {"trunc", 1, 1, truncate},
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
