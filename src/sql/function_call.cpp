#include "sql/function_call.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "sql/translate.h"
#include "sql/windows.h"

namespace treadle::sql {

FunctionCall::FunctionCall(const ParseNode& node, Scope& scope)
    : node_(node), scope_(scope), name_(last_name(node.at("funcname"))) {}

std::size_t FunctionCall::num_arguments() const { return node_.at("args").size(); }

const Json& FunctionCall::argument_tree(std::size_t index) const { return node_.at("args")[index]; }

Expression FunctionCall::argument(std::size_t index) const { return translate(argument_tree(index), scope_); }

std::optional<Scalar> FunctionCall::literal_argument(std::size_t index) const {
  return literal(argument_tree(index), scope_);
}

std::string FunctionCall::text(std::size_t index) const {
  const auto value = literal_argument(index);
  const auto* text = value ? std::get_if<std::string>(&value->storage()) : nullptr;
  if (text == nullptr) {
    scope_.text.fail_unsupported(
        ParseNode(argument_tree(index)).location(),
        name_ + "() with an argument " + std::to_string(index + 1) + " that is no text literal");
  }
  return *text;
}

std::int64_t FunctionCall::integer(std::size_t index) const {
  const auto value = literal_argument(index);
  const auto* number = value ? std::get_if<std::int64_t>(&value->storage()) : nullptr;
  if (number == nullptr) {
    scope_.text.fail_unsupported(
        ParseNode(argument_tree(index)).location(),
        name_ + "() with an argument " + std::to_string(index + 1) + " that is no whole number");
  }
  return *number;
}

void FunctionCall::fail(const std::string& message) const { scope_.text.fail(node_.location(), message); }

namespace {

const ScalarFunction* find_scalar_function(std::string_view name) {
  for (const auto find : {find_text_function, find_number_function, find_date_function, find_search_function,
                          find_time_function}) {
    if (const ScalarFunction* found = find(name)) return found;
  }
  return nullptr;
}

[[noreturn]] void throw_unknown(const FunctionCall& call) {
  std::vector<std::string> names;
  for (const auto add : {add_text_functions, add_number_functions, add_date_functions, add_search_functions,
                         add_time_functions, add_aggregate_functions})
    add(names);
  const std::string message = "unknown function \"" + call.name() + '"' + nearest_hint(call.name(), names);
  const std::size_t location = call.node().location();
  throw NotFound(call.scope().text.place(location) + message + call.scope().text.excerpt(location));
}

void check_num_arguments(const FunctionCall& call, const ScalarFunction& function) {
  const std::size_t given = call.num_arguments();
  if (given >= function.min_arguments && given <= function.max_arguments) return;
  const std::string least = std::to_string(function.min_arguments);
  const std::string most = std::to_string(function.max_arguments);
  const bool any = function.max_arguments == SIZE_MAX;
  call.fail(call.name() + "() takes " +
            (any             ? least + " or more"
             : least == most ? least
                             : least + " to " + most) +
            " arguments, found " + std::to_string(given));
}

}  // namespace

Expression translate_call(const ParseNode& node, Scope& scope) {
  const FunctionCall call(node, scope);
  if (node.has("over")) {
    if (scope.windows != nullptr) return scope.windows->take(node, scope);
    scope.text.fail(node.location(),
                    "a window function (OVER) stands in a SELECT list, QUALIFY or ORDER BY only, "
                    "and not in another one");
  }
  if (is_aggregate_function(call.name())) return translate_aggregate(call);
  const ScalarFunction* function = find_scalar_function(call.name());
  if (function == nullptr) throw_unknown(call);
  for (const char* clause : {"agg_filter", "agg_distinct", "agg_star", "agg_order", "func_variadic"}) {
    if (node.has(clause))
      call.fail(call.name() + "() is no aggregate: it takes no DISTINCT, *, FILTER or ORDER BY");
  }
  check_num_arguments(call, *function);
  return function->build(call);
}

}  // namespace treadle::sql
