#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dataframe/expressions/substitute.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

// Of so many rows a group or more, most stay: the sort is left as it is.
constexpr std::int64_t kMostRows = 1024;
// Numbers beyond are no row's.
constexpr std::int64_t kMostNumber = std::int64_t{1} << 48;

std::optional<std::int64_t> whole_number(const ExpressionNode& node) {
  if (node.as<Cast>() != nullptr) return whole_number(*node.arguments()[0]);
  const auto* literal = node.as<Literal>();
  if (literal == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&literal->value.storage());
  const bool fits =
      number != nullptr && literal->value.type().is_integer() && std::abs(*number) < kMostNumber;
  return fits ? std::optional(*number) : std::nullopt;
}

bool is_null(const ExpressionNode& node) {
  if (node.as<Cast>() != nullptr) return is_null(*node.arguments()[0]);
  return node.as<Literal>() != nullptr && node.as<Literal>()->value.is_null();
}

/// `expression`, a column to which whole numbers may be added, or null, is at most `last`: the same of the
/// column.
std::optional<RowsUpTo> at_most(const ExpressionPtr& expression, std::int64_t last) {
  if (const auto* column = expression->as<ColumnReference>()) return RowsUpTo{column->name, last};
  if (const auto* cast = expression->as<Cast>()) {
    return cast->type.is_integer() ? at_most(expression->arguments()[0], last) : std::nullopt;
  }
  const auto* call = expression->as<Call>();
  if (call != nullptr && call->function == "if_else" && !may_fail(*expression->arguments()[0])) {
    if (is_null(*expression->arguments()[1])) return at_most(expression->arguments()[2], last);
    return is_null(*expression->arguments()[2]) ? at_most(expression->arguments()[1], last) : std::nullopt;
  }
  if (call == nullptr || expression->arguments().size() != 2) return std::nullopt;
  const auto &first = expression->arguments()[0], &second = expression->arguments()[1];
  if (call->function == "add") {
    if (const auto more = whole_number(*second)) return at_most(first, last - *more);
    if (const auto more = whole_number(*first)) return at_most(second, last - *more);
  }
  if (call->function == "subtract") {
    if (const auto fewer = whole_number(*second)) return at_most(first, last + *fewer);
  }
  return std::nullopt;
}

/// What `part`, a condition that rows fulfil, says of how large a column can be.
std::optional<RowsUpTo> bound_of(const ExpressionPtr& part) {
  const auto* call = part->as<Call>();
  if (call == nullptr || part->arguments().size() < 2) return std::nullopt;
  const auto& arguments = part->arguments();
  const std::string& function = call->function;
  if (function == "is_between") {
    const auto greatest = may_fail(*arguments[1]) ? std::nullopt : whole_number(*arguments[2]);
    return greatest ? at_most(arguments[0], *greatest) : std::nullopt;
  }
  if (const auto right = whole_number(*arguments[1])) {
    if (function == "less") return at_most(arguments[0], *right - 1);
    if (function == "less_equal" || function == "equal") return at_most(arguments[0], *right);
  }
  if (const auto left = whole_number(*arguments[0])) {
    if (function == "greater") return at_most(arguments[1], *left - 1);
    if (function == "greater_equal" || function == "equal") return at_most(arguments[1], *left);
  }
  return std::nullopt;
}

/// The sort with fewer rows of each group, or null if its first keys are not those of the groups.
PlanPtr sort_limited(const lazy::NodePtr& node, const std::vector<std::string>& groups, std::int64_t count,
                     bool with_equals, const lazy::Consumers& consumers) {
  const auto* sort = node_as<Sort>(node);
  if (sort == nullptr || consumers.shared(*sort) || sort->limit() || count < 1 || count > kMostRows ||
      groups.empty() || sort->columns().size() < groups.size())
    return nullptr;
  const auto last = sort->columns().begin() + static_cast<std::ptrdiff_t>(groups.size());
  const bool apart = std::all_of(groups.begin(), groups.end(), [&](const std::string& name) {
    return std::find_if(sort->columns().begin(), last,
                        [&](const SortColumn& column) { return column.name == name; }) != last;
  });
  if (!apart) return nullptr;
  return std::make_shared<const Sort>(sort->input(), sort->columns(), std::nullopt,
                                      GroupLimit{groups.size(), count, with_equals});
}

template <class Columns>
auto column_named(const Columns& columns, const std::string& name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const auto& column) { return column.name == name; });
}

bool fewer(const RowsUpTo& bound, const std::optional<RowsUpTo>& present) {
  return !present || (present->column == bound.column && bound.last < present->last);
}

lazy::NodePtr limited(const Running& running, const RowsUpTo& bound, const lazy::Consumers& consumers) {
  RunningSpec spec = running.spec();
  const auto number = column_named(spec.columns, bound.column);
  const bool counts = number != spec.columns.end() && number->kind == RunningKind::kNumber;
  const bool by_partition =
      std::any_of(spec.columns.begin(), spec.columns.end(),
                  [](const RunningColumn& column) { return column.kind == RunningKind::kPartition; });
  if (!counts || by_partition || spec.options.backward || !fewer(bound, spec.only)) return nullptr;
  const PlanPtr sort = sort_limited(running.inputs()[0], spec.options.keys, bound.last + 1, false, consumers);
  if (sort == nullptr) return nullptr;
  spec.only = bound;
  return std::make_shared<const Running>(sort, std::move(spec));
}

/// Whether a row's value says nothing of the rows behind it.
bool looks_back_only(const WindowColumn& column) {
  switch (column.kind) {
    case WindowKind::kNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
    case WindowKind::kFill:
      return true;
    case WindowKind::kShift:
      return column.distance >= 0;
    case WindowKind::kFillBack:
      return false;
    default:
      return !column.frame.first && column.frame.last == 0 && !column.frame.with_peers;
  }
}

lazy::NodePtr limited(const Window& window, const RowsUpTo& bound, const lazy::Consumers& consumers) {
  WindowSpec spec = window.spec();
  const auto number = column_named(spec.columns, bound.column);
  if (number == spec.columns.end() || !fewer(bound, spec.only) ||
      !std::all_of(spec.columns.begin(), spec.columns.end(), looks_back_only))
    return nullptr;
  const bool ranks = number->kind == WindowKind::kRank;
  if (!ranks && number->kind != WindowKind::kNumber) return nullptr;
  // Numbers begin with 0, ranks with 1.
  const PlanPtr sort =
      sort_limited(window.inputs()[0], spec.partition_by, bound.last + (ranks ? 0 : 1), ranks, consumers);
  if (sort == nullptr) return nullptr;
  spec.only = bound;
  return std::make_shared<const Window>(sort, std::move(spec));
}

/// What a filter asks of rows.
struct Condition {
  /// They are true of this.
  ExpressionPtr part;
  /// What is computed of all rows and may fail for one: rows may only be left out if that says no more than
  /// that there are too many of them.
  std::vector<ExpressionPtr> may_fail = {};

  /// The same, in terms of what the projection takes.
  Condition below(const Project& project) const {
    Definitions definitions;
    Condition condition;
    for (const ExpressionPtr& expression : project.expressions()) {
      definitions.emplace(output_name(*expression), without_alias(expression));
      if (dataframe::may_fail(*expression)) condition.may_fail.push_back(without_alias(expression));
    }
    condition.part = substitute(part, definitions);
    for (const ExpressionPtr& one : may_fail) condition.may_fail.push_back(substitute(one, definitions));
    return condition;
  }
  std::optional<RowsUpTo> bound() const {
    const std::optional<RowsUpTo> found = bound_of(part);
    const bool holds = found && std::all_of(may_fail.begin(), may_fail.end(), [&](const ExpressionPtr& one) {
                         const std::optional<RowsUpTo> own = at_most(one, 0);
                         return own && own->column == found->column;
                       });
    return holds ? found : std::nullopt;
  }
};

/// `node`, of whose rows only those that fulfil the condition matter, with fewer others; or null.
lazy::NodePtr limited(const Condition& condition, const lazy::NodePtr& node,
                      const lazy::Consumers& consumers) {
  if (consumers.shared(*node)) return nullptr;
  const auto* project = node_as<Project>(node);
  const auto* sort = node_as<Sort>(node);
  if (project != nullptr || (sort != nullptr && !sort->limit())) {
    const lazy::NodePtr below =
        limited(project != nullptr ? condition.below(*project) : condition, node->inputs()[0], consumers);
    return below ? node->with_inputs({below}) : nullptr;
  }
  const std::optional<RowsUpTo> bound = condition.bound();
  if (!bound) return nullptr;
  if (const auto* running = node_as<Running>(node)) return limited(*running, *bound, consumers);
  if (const auto* window = node_as<Window>(node)) return limited(*window, *bound, consumers);
  return nullptr;
}

}  // namespace

lazy::NodePtr limit_groups(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* filter = node_as<Filter>(node);
  if (filter == nullptr) return nullptr;
  const std::vector<ExpressionPtr> parts = split_conjunction(filter->predicate());
  for (const ExpressionPtr& part : parts) {
    Condition condition{part};
    for (const ExpressionPtr& other : parts) {
      if (other != part && may_fail(*other)) condition.may_fail.push_back(other);
    }
    const lazy::NodePtr below = limited(condition, filter->inputs()[0], consumers);
    if (below) return filter->with_inputs({below});
  }
  return nullptr;
}

}  // namespace treadle::dataframe
