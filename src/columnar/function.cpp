#include "columnar/function.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "columnar/functions/register.h"
#include "treadle/error.h"

namespace treadle::columnar {

const FunctionRegistry& FunctionRegistry::builtin() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    functions::register_arithmetic(made);
    functions::register_bitwise(made);
    functions::register_comparison(made);
    functions::register_conditional(made);
    functions::register_date_format(made);
    functions::register_date_parts(made);
    functions::register_date_truncate(made);
    functions::register_date_zones(made);
    functions::register_division(made);
    functions::register_logic(made);
    functions::register_mathematics(made);
    functions::register_membership(made);
    functions::register_null_tests(made);
    functions::register_pandas_functions(made);
    functions::register_sql_functions(made);
    functions::register_text_case(made);
    functions::register_text_edges(made);
    functions::register_text_joining(made);
    functions::register_text_patterns(made);
    functions::register_text_shapes(made);
    functions::register_text_slicing(made);
    functions::register_text_splitting(made);
    functions::register_trigonometry(made);
    return made;
  }();
  return registry;
}

namespace {

constexpr auto kByName = [](const Function& function, std::string_view name) { return function.name < name; };

}  // namespace

const Function& FunctionRegistry::find(std::string_view name) const {
  const auto found = std::lower_bound(functions_.begin(), functions_.end(), name, kByName);
  if (found != functions_.end() && found->name == name) return *found;
  throw NotFound("no function is named \"" + std::string(name) + "\"" + nearest_hint(name, names()));
}

void FunctionRegistry::add(Function function) {
  const auto place = std::lower_bound(functions_.begin(), functions_.end(), function.name, kByName);
  if (place != functions_.end() && place->name == function.name) {
    throw InvalidArgument("a function named \"" + std::string(function.name) + "\" is registered already");
  }
  functions_.insert(place, function);
}

std::vector<std::string> FunctionRegistry::names() const {
  std::vector<std::string> names;
  names.reserve(functions_.size());
  for (const Function& function : functions_) names.emplace_back(function.name);
  return names;
}

}  // namespace treadle::columnar
