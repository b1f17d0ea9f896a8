#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sql/scope.h"

namespace treadle::sql {

/// A function's call while it is translated.
class FunctionCall {
 public:
  FunctionCall(const ParseNode& node, Scope& scope);

  const std::string& name() const noexcept { return name_; }
  const ParseNode& node() const noexcept { return node_; }
  Scope& scope() const noexcept { return scope_; }
  std::size_t num_arguments() const;
  /// Arguments in this call's scope.
  Expression argument(std::size_t index) const;
  /// Arguments that must be literals. Throw ParseError naming the function and the argument.
  std::string text(std::size_t index) const;
  std::int64_t integer(std::size_t index) const;
  std::optional<Scalar> literal_argument(std::size_t index) const;
  const Json& argument_tree(std::size_t index) const;
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const ParseNode& node_;
  Scope& scope_;
  std::string name_;
};

/// How a function of SQL is built from what Expression has.
struct ScalarFunction {
  std::string_view name;
  std::size_t min_arguments;
  std::size_t max_arguments;
  Expression (*build)(const FunctionCall&);
};

/// nullptr if there is none of that name. Each looks into its own table.
const ScalarFunction* find_text_function(std::string_view name);
const ScalarFunction* find_number_function(std::string_view name);
const ScalarFunction* find_date_function(std::string_view name);
const ScalarFunction* find_search_function(std::string_view name);
const ScalarFunction* find_time_function(std::string_view name);
void add_text_functions(std::vector<std::string>& names);
void add_number_functions(std::vector<std::string>& names);
void add_date_functions(std::vector<std::string>& names);
void add_search_functions(std::vector<std::string>& names);
void add_time_functions(std::vector<std::string>& names);

/// The time at which a query is planned, in UTC: the same for all of it.
Expression current_time();

/// The seconds of a time since 1970, with their fractions.
Expression epoch_of(const Expression& time);

bool is_aggregate_function(std::string_view name);
Expression translate_aggregate(const FunctionCall& call);
void add_aggregate_functions(std::vector<std::string>& names);

}  // namespace treadle::sql
