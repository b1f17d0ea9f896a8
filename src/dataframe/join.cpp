#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/combine.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// DataFrame::join(): which columns are keys, which are delivered, and under which names.
namespace treadle {

using dataframe::ExpressionPtr;
using dataframe::JoinColumn;
using dataframe::JoinSide;
using dataframe::JoinSpec;
using dataframe::PlanPtr;

namespace {

/// A side with its keys as columns.
struct Side {
  PlanPtr plan;
  std::vector<std::string> names;  // the frame's own columns
  std::vector<std::string> keys;
};

Side make_side(const PlanPtr& plan, const std::vector<Expression>& keys) {
  Side side{plan, plan->schema()->names(), {}};
  std::set<std::string> taken(side.names.begin(), side.names.end());
  std::vector<ExpressionPtr> expressions;
  for (const std::string& name : side.names) expressions.push_back(dataframe::make_column(name));
  for (const Expression& key : keys) {
    const ExpressionPtr& bare = dataframe::without_alias(key.node());
    if (const auto* column = bare->as<dataframe::ColumnReference>()) {
      plan->schema()->index_of(column->name);
      side.keys.push_back(column->name);
      continue;
    }
    std::string name = "key " + dataframe::to_string(*bare);
    while (!taken.insert(name).second) name += "'";
    expressions.push_back(dataframe::make_alias(bare, name));
    side.keys.push_back(std::move(name));
  }
  if (expressions.size() != side.names.size()) {
    side.plan = std::make_shared<const dataframe::Project>(plan, std::move(expressions));
  }
  return side;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void check_options(const JoinOptions& options) {
  const std::size_t left = options.on.size() + options.left_on.size();
  const std::size_t right = options.on.size() + options.right_on.size();
  if (!options.on.empty() && !(options.left_on.empty() && options.right_on.empty())) {
    throw InvalidArgument("join: expected keys in `on`, or in `left_on` and `right_on`, found both");
  }
  if (left != right) {
    throw InvalidArgument("join: expected as many keys in right_on as in left_on, " + std::to_string(left) +
                          ", found " + std::to_string(right));
  }
  if (options.how == JoinKind::kCross && left != 0) {
    throw InvalidArgument("join: expected no keys for a cross join, found " + std::to_string(left));
  }
  if (options.how != JoinKind::kCross && left == 0 && !options.where) {
    throw InvalidArgument(
        "join: expected keys in `on`, or in `left_on` and `right_on`, or a condition in "
        "`where`, found none");
  }
}

/// The right keys that the left ones stand for, and the left ones' names.
struct Coalesced {
  std::vector<std::string> right;
  std::vector<std::string> left;
};

Coalesced coalesced_keys(const Side& left, const Side& right, const JoinOptions& options) {
  Coalesced keys;
  if (!options.coalesce.value_or(options.how != JoinKind::kFull)) return keys;
  for (std::size_t i = 0; i < left.keys.size(); ++i) {
    if (!contains(left.names, left.keys[i]) || !contains(right.names, right.keys[i])) continue;
    if (contains(keys.left, left.keys[i]) || contains(keys.right, right.keys[i])) continue;
    keys.left.push_back(left.keys[i]);
    keys.right.push_back(right.keys[i]);
  }
  return keys;
}

/// All columns of both sides but `left_out` of the right one; those of equal names get suffixes.
std::vector<JoinColumn> name_columns(const Side& left, const Side& right,
                                     const std::vector<std::string>& left_out,
                                     const std::vector<std::string>& coalesced, const JoinOptions& options) {
  std::vector<std::string> others;
  for (const std::string& name : right.names) {
    if (!contains(left_out, name)) others.push_back(name);
  }
  std::vector<JoinColumn> columns;
  std::set<std::string> taken;
  const auto add = [&](JoinSide side, const std::string& column, const std::string& name) {
    if (!taken.insert(name).second) {
      throw InvalidArgument("join: expected columns of different names, found \"" + name +
                            "\" twice: give other suffixes");
    }
    columns.push_back({side, column, name});
  };
  for (const std::string& name : left.names) {
    const bool clashes = contains(others, name) && !contains(coalesced, name);
    add(JoinSide::kLeft, name, clashes ? name + options.left_suffix : name);
  }
  for (const std::string& name : others) {
    add(JoinSide::kRight, name, contains(left.names, name) ? name + options.right_suffix : name);
  }
  return columns;
}

std::vector<JoinColumn> left_columns(const Side& left) {
  std::vector<JoinColumn> columns;
  for (const std::string& name : left.names) columns.push_back({JoinSide::kLeft, name, name});
  return columns;
}

/// Where a key of the left side is found behind the join.
std::vector<std::string> names_behind(const std::vector<JoinColumn>& columns,
                                      const std::vector<std::string>& keys) {
  std::vector<std::string> names;
  for (const JoinColumn& column : columns) {
    if (column.side == JoinSide::kLeft && contains(keys, column.column)) names.push_back(column.name);
  }
  return names;
}

}  // namespace

DataFrame DataFrame::join(const DataFrame& other, const JoinOptions& options) const {
  check_options(options);
  const Side left = make_side(plan_, options.on.empty() ? options.left_on : options.on);
  const Side right = make_side(other.plan_, options.on.empty() ? options.right_on : options.on);
  JoinSpec spec;
  spec.kind = options.how;
  spec.left_on = left.keys;
  spec.right_on = right.keys;
  spec.nulls_equal = options.nulls_equal;
  const bool only_left = options.how == JoinKind::kSemi || options.how == JoinKind::kAnti;
  const Coalesced keys = only_left ? Coalesced{} : coalesced_keys(left, right, options);
  spec.columns = only_left ? left_columns(left) : name_columns(left, right, keys.right, keys.left, options);
  if (options.where) {
    spec.condition = options.where->node();
    spec.condition_columns = name_columns(left, right, {}, {}, options);
  }
  const std::vector<std::string> coalesced = names_behind(spec.columns, keys.left);
  return DataFrame(dataframe::make_join(left.plan, right.plan, std::move(spec), coalesced));
}

}  // namespace treadle
