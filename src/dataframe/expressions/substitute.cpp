#include "dataframe/expressions/substitute.h"

#include <utility>

namespace treadle::dataframe {
namespace {

void add_parts(const ExpressionPtr& predicate, std::vector<ExpressionPtr>& parts) {
  const auto* call = predicate->as<Call>();
  if (call == nullptr || call->function != "and") {
    parts.push_back(predicate);
    return;
  }
  for (const ExpressionPtr& argument : predicate->arguments()) add_parts(without_alias(argument), parts);
}

}  // namespace

ExpressionPtr substitute(const ExpressionPtr& expression, const Definitions& definitions) {
  if (const auto* column = expression->as<ColumnReference>()) {
    const auto found = definitions.find(column->name);
    return found == definitions.end() ? expression : without_alias(found->second);
  }
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : expression->arguments())
    arguments.push_back(substitute(argument, definitions));
  return with_arguments(expression, std::move(arguments));
}

std::vector<ExpressionPtr> split_conjunction(const ExpressionPtr& predicate) {
  std::vector<ExpressionPtr> parts;
  add_parts(without_alias(predicate), parts);
  return parts;
}

ExpressionPtr conjunction(const std::vector<ExpressionPtr>& parts) {
  ExpressionPtr all = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) all = make_call("and", {std::move(all), parts[i]});
  return all;
}

}  // namespace treadle::dataframe
