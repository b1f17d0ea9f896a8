#include "sql/join_clause.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/nearest_name.h"
#include "sql/join_order.h"
#include "sql/scopes.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// A column that USING makes of two.
struct MergedColumn {
  std::string name;
  std::string left;
  std::string right;
};

JoinKind kind_of(const ParseNode& join, const QueryText& text) {
  const std::string kind = join.text("jointype");
  const std::size_t right = ParseNode(join.at("rarg")).location();
  if (text.is_semi_join(right)) return JoinKind::kSemi;
  if (text.is_anti_join(right)) return JoinKind::kAnti;
  if (kind == "JOIN_INNER") return JoinKind::kInner;
  if (kind == "JOIN_LEFT") return JoinKind::kLeft;
  if (kind == "JOIN_RIGHT") return JoinKind::kRight;
  if (kind == "JOIN_FULL") return JoinKind::kFull;
  text.fail_unsupported(join.location(), "this kind of join");
}

// A reference that stands in no text.
Json reference_to(const std::string& name) {
  Json reference;
  reference["ColumnRef"] = {{"fields", Json::array({{{"String", {{"sval", name}}}}})}, {"unspelled", true}};
  return reference;
}

std::vector<std::string> common_names(const Names& left, const Names& right) {
  std::vector<std::string> names;
  for (const VisibleColumn& a : left.columns) {
    const bool common = std::any_of(right.columns.begin(), right.columns.end(), [&](const VisibleColumn& b) {
      return a.name == b.name && !b.qualified_only;
    });
    if (common && !a.qualified_only) names.push_back(a.name);
  }
  return names;
}

class JoinPlanner {
 public:
  JoinPlanner(const ParseNode& join, FromClause left, FromClause right, const Environment& environment)
      : join_(join),
        environment_(environment),
        text_(environment.text),
        kind_(kind_of(join, text_)),
        left_(std::move(left)),
        right_(std::move(right)) {}

  FromClause plan() {
    read_merged();
    FromClause both;
    both.add(left_);
    both.add(right_);
    std::vector<Expression> conditions = read_conditions(both.names);
    if (kind_ == JoinKind::kSemi || kind_ == JoinKind::kAnti) {
      FromClause kept{{outer_join(std::move(conditions))}, {}, left_.names};
      return kept;
    }
    if (kind_ != JoinKind::kInner) {
      both.sources = {outer_join(std::move(conditions))};
      both.conditions.clear();
    } else {
      both.conditions.insert(both.conditions.end(), conditions.begin(), conditions.end());
    }
    merge_columns(both);
    return both;
  }

 private:
  void read_merged() {
    std::vector<std::string> names;
    if (join_.has("isNatural")) names = common_names(left_.names, right_.names);
    for (const Json& item : join_.at("usingClause")) names.push_back(ParseNode(item).text("sval"));
    for (const std::string& name : names) {
      const Json reference = reference_to(name);
      merged_.push_back({name, side_column(reference, left_.names), side_column(reference, right_.names)});
    }
  }

  std::string side_column(const Json& reference, const Names& names) const {
    const ParseNode node(reference);
    if (const VisibleColumn* found = look_up_column(node, text_, names)) return found->column;
    std::vector<std::string> known;
    for (const VisibleColumn& column : names.columns) known.push_back(column.name);
    const std::string name = last_name(node.at("fields"));
    throw NotFound(text_.place(join_.location()) + "USING (" + name +
                   "): not both tables of the join have a column \"" + name + '"' +
                   nearest_hint(name, known) + text_.excerpt(join_.location()));
  }

  std::vector<Expression> read_conditions(const Names& names) const {
    std::vector<Expression> conditions;
    for (const MergedColumn& column : merged_) conditions.push_back(col(column.left) == col(column.right));
    if (join_.has("quals")) {
      RowScope rows(text_, Dialect::kPostgres, names, "JOIN ... ON");
      const Expression condition = translate(join_.at("quals"), rows);
      for (Expression& part : parts_of(condition)) conditions.push_back(std::move(part));
    }
    return conditions;
  }

  // Conditions on the side that may have no partner choose its rows before the join; others decide which
  // rows are partners.
  DataFrame outer_join(std::vector<Expression> conditions) const {
    DataFrame left = left_.joined();
    DataFrame right = right_.joined();
    JoinOptions options;
    options.how = kind_;
    options.coalesce = false;
    JoinKeys keys;
    std::vector<Expression> rest;
    for (const Expression& condition : conditions) {
      if (keys.take(condition, left_.names.schema, right_.names.schema)) continue;
      const bool keeps_left =
          kind_ == JoinKind::kLeft || kind_ == JoinKind::kSemi || kind_ == JoinKind::kAnti;
      if (keeps_left && is_over(condition, right_.names.schema)) {
        right = right.filter(condition);
      } else if (kind_ == JoinKind::kRight && is_over(condition, left_.names.schema)) {
        left = left.filter(condition);
      } else {
        rest.push_back(condition);
      }
    }
    options.left_on = std::move(keys.left);
    options.right_on = std::move(keys.right);
    if (rest.empty() && options.left_on.empty()) rest.push_back(lit(true));
    if (!rest.empty()) options.where = all_of(rest);
    DataFrame joined = left.join(right, options);
    return kind_ == JoinKind::kFull ? with_merged(joined) : joined;
  }

  // A row of a full join has its key on either side.
  DataFrame with_merged(const DataFrame& joined) const {
    std::vector<Expression> columns;
    for (const MergedColumn& column : merged_) {
      columns.push_back(col(column.left).fill_null(col(column.right)).alias(merged_name(column)));
    }
    return columns.empty() ? joined : joined.with_columns(std::move(columns));
  }

  static std::string merged_name(const MergedColumn& column) { return column.left + " or " + column.right; }

  void merge_columns(FromClause& both) const {
    if (kind_ != JoinKind::kInner) both.names.schema = both.sources[0].schema();
    std::vector<VisibleColumn> first;
    for (const MergedColumn& column : merged_) {
      const bool from_right = kind_ == JoinKind::kRight;
      first.push_back({"", column.name,
                       kind_ == JoinKind::kFull ? merged_name(column)
                       : from_right             ? column.right
                                                : column.left});
      for (VisibleColumn& visible : both.names.columns) {
        if (visible.column == column.left || visible.column == column.right) visible.qualified_only = true;
      }
    }
    both.names.columns.insert(both.names.columns.begin(), first.begin(), first.end());
  }

  const ParseNode& join_;
  const Environment& environment_;
  const QueryText& text_;
  const JoinKind kind_;
  FromClause left_;
  FromClause right_;
  std::vector<MergedColumn> merged_;
};

}  // namespace

FromClause plan_join(const ParseNode& join, FromClause left, FromClause right,
                     const Environment& environment) {
  return JoinPlanner(join, std::move(left), std::move(right), environment).plan();
}

}  // namespace treadle::sql
