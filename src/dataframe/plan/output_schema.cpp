#include "dataframe/plan/output_schema.h"

#include <set>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

bool can_widen(const ExpressionNode& node, const Schema& input) {
  if (const auto* column = node.as<ColumnReference>())
    return input.field(input.index_of(column->name)).sampled;
  if (node.as<Cast>() != nullptr) return false;
  for (const ExpressionPtr& argument : node.arguments()) {
    if (can_widen(*argument, input)) return true;
  }
  return false;
}

void check_names(const std::vector<ExpressionPtr>& expressions) {
  std::set<std::string> names;
  for (const ExpressionPtr& expression : expressions) {
    const std::string name = output_name(*expression);
    if (names.insert(name).second) continue;
    throw InvalidArgument("expected columns of different names, found \"" + name + "\" twice: name " +
                          to_string(*expression) + " with alias()");
  }
}

}  // namespace

columnar::SchemaPtr project_schema(const Schema& input, const std::vector<ExpressionPtr>& expressions) {
  check_names(expressions);
  const BoundExpressions bound(expressions, input);
  std::vector<Field> fields;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const DataType& type = bound.type(i);
    const bool sampled = type.id() != TypeId::kBool && can_widen(*expressions[i], input);
    fields.push_back({output_name(*expressions[i]), type, sampled});
  }
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace treadle::dataframe
