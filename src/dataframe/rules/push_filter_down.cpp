#include <algorithm>
#include <utility>

#include "dataframe/expressions/substitute.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

/// A predicate cut in two: what can go below the input, in the terms of that side, and what must stay above.
struct Parts {
  std::vector<ExpressionPtr> below;
  std::vector<ExpressionPtr> above;
};

/// `node` with the parts below and above it.
lazy::NodePtr place(const Parts& parts, const lazy::NodePtr& node) {
  const PlanPtr filtered =
      std::make_shared<const Filter>(as_plan(node->inputs()[0]), conjunction(parts.below));
  const PlanPtr moved = as_plan(node->with_inputs({filtered}));
  if (parts.above.empty()) return moved;
  return std::make_shared<const Filter>(moved, conjunction(parts.above));
}

/// Parts on columns that the projection merely passes on. What it computes is not computed a second time
/// below, and a projection that may fail keeps every row that it saw.
lazy::NodePtr below_projection(const Filter& filter, const Project& project, const lazy::NodePtr& node) {
  Definitions passed_on;
  for (const ExpressionPtr& expression : project.expressions()) {
    if (may_fail(*expression)) return nullptr;
    const ExpressionPtr& bare = without_alias(expression);
    if (bare->as<ColumnReference>() != nullptr) passed_on.emplace(output_name(*expression), bare);
  }
  Parts parts;
  for (const ExpressionPtr& part : split_conjunction(filter.predicate())) {
    const std::set<std::string> names = references(*part);
    const bool movable = std::all_of(names.begin(), names.end(),
                                     [&](const std::string& name) { return passed_on.contains(name); });
    if (movable) {
      parts.below.push_back(substitute(part, passed_on));
    } else {
      parts.above.push_back(part);
    }
  }
  return parts.below.empty() ? nullptr : place(parts, node);
}

/// Parts on keys remove whole groups: their rows need not be grouped at all.
lazy::NodePtr below_aggregate(const Filter& filter, const Aggregate& aggregate, const lazy::NodePtr& node) {
  if (aggregate.keys().empty()) return nullptr;
  Parts parts;
  for (const ExpressionPtr& part : split_conjunction(filter.predicate())) {
    const std::set<std::string> names = references(*part);
    const bool only_keys =
        !names.empty() && !may_fail(*part) &&
        std::all_of(names.begin(), names.end(), [&](const std::string& name) {
          return std::find(aggregate.keys().begin(), aggregate.keys().end(), name) != aggregate.keys().end();
        });
    (only_keys ? parts.below : parts.above).push_back(part);
  }
  return parts.below.empty() ? nullptr : place(parts, node);
}

}  // namespace

lazy::NodePtr push_filter_down(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* filter = node_as<Filter>(node);
  if (filter == nullptr) return nullptr;
  const lazy::NodePtr& below = filter->inputs()[0];
  if (consumers.shared(*below)) return nullptr;
  if (const auto* project = node_as<Project>(below)) return below_projection(*filter, *project, below);
  if (const auto* aggregate = node_as<Aggregate>(below)) return below_aggregate(*filter, *aggregate, below);
  const auto* sort = node_as<Sort>(below);
  if (sort != nullptr && !sort->limit()) return place({{filter->predicate()}, {}}, below);
  return nullptr;
}

}  // namespace treadle::dataframe
