#include "dataframe/group_by.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "dataframe/expressions/split_aggregates.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

void check_names(std::span<const ExpressionPtr> keys, std::span<const ExpressionPtr> expressions) {
  std::set<std::string> names;
  const auto check = [&](const ExpressionPtr& expression) {
    const std::string name = output_name(*expression);
    if (names.insert(name).second) return;
    throw InvalidArgument("expected columns of different names, found \"" + name + "\" twice: name " +
                          to_string(*expression) + " with alias()");
  };
  std::for_each(keys.begin(), keys.end(), check);
  std::for_each(expressions.begin(), expressions.end(), check);
}

/// The columns that the aggregate takes, made from those of the frame: each different one once.
class AggregateInput {
 public:
  explicit AggregateInput(std::span<const ExpressionPtr> keys) {
    for (const ExpressionPtr& key : keys) add(key, output_name(*key));
  }

  /// The name of the column that holds the argument.
  std::string column_of(const ExpressionPtr& argument) {
    const ExpressionPtr& bare = without_alias(argument);
    for (const ExpressionPtr& made : columns_) {
      if (without_alias(made)->key() == bare->key() && !output_name(*made).empty()) return output_name(*made);
    }
    const auto* column = bare->as<ColumnReference>();
    std::string name = column != nullptr ? column->name : to_string(*bare);
    // A key under the name of another column hides it; an empty name stands for no column.
    while (name.empty() || names_.contains(name)) name += "'";
    add(bare, name);
    return name;
  }

  /// The frame itself if it has all columns under their names.
  PlanPtr over(const PlanPtr& input) const {
    const bool all_there = std::all_of(columns_.begin(), columns_.end(), [](const ExpressionPtr& column) {
      return column->as<ColumnReference>() != nullptr;
    });
    return all_there ? input : std::make_shared<const Project>(input, columns_);
  }

 private:
  void add(const ExpressionPtr& expression, const std::string& name) {
    const bool named =
        output_name(*expression) == name && (expression->as<Alias>() || expression->as<ColumnReference>());
    columns_.push_back(named ? expression : make_alias(expression, name));
    names_.insert(name);
  }

  std::vector<ExpressionPtr> columns_;
  std::set<std::string> names_;
};

}  // namespace

PlanPtr group_by(const PlanPtr& input, std::span<const ExpressionPtr> keys,
                 std::span<const ExpressionPtr> expressions) {
  check_names(keys, expressions);
  std::vector<std::string> key_names;
  for (const ExpressionPtr& key : keys) key_names.push_back(output_name(*key));
  const SplitAggregates split = split_aggregates(expressions, key_names);
  AggregateInput columns(keys);
  std::vector<AggregateColumn> aggregates;
  for (const AggregateRequest& request : split.requests) {
    // The number of rows is the same whatever is counted.
    const bool looks = request.argument && request.kind != AggregateKind::kSize;
    aggregates.push_back({request.kind, looks ? columns.column_of(request.argument) : std::string(),
                          request.ddof, request.name, request.quantile});
  }
  PlanPtr groups = std::make_shared<const Aggregate>(columns.over(input), key_names, std::move(aggregates));
  std::vector<ExpressionPtr> outputs;
  for (const std::string& name : key_names) outputs.push_back(make_column(name));
  outputs.insert(outputs.end(), split.outputs.begin(), split.outputs.end());
  const std::vector<std::string> names = groups->schema()->names();
  const bool plain = std::equal(outputs.begin(), outputs.end(), names.begin(), names.end(),
                                [](const ExpressionPtr& output, const std::string& name) {
                                  const auto* column = output->as<ColumnReference>();
                                  return column != nullptr && column->name == name;
                                });
  return plain ? groups : std::make_shared<const Project>(std::move(groups), std::move(outputs));
}

}  // namespace treadle::dataframe
