#include <optional>
#include <string_view>
#include <utility>

#include "dataframe/expressions/literal_types.h"
#include "dataframe/expressions/substitute.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

using Op = io::PrunePredicate::Op;

struct Comparison {
  std::string_view function;
  Op op;
  Op mirrored;  // for "literal OP column"
};
constexpr Comparison kComparisons[] = {
    {"equal", Op::kEqual, Op::kEqual},    {"not_equal", Op::kNotEqual, Op::kNotEqual},
    {"less", Op::kLess, Op::kGreater},    {"less_equal", Op::kLessEqual, Op::kGreaterEqual},
    {"greater", Op::kGreater, Op::kLess}, {"greater_equal", Op::kGreaterEqual, Op::kLessEqual},
};

/// A literal, bare or with its type spelled out by the folding of constants.
const Scalar* literal_value(const ExpressionNode& node) {
  if (const auto* literal = node.as<Literal>()) return &literal->value;
  const auto* cast = node.as<Cast>();
  if (cast == nullptr) return nullptr;
  const auto* literal = node.arguments()[0]->as<Literal>();
  return literal != nullptr && literal->value.type() == cast->type ? &literal->value : nullptr;
}

/// Only literals of the column's own type: a source compares them with its statistics as they are.
std::optional<Scalar> as_column_type(const Scalar& literal, const DataType& type) {
  if (literal.is_null()) return std::nullopt;
  if (literal.type() == type) return literal;
  return literal_as(literal, type);
}

std::optional<io::PrunePredicate> compare(const std::string& column, Op op, const Scalar& literal,
                                          const Schema& schema) {
  std::optional<Scalar> value = as_column_type(literal, schema.field(schema.index_of(column)).type);
  if (!value) return std::nullopt;
  return io::PrunePredicate{column, op, std::move(*value)};
}

std::optional<io::PrunePredicate> as_prune_predicate(const ExpressionNode& part, const Schema& schema) {
  const auto* call = part.as<Call>();
  if (call == nullptr || part.arguments().empty()) return std::nullopt;
  const auto* first = part.arguments()[0]->as<ColumnReference>();
  if (call->function == "is_null" && first) return io::PrunePredicate{first->name, Op::kIsNull, {}};
  if (call->function == "is_not_null" && first) return io::PrunePredicate{first->name, Op::kIsNotNull, {}};
  for (const Comparison& comparison : kComparisons) {
    if (comparison.function != call->function || part.arguments().size() != 2) continue;
    const auto* second = part.arguments()[1]->as<ColumnReference>();
    const Scalar* right = literal_value(*part.arguments()[1]);
    const Scalar* left = literal_value(*part.arguments()[0]);
    if (first && right) return compare(first->name, comparison.op, *right, schema);
    if (second && left) return compare(second->name, comparison.mirrored, *left, schema);
  }
  return std::nullopt;
}

}  // namespace

lazy::NodePtr push_filter_into_scan(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* filter = node_as<Filter>(node);
  if (filter == nullptr) return nullptr;
  const auto* scan = node_as<Scan>(filter->inputs()[0]);
  // What one consumer does not need, another may.
  if (scan == nullptr || consumers.shared(*scan) || !scan->request().prune.empty()) return nullptr;
  std::vector<io::PrunePredicate> prune;
  for (const ExpressionPtr& part : split_conjunction(filter->predicate())) {
    if (auto predicate = as_prune_predicate(*part, *scan->schema())) prune.push_back(std::move(*predicate));
  }
  if (prune.empty()) return nullptr;
  const PlanPtr pruned =
      std::make_shared<const Scan>(scan->source(), scan->request().columns, std::move(prune));
  return filter->with_inputs({pruned});
}

}  // namespace treadle::dataframe
