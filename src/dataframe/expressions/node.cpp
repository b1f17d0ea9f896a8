#include "dataframe/expressions/node.h"

#include <algorithm>
#include <utility>

#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

struct AddPayload {
  KeyBuilder& key;
  void operator()(const ColumnReference& column) const { key.add("column").add(column.name); }
  void operator()(const Literal& literal) const {
    key.add("literal").add(literal.value.type().to_string());
    literal.value.add_to(key);
  }
  void operator()(const Call& call) const { key.add("call").add(call.function); }
  void operator()(const Cast& cast) const { key.add("cast").add(cast.type.to_string()).add(cast.strict); }
  void operator()(const Alias& alias) const { key.add("alias").add(alias.name); }
  void operator()(const AggregateCall& call) const {
    key.add("aggregate").add(static_cast<int>(call.kind)).add(call.ddof).add(call.quantile);
  }
};

Key key_of(const ExpressionNode::Payload& payload, const std::vector<ExpressionPtr>& arguments) {
  KeyBuilder key("expression");
  std::visit(AddPayload{key}, payload);
  for (const ExpressionPtr& argument : arguments) key.add(argument->key());
  return key.finish();
}

const ColumnReference* leftmost_column(const ExpressionNode& node) {
  if (const auto* column = node.as<ColumnReference>()) return column;
  // when(condition).then(value): the value names the result.
  const auto* call = node.as<Call>();
  const std::size_t first = call != nullptr && call->function == "if_else" ? 1 : 0;
  for (std::size_t i = first; i < node.arguments().size(); ++i) {
    if (const auto* column = leftmost_column(*node.arguments()[i])) return column;
  }
  return nullptr;
}

}  // namespace

ExpressionNode::ExpressionNode(Payload payload, std::vector<ExpressionPtr> arguments)
    : payload_(std::move(payload)), arguments_(std::move(arguments)) {
  for (const ExpressionPtr& argument : arguments_) depth_ = std::max(depth_, argument->depth() + 1);
  if (depth_ > kMaxDepth) {
    throw InvalidArgument(
        "an expression may be nested " + std::to_string(kMaxDepth) +
        " levels deep at most; use is_in() for long lists of alternatives, or with_columns() for steps");
  }
  key_ = key_of(payload_, arguments_);
}

ExpressionPtr make_column(std::string name) {
  return std::make_shared<const ExpressionNode>(ColumnReference{std::move(name)},
                                                std::vector<ExpressionPtr>{});
}

ExpressionPtr make_literal(Scalar value) {
  return std::make_shared<const ExpressionNode>(Literal{std::move(value)}, std::vector<ExpressionPtr>{});
}

ExpressionPtr make_call(std::string function, std::vector<ExpressionPtr> arguments) {
  return std::make_shared<const ExpressionNode>(Call{std::move(function)}, std::move(arguments));
}

ExpressionPtr make_cast(ExpressionPtr argument, DataType type, bool strict) {
  return std::make_shared<const ExpressionNode>(Cast{std::move(type), strict},
                                                std::vector<ExpressionPtr>{std::move(argument)});
}

ExpressionPtr make_alias(ExpressionPtr argument, std::string name) {
  return std::make_shared<const ExpressionNode>(Alias{std::move(name)},
                                                std::vector<ExpressionPtr>{std::move(argument)});
}

ExpressionPtr make_aggregate(AggregateCall call, ExpressionPtr argument) {
  std::vector<ExpressionPtr> arguments;
  if (argument) arguments.push_back(std::move(argument));
  return std::make_shared<const ExpressionNode>(call, std::move(arguments));
}

ExpressionPtr with_arguments(const ExpressionPtr& node, std::vector<ExpressionPtr> arguments) {
  if (arguments == node->arguments()) return node;
  return std::make_shared<const ExpressionNode>(node->payload(), std::move(arguments));
}

const ExpressionPtr& without_alias(const ExpressionPtr& node) {
  const ExpressionPtr* inner = &node;
  while ((*inner)->as<Alias>() != nullptr) inner = &(*inner)->arguments()[0];
  return *inner;
}

std::string output_name(const ExpressionNode& node) {
  if (const auto* alias = node.as<Alias>()) return alias->name;
  if (const auto* column = leftmost_column(node)) return column->name;
  return contains_aggregate(node) ? "count" : "literal";
}

void add_references(const ExpressionNode& node, std::set<std::string>& names) {
  if (const auto* column = node.as<ColumnReference>()) names.insert(column->name);
  for (const ExpressionPtr& argument : node.arguments()) add_references(*argument, names);
}

std::set<std::string> references(const ExpressionNode& node) {
  std::set<std::string> names;
  add_references(node, names);
  return names;
}

bool contains_aggregate(const ExpressionNode& node) {
  if (node.as<AggregateCall>() != nullptr) return true;
  return std::any_of(node.arguments().begin(), node.arguments().end(),
                     [](const ExpressionPtr& argument) { return contains_aggregate(*argument); });
}

bool may_fail(const ExpressionNode& node) {
  const auto* cast = node.as<Cast>();
  if (cast != nullptr && cast->strict) return true;
  // The parsing functions fail on what they cannot parse unless told to give null.
  const auto* call = node.as<Call>();
  if (call != nullptr && (call->function == "str.to_date" || call->function == "str.to_timestamp"))
    return true;
  return std::any_of(node.arguments().begin(), node.arguments().end(),
                     [](const ExpressionPtr& argument) { return may_fail(*argument); });
}

}  // namespace treadle::dataframe
