#include "sql/join_order.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/substitute.h"
#include "dataframe/operators/join.h"
#include "sql/row_estimate.h"
#include "treadle/error.h"

namespace treadle::sql {
namespace {

using dataframe::ExpressionPtr;

bool is_call(const ExpressionPtr& node, std::string_view function) {
  const auto* call = node->as<dataframe::Call>();
  return call != nullptr && call->function == function;
}

void add_branches(const ExpressionPtr& node, std::vector<ExpressionPtr>& branches) {
  if (!is_call(node, "or")) return branches.push_back(node);
  for (const ExpressionPtr& argument : node->arguments()) add_branches(argument, branches);
}

bool contains(const std::vector<ExpressionPtr>& nodes, const ExpressionPtr& wanted) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](const ExpressionPtr& node) { return node->key() == wanted->key(); });
}

// (a & b) | (a & c) needs a: an equality in every branch is a key to join by.
void add_common_parts(const ExpressionPtr& part, std::vector<Expression>& parts) {
  std::vector<ExpressionPtr> branches;
  add_branches(part, branches);
  if (branches.size() < 2) return;
  for (const ExpressionPtr& candidate : dataframe::split_conjunction(branches[0])) {
    const bool common = std::all_of(branches.begin() + 1, branches.end(), [&](const ExpressionPtr& branch) {
      return contains(dataframe::split_conjunction(branch), candidate);
    });
    if (common) parts.emplace_back(candidate);
  }
}

// (a.x = 1 and b.y = 2) or (a.x = 3 and b.y = 4) asks a.x = 1 or a.x = 3 of a alone: what its rows must
// fulfil before they are joined. Nothing if a branch asks nothing of this schema.
std::optional<Expression> asked_by_branches(const Expression& condition, const Schema& schema) {
  std::vector<ExpressionPtr> branches;
  add_branches(condition.node(), branches);
  if (branches.size() < 2) return std::nullopt;
  std::optional<Expression> any;
  for (const ExpressionPtr& branch : branches) {
    std::vector<Expression> own;
    for (const ExpressionPtr& part : dataframe::split_conjunction(branch)) {
      if (is_over(Expression(part), schema)) own.emplace_back(part);
    }
    if (own.empty()) return std::nullopt;
    any = any ? *any | all_of(own) : all_of(own);
  }
  return any;
}

bool can_be_keys(const Expression& left, const Expression& right, const Schema& left_schema,
                 const Schema& right_schema) {
  try {
    dataframe::check_key_types({"left", dataframe::type_of(left.node(), left_schema)},
                               {"right", dataframe::type_of(right.node(), right_schema)});
    return true;
  } catch (const Error&) {
    // Compared value by value instead, which says what is wrong if they cannot be compared at all.
    return false;
  }
}

// Sets of columns that equalities make one: as many distinct values as the smallest of their tables has rows.
class DistinctValues {
 public:
  void join(const std::string& a, const std::string& b) { parents_[root(a)] = root(b); }
  void limit(const std::string& column, double rows) {
    double& values = values_.try_emplace(root(column), rows).first->second;
    values = std::min(values, rows);
  }
  double of(const std::string& column) {
    const auto found = values_.find(root(column));
    return found == values_.end() ? 1 : found->second;
  }

 private:
  std::string root(const std::string& column) const {
    std::string at = column;
    for (auto next = parents_.find(at); next != parents_.end() && next->second != at;
         next = parents_.find(at))
      at = next->second;
    return at;
  }
  std::map<std::string, std::string> parents_;
  std::map<std::string, double> values_;
};

// Two columns that an equality makes equal.
struct Equality {
  std::string a;
  std::string b;
};

std::optional<Equality> equality_of(const Expression& condition) {
  if (!is_call(condition.node(), "equal")) return std::nullopt;
  const auto* a = condition.node()->arguments()[0]->as<dataframe::ColumnReference>();
  const auto* b = condition.node()->arguments()[1]->as<dataframe::ColumnReference>();
  if (a == nullptr || b == nullptr) return std::nullopt;
  return Equality{a->name, b->name};
}

// A frame that is joined of some sources.
struct Joined {
  DataFrame frame;
  Schema schema;
  double rows;
  /// Of the largest source, before any filter.
  double base_rows;
};

class JoinOrder {
 public:
  JoinOrder(const std::vector<DataFrame>& sources, const std::vector<Expression>& conditions) {
    for (const DataFrame& source : sources) {
      const double rows = estimate_rows(source.plan());
      parts_.push_back({source, source.schema(), rows, rows});
    }
    for (const Expression& condition : conditions) {
      for (Expression& part : parts_of(condition)) conditions_.push_back(std::move(part));
    }
  }

  DataFrame run() {
    filter_sources();
    count_distinct_values();
    while (parts_.size() > 1) join_best_pair();
    if (!conditions_.empty()) parts_[0].frame = parts_[0].frame.filter(all_of(conditions_));
    return parts_[0].frame;
  }

 private:
  /// Takes the conditions that `fits` accepts out of those that are open.
  std::vector<Expression> take(const auto& fits) {
    std::vector<Expression> taken;
    std::vector<Expression> open;
    for (const Expression& condition : conditions_) (fits(condition) ? taken : open).push_back(condition);
    conditions_ = std::move(open);
    return taken;
  }

  void filter_sources() {
    for (Joined& part : parts_) {
      auto own = take([&](const Expression& condition) { return is_over(condition, part.schema); });
      for (const Expression& condition : conditions_) {
        if (auto asked = asked_by_branches(condition, part.schema)) own.push_back(std::move(*asked));
      }
      if (own.empty()) continue;
      part.rows = std::max(part.rows * selectivity(all_of(own).node(), part.frame.plan()), 1.0);
      part.frame = part.frame.filter(all_of(own));
    }
  }

  void count_distinct_values() {
    std::vector<Equality> equalities;
    for (const Expression& condition : conditions_) {
      if (const auto equality = equality_of(condition)) equalities.push_back(*equality);
    }
    for (const Equality& equality : equalities) distinct_.join(equality.a, equality.b);
    for (const Equality& equality : equalities) {
      for (const std::string& column : {equality.a, equality.b}) {
        for (const Joined& part : parts_) {
          if (part.schema.find(column)) distinct_.limit(column, part.base_rows);
        }
      }
    }
  }

  /// How many rows the join of two frames may have; nothing if no equality connects them.
  std::optional<double> estimate(const Joined& a, const Joined& b) {
    double divisor = 1;
    bool connected = false;
    for (const Expression& condition : conditions_) {
      JoinKeys keys;
      if (!keys.take(condition, a.schema, b.schema)) continue;
      connected = true;
      const auto equality = equality_of(condition);
      divisor *= equality ? distinct_.of(equality->a) : 10;
    }
    if (!connected) return std::nullopt;
    return a.rows * b.rows / std::max(1.0, std::min(divisor, std::min(a.base_rows, b.base_rows)));
  }

  // Frames that nothing connects are multiplied last, the smallest first.
  void join_best_pair() {
    std::size_t best_a = 0;
    std::size_t best_b = 1;
    std::pair<bool, double> best = {true, 0};
    bool any = false;
    for (std::size_t a = 0; a < parts_.size(); ++a) {
      for (std::size_t b = a + 1; b < parts_.size(); ++b) {
        const auto rows = estimate(parts_[a], parts_[b]);
        const std::pair<bool, double> cost = {!rows, rows.value_or(parts_[a].rows * parts_[b].rows)};
        if (any && cost >= best) continue;
        best = cost;
        best_a = a;
        best_b = b;
        any = true;
      }
    }
    Joined joined = join(parts_[best_a], parts_[best_b], best.second);
    parts_[best_a] = std::move(joined);
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(best_b));
  }

  Joined join(const Joined& a, const Joined& b, double rows) {
    const Joined& left = a.rows >= b.rows ? a : b;
    const Joined& right = a.rows >= b.rows ? b : a;
    JoinOptions options;
    options.coalesce = false;
    JoinKeys keys;
    take([&](const Expression& condition) { return keys.take(condition, left.schema, right.schema); });
    options.left_on = std::move(keys.left);
    options.right_on = std::move(keys.right);
    std::vector<Field> fields = left.schema.fields();
    for (const Field& field : right.schema.fields()) fields.push_back(field);
    const Schema both(std::move(fields));
    const auto rest = take([&](const Expression& condition) { return is_over(condition, both); });
    if (!rest.empty()) options.where = all_of(rest);
    if (options.left_on.empty() && rest.empty()) options.how = JoinKind::kCross;
    DataFrame frame = left.frame.join(right.frame, options);
    const Schema schema = frame.schema();
    return {std::move(frame), schema, std::max(1.0, rows), std::max(a.base_rows, b.base_rows)};
  }

  std::vector<Joined> parts_;
  std::vector<Expression> conditions_;
  DistinctValues distinct_;
};

}  // namespace

DataFrame without_strangers(const DataFrame& left, const DataFrame& right, const JoinOptions& options,
                            NameSource& names) {
  // A table of so many rows costs less than the left rows' being kept.
  constexpr double kLeastRows = 100'000;
  constexpr double kFewer = 8;
  const double rows = estimate_rows(right.plan());
  if (options.left_on.empty() || rows < kLeastRows || estimate_rows(left.plan()) * kFewer > rows)
    return right;
  JoinOptions partners;
  partners.how = JoinKind::kSemi;
  partners.nulls_equal = options.nulls_equal;
  partners.left_on = options.right_on;
  std::vector<Expression> keys;
  for (const Expression& key : options.left_on) {
    const std::string name = names.next("key");
    keys.push_back(key.alias(name));
    partners.right_on.push_back(col(name));
  }
  return right.join(left.select(std::move(keys)), partners);
}

std::vector<Expression> parts_of(const Expression& condition) {
  std::vector<Expression> parts;
  for (const ExpressionPtr& part : dataframe::split_conjunction(condition.node())) {
    add_common_parts(part, parts);
    parts.emplace_back(part);
  }
  return parts;
}

Expression all_of(const std::vector<Expression>& parts) {
  std::vector<ExpressionPtr> nodes;
  for (const Expression& part : parts) nodes.push_back(part.node());
  return Expression(dataframe::conjunction(nodes));
}

bool is_over(const Expression& expression, const Schema& schema) {
  const std::set<std::string> names = dataframe::references(*expression.node());
  return !names.empty() && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return schema.find(name).has_value();
  });
}

bool JoinKeys::take(const Expression& condition, const Schema& left_schema, const Schema& right_schema) {
  if (!is_call(condition.node(), "equal")) return false;
  Expression a(condition.node()->arguments()[0]);
  Expression b(condition.node()->arguments()[1]);
  if (!is_over(a, left_schema) || !is_over(b, right_schema)) std::swap(a, b);
  if (!is_over(a, left_schema) || !is_over(b, right_schema)) return false;
  if (!can_be_keys(a, b, left_schema, right_schema)) return false;
  left.push_back(a);
  right.push_back(b);
  return true;
}

DataFrame join_sources(const std::vector<DataFrame>& sources, const std::vector<Expression>& conditions) {
  return JoinOrder(sources, conditions).run();
}

}  // namespace treadle::sql
