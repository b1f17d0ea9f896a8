#include "dataframe/expressions/split_aggregates.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

class Splitter {
 public:
  explicit Splitter(std::span<const std::string> keys) : keys_(keys) {}

  void add(const ExpressionPtr& expression) {
    const std::string name = output_name(*expression);
    const ExpressionPtr& bare = without_alias(expression);
    const auto* call = bare->as<AggregateCall>();
    // An aggregate alone makes its column under its final name: nothing is left to compute.
    ExpressionPtr output = call != nullptr ? request(bare, *call, name) : replace(bare);
    if (output_name(*output) != name || output->as<ColumnReference>() == nullptr) {
      output = make_alias(std::move(output), name);
    }
    result_.outputs.push_back(std::move(output));
  }

  SplitAggregates take() { return std::move(result_); }

 private:
  ExpressionPtr replace(const ExpressionPtr& node) {
    if (const auto* call = node->as<AggregateCall>())
      return request(node, *call, dataframe::to_string(*node));
    if (const auto* column = node->as<ColumnReference>()) check_key(column->name);
    std::vector<ExpressionPtr> arguments;
    for (const ExpressionPtr& argument : node->arguments()) arguments.push_back(replace(argument));
    return with_arguments(node, std::move(arguments));
  }

  void check_key(const std::string& name) const {
    if (std::find(keys_.begin(), keys_.end(), name) != keys_.end()) return;
    throw InvalidArgument("expected columns inside an aggregate such as col(\"" + name +
                          "\").sum(), or keys of the groups; found col(\"" + name + "\")");
  }

  ExpressionPtr request(const ExpressionPtr& node, const AggregateCall& call, const std::string& name) {
    const auto known = columns_.find(node->key());
    if (known != columns_.end()) return make_column(known->second);
    AggregateRequest request{call.kind, node->arguments().empty() ? nullptr : node->arguments()[0], call.ddof,
                             unused(name), call.quantile};
    if (request.argument && contains_aggregate(*request.argument)) {
      throw InvalidArgument("an aggregate inside an aggregate has no meaning: " +
                            dataframe::to_string(*node));
    }
    columns_.emplace(node->key(), request.name);
    result_.requests.push_back(std::move(request));
    return make_column(result_.requests.back().name);
  }

  std::string unused(std::string name) const {
    const auto taken = [&](const std::string& wanted) {
      return std::find(keys_.begin(), keys_.end(), wanted) != keys_.end() ||
             std::any_of(result_.requests.begin(), result_.requests.end(),
                         [&](const AggregateRequest& request) { return request.name == wanted; });
    };
    while (taken(name)) name += "'";
    return name;
  }

  std::span<const std::string> keys_;
  SplitAggregates result_;
  std::unordered_map<Key, std::string> columns_;
};

}  // namespace

SplitAggregates split_aggregates(std::span<const ExpressionPtr> expressions,
                                 std::span<const std::string> keys) {
  Splitter splitter(keys);
  for (const ExpressionPtr& expression : expressions) splitter.add(expression);
  return splitter.take();
}

}  // namespace treadle::dataframe
