#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/expressions/substitute.h"
#include "dataframe/plan/combine.h"
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

/// What the columns of a side are called below a join.
Definitions names_below(const std::vector<JoinColumn>& columns, JoinSide side) {
  Definitions below;
  for (const JoinColumn& column : columns) {
    if (column.side == side) below.emplace(column.name, make_column(column.column));
  }
  return below;
}

/// Whether all columns of `part`, at least one, are among `names`.
bool is_over(const ExpressionPtr& part, const Definitions& names) {
  const std::set<std::string> used = references(*part);
  return !used.empty() &&
         std::all_of(used.begin(), used.end(), [&](const std::string& name) { return names.contains(name); });
}

/// Moves what looks at one side only from `parts` to that side; the rest stays.
class SideFilters {
 public:
  SideFilters(const Join& join, const std::vector<JoinColumn>& columns)
      : join_(join),
        left_(names_below(columns, JoinSide::kLeft)),
        right_(names_below(columns, JoinSide::kRight)) {}

  void move(const std::vector<ExpressionPtr>& parts, bool may_go_left, bool may_go_right) {
    for (const ExpressionPtr& part : parts) {
      if (may_go_left && !may_fail(*part) && is_over(part, left_)) {
        to_left_.push_back(substitute(part, left_));
      } else if (may_go_right && !may_fail(*part) && is_over(part, right_)) {
        to_right_.push_back(substitute(part, right_));
      } else {
        stays.push_back(part);
      }
    }
  }
  bool any() const { return !to_left_.empty() || !to_right_.empty(); }
  PlanPtr join(JoinSpec spec) const {
    return std::make_shared<const Join>(filtered(join_.left(), to_left_), filtered(join_.right(), to_right_),
                                        std::move(spec));
  }

  std::vector<ExpressionPtr> stays;

 private:
  static PlanPtr filtered(const PlanPtr& input, const std::vector<ExpressionPtr>& parts) {
    return parts.empty() ? input : std::make_shared<const Filter>(input, conjunction(parts));
  }

  const Join& join_;
  Definitions left_;
  Definitions right_;
  std::vector<ExpressionPtr> to_left_;
  std::vector<ExpressionPtr> to_right_;
};

/// Parts on one side. What is false of the nulls that stand for a missing partner must see them: of a left
/// join, only the left side is filtered.
lazy::NodePtr below_join(const Filter& filter, const Join& join) {
  SideFilters sides(join, join.spec().columns);
  sides.move(split_conjunction(filter.predicate()), true, join.spec().kind == JoinKind::kInner);
  if (!sides.any()) return nullptr;
  const PlanPtr moved = sides.join(join.spec());
  if (sides.stays.empty()) return moved;
  return std::make_shared<const Filter>(moved, conjunction(sides.stays));
}

/// Parts on columns that every input has in the type of the union.
lazy::NodePtr below_union(const Filter& filter, const Union& node) {
  std::vector<ExpressionPtr> below, above;
  for (const ExpressionPtr& part : split_conjunction(filter.predicate())) {
    const std::set<std::string> names = references(*part);
    const bool movable =
        !names.empty() && !may_fail(*part) &&
        std::all_of(names.begin(), names.end(), [&](const std::string& name) {
          const std::size_t at = node.schema()->index_of(name);
          const Field& field = node.schema()->field(at);
          return std::all_of(node.inputs().begin(), node.inputs().end(), [&](const auto& input) {
            const Field& own = as_plan(input)->schema()->field(at);
            return own.type == field.type && !own.sampled;
          });
        });
    (movable ? below : above).push_back(part);
  }
  if (below.empty()) return nullptr;
  std::vector<PlanPtr> inputs;
  for (const lazy::NodePtr& input : node.inputs()) {
    Definitions names;
    for (std::size_t i = 0; i < node.schema()->num_fields(); ++i) {
      names.emplace(node.schema()->field(i).name, make_column(as_plan(input)->schema()->field(i).name));
    }
    inputs.push_back(std::make_shared<const Filter>(as_plan(input), substitute(conjunction(below), names)));
  }
  const PlanPtr moved = std::make_shared<const Union>(std::move(inputs));
  return above.empty() ? moved : std::make_shared<const Filter>(moved, conjunction(above));
}

}  // namespace

lazy::NodePtr push_join_condition_down(const lazy::NodePtr& node, const lazy::Consumers&) {
  const auto* join = node_as<Join>(node);
  if (join == nullptr || !join->spec().condition) return nullptr;
  const JoinKind kind = join->spec().kind;
  SideFilters sides(*join, join->spec().condition_columns);
  // A right row for which it is false is nobody's partner; a left one is answered with by left and anti
  // joins.
  sides.move(split_conjunction(join->spec().condition), kind == JoinKind::kInner || kind == JoinKind::kSemi,
             true);
  if (!sides.any()) return nullptr;
  JoinSpec spec = join->spec();
  spec.condition = sides.stays.empty() ? nullptr : conjunction(sides.stays);
  if (!spec.condition) spec.condition_columns.clear();
  return sides.join(std::move(spec));
}

lazy::NodePtr push_filter_down(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* filter = node_as<Filter>(node);
  if (filter == nullptr) return nullptr;
  const lazy::NodePtr& below = filter->inputs()[0];
  if (consumers.shared(*below)) return nullptr;
  if (const auto* project = node_as<Project>(below)) return below_projection(*filter, *project, below);
  if (const auto* aggregate = node_as<Aggregate>(below)) return below_aggregate(*filter, *aggregate, below);
  if (const auto* join = node_as<Join>(below)) return below_join(*filter, *join);
  if (const auto* both = node_as<Union>(below)) return below_union(*filter, *both);
  const auto* sort = node_as<Sort>(below);
  if (sort != nullptr && !sort->limit()) return place({{filter->predicate()}, {}}, below);
  return nullptr;
}

}  // namespace treadle::dataframe
