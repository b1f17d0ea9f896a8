#include <algorithm>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/rules/rules.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

bool is_typed_literal(const ExpressionNode& node) {
  const auto* cast = node.as<Cast>();
  const auto* literal = cast == nullptr ? nullptr : node.arguments()[0]->as<Literal>();
  return literal != nullptr && literal->value.type() == cast->type;
}

bool is_bool(const ExpressionNode& node, bool value) {
  const ExpressionNode& bare = is_typed_literal(node) ? *node.arguments()[0] : node;
  const auto* literal = bare.as<Literal>();
  return literal != nullptr && literal->value == Scalar(value);
}

/// What can be computed without data, as a literal whose type is spelled out: a bare literal takes the type
/// of the column beside it, which the computed value did not.
ExpressionPtr fold(const ExpressionPtr& node) {
  if (node->as<Call>() == nullptr && node->as<Cast>() == nullptr) return node;
  if (is_typed_literal(*node) || !references(*node).empty() || contains_aggregate(*node)) return node;
  const BoundExpressions bound({&node, 1}, Schema());
  const std::optional<Scalar> value = bound.constant(0);
  if (!value) return node;
  return make_cast(make_literal(*value), value->type(), true);
}

/// A literal neutral element beside any operand, an absorbing one in place of it. Operands of and, or are
/// bool.
ExpressionPtr simplify_logic(const ExpressionPtr& node) {
  const auto* call = node->as<Call>();
  if (call == nullptr) return node;
  const auto& arguments = node->arguments();
  if (call->function == "not") {
    const auto* inner = arguments[0]->as<Call>();
    return inner != nullptr && inner->function == "not" ? arguments[0]->arguments()[0] : node;
  }
  if (call->function != "and" && call->function != "or") return node;
  const bool neutral = call->function == "and";
  for (std::size_t i = 0; i < 2; ++i) {
    if (is_bool(*arguments[i], neutral)) return arguments[1 - i];
    if (is_bool(*arguments[i], !neutral)) return arguments[i];
  }
  return node;
}

ExpressionPtr simplify(const ExpressionPtr& node) {
  if (is_typed_literal(*node)) return node;
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : node->arguments()) arguments.push_back(simplify(argument));
  return simplify_logic(fold(with_arguments(node, std::move(arguments))));
}

lazy::NodePtr simplify_filter(const Filter& filter) {
  const ExpressionPtr simple = simplify(filter.predicate());
  if (is_bool(*simple, true)) return filter.input();
  if (simple == filter.predicate()) return nullptr;
  return std::make_shared<const Filter>(filter.input(), simple);
}

lazy::NodePtr simplify_projection(const Project& project) {
  std::vector<ExpressionPtr> simple;
  for (const ExpressionPtr& expression : project.expressions()) {
    ExpressionPtr better = simplify(expression);
    if (output_name(*better) != output_name(*expression)) {
      better = make_alias(std::move(better), output_name(*expression));
    }
    simple.push_back(std::move(better));
  }
  if (simple == project.expressions()) return nullptr;
  return std::make_shared<const Project>(project.input(), std::move(simple));
}

}  // namespace

lazy::NodePtr simplify_expressions(const lazy::NodePtr& node, const lazy::Consumers&) {
  if (const auto* filter = node_as<Filter>(node)) return simplify_filter(*filter);
  if (const auto* project = node_as<Project>(node)) return simplify_projection(*project);
  return nullptr;
}

}  // namespace treadle::dataframe
