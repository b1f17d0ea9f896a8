#include "sql/select_statement.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "sql/from_clause.h"
#include "sql/grouping_sets.h"
#include "sql/row_limit.h"
#include "sql/row_windows.h"
#include "sql/scopes.h"
#include "sql/select_list.h"
#include "sql/subqueries.h"
#include "sql/translate.h"
#include "sql/values.h"
#include "sql/windows.h"

namespace treadle::sql {
namespace {

// Begins the names of the columns that say which keys a grouping set leaves out.
constexpr const char* kGrouping = "grouping  ";

// Plans one SELECT. Holds what its clauses share; used once.
class SelectPlanner {
 public:
  SelectPlanner(const ParseNode& select, const Environment& environment, Relation rows,
                const OuterRows* outer)
      : select_(select),
        outer_(outer),
        outer_names_(outer == nullptr ? std::vector<std::string>() : outer->own),
        text_(environment.text),
        frame_(std::move(rows.frame)),
        input_(std::move(rows.names)),
        targets_(read_targets(select, text_, input_, outer_names_)),
        subqueries_(environment),
        row_windows_(environment.names),
        windows_(select, environment, outer_names_) {
    // What stands behind a name in the list may use it.
    for (std::size_t i = 1; i < targets_.size(); ++i) targets_[i].node = with_targets(targets_[i].node, i);
  }

  PlannedSelect plan() {
    if (is_grouped()) {
      group();
    } else {
      RowScope rows(text_, Dialect::kPostgres, input_, "SELECT without GROUP BY", &subqueries_);
      rows.windows = &windows_;
      project(rows, {});
    }
    if (outer_ != nullptr && (select_.has("limitCount") || select_.has("limitOffset"))) {
      text_.fail_unsupported(select_.location(),
                             "LIMIT in a sub-query that names columns of the query around it");
    }
    std::vector<std::string> columns;
    for (const Target& target : targets_) columns.push_back(target.name);
    const bool has_one_row = is_grouped() && !select_.has("groupClause") && !select_.has("havingClause");
    return {limited(select_, frame_, text_), std::move(columns), has_one_row};
  }

 private:
  struct Order {
    Json node;  // null: a target
    SortColumn column;
  };

  bool is_grouped() const {
    return select_.has("groupClause") || select_.has("havingClause") ||
           contains_aggregate(select_.at("sortClause")) ||
           std::any_of(targets_.begin(), targets_.end(),
                       [](const Target& t) { return contains_aggregate(t.node); });
  }

  // GROUP BY names mean columns first, then names of the SELECT list; ORDER BY the other way round.
  const Json& key_tree(const Json& item) const {
    const ParseNode node(item);
    const bool is_column = node.is("ColumnRef") && look_up_column(node, text_, input_) != nullptr;
    const Target* target = find_target(node, targets_, text_, !is_column);
    return target != nullptr ? target->node : item;
  }

  // GROUP BY ALL: by what the SELECT list does not aggregate.
  std::vector<Json> group_items() const {
    std::vector<Json> items;
    for (const Json& item : select_.at("groupClause")) {
      if (!text_.is_all(ParseNode(item).location())) {
        items.push_back(item);
        continue;
      }
      for (const Target& target : targets_) {
        if (!contains_aggregate(target.node) && !contains_window(target.node)) items.push_back(target.node);
      }
    }
    return items;
  }

  // HAVING, QUALIFY and the SELECT list itself see the columns, then the names of the list: here of its first
  // `count` items.
  Json with_targets(const Json& node, std::size_t count) const {
    if (node.is_object() && node.contains("ColumnRef")) {
      const ParseNode reference(node);
      if (is_star(reference) || look_up_column(reference, text_, input_) != nullptr) return node;
      const std::vector<Target> seen(targets_.begin(), targets_.begin() + static_cast<std::ptrdiff_t>(count));
      const Target* target = find_target(reference, seen, text_, true);
      return target != nullptr ? target->node : node;
    }
    if (!node.is_structured() || (node.is_object() && node.contains("SubLink"))) return node;
    Json out = node;
    for (Json& child : out) child = with_targets(child, count);
    return out;
  }
  Json with_targets(const Json& node) const { return with_targets(node, targets_.size()); }

  std::string key_name(const ParseNode& key) const {
    if (key.is("ColumnRef")) return find_column(key, text_, input_).column;
    const std::string wanted = canonical(key, text_, input_);
    for (const Target& target : targets_) {
      if (canonical(ParseNode(target.node), text_, input_) == wanted) return target.name;
    }
    return text_.item_text(key.location());
  }

  void group() {
    GroupScope groups(text_, Dialect::kPostgres, input_, &subqueries_);
    RowScope rows(text_, Dialect::kPostgres, input_, "GROUP BY");
    std::vector<Expression> keys;
    std::vector<std::string> names = outer_names_;
    for (const std::string& name : outer_names_) {
      keys.push_back(col(name));
      groups.add_key_column(name);
    }
    const GroupingSets sets = read_grouping_sets(group_items(), text_);
    if (outer_ != nullptr && !sets.is_plain())
      text_.fail_unsupported(select_.location(), "ROLLUP, CUBE and GROUPING SETS in a correlated sub-query");
    std::vector<std::string> set_names;  // of each of its keys
    for (const Json& item : sets.keys) {
      const ParseNode key(key_tree(item));
      if (const auto known = groups.known(key)) {
        set_names.push_back(dataframe::output_name(*known->node()));
        continue;
      }
      names.push_back(unique_name(key_name(key), names));
      set_names.push_back(names.back());
      keys.push_back(translate(key, rows).alias(names.back()));
      groups.add_key(key, names.back());
      if (!sets.is_plain()) groups.add_grouping(key, kGrouping + names.back());
    }
    row_windows_.set_keys(plain(keys));
    groups.row_windows = &row_windows_;
    std::optional<Expression> having;
    if (select_.has("havingClause")) {
      having_ = with_targets(select_.at("havingClause"));
      having = translate(having_, groups);
    }
    const std::vector<Order> order = read_order();
    groups.windows = &windows_;
    const std::optional<Expression> qualify = translate_qualify(groups);
    std::vector<Expression> results = translate_results(groups, order);

    if (sets.is_plain()) {
      aggregate(keys, names, groups.aggregates());
    } else {
      aggregate_sets(keys, set_names, sets, groups.aggregates());
    }
    attach_to_groups(names);
    if (having) frame_ = frame_.filter(*having);
    attach_windows(qualify);
    deliver(std::move(results), order);
  }

  // What keys are computed from, without their names.
  static std::vector<Expression> plain(const std::vector<Expression>& keys) {
    std::vector<Expression> out;
    for (const Expression& key : keys) out.emplace_back(dataframe::without_alias(key.node()));
    return out;
  }

  // One grouping after the other; keys that one leaves out are null in it. Beside each key: 1 where it is
  // left out.
  void aggregate_sets(const std::vector<Expression>& keys, const std::vector<std::string>& set_names,
                      const GroupingSets& sets, const std::vector<Expression>& aggregates) {
    std::vector<DataFrame> parts;
    for (const std::vector<std::size_t>& set : sets.sets) {
      std::vector<std::string> present;
      for (const std::size_t i : set) present.push_back(set_names[i]);
      std::vector<Expression> own, columns;
      for (const Expression& key : keys) {
        const std::string name = dataframe::output_name(*key.node());
        const bool there = std::ranges::count(present, name) != 0;
        if (there) own.push_back(key);
        const DataType type = dataframe::type_of(dataframe::without_alias(key.node()), frame_.schema());
        columns.push_back(there ? col(name) : lit(Scalar(type, std::monostate())).alias(name));
        columns.push_back(lit(std::int64_t{there ? 0 : 1}).alias(kGrouping + name));
      }
      parts.push_back(of_set(own, aggregates, std::move(columns)));
    }
    frame_ = concat(parts);
  }

  DataFrame of_set(const std::vector<Expression>& keys, const std::vector<Expression>& aggregates,
                   std::vector<Expression> columns) {
    if (!row_windows_.empty())
      text_.fail_unsupported(
          select_.location(),
          "aggregates that look at the rows of their group with ROLLUP, CUBE and GROUPING SETS");
    for (const Expression& aggregate : aggregates)
      columns.push_back(col(dataframe::output_name(*aggregate.node())));
    // A column of its own, so that all rows make one row also without aggregates.
    std::vector<Expression> all = aggregates;
    all.push_back(treadle::count().alias(kGrouping));
    const DataFrame grouped = keys.empty() ? frame_.select(all) : frame_.group_by(keys).agg(all);
    return grouped.select(std::move(columns));
  }

  void aggregate(const std::vector<Expression>& keys, const std::vector<std::string>& names,
                 std::vector<Expression> aggregates) {
    const DataFrame rows = row_windows_.attach(frame_);
    for (const Expression& group : row_windows_.aggregates()) aggregates.push_back(group);
    frame_ = rows;
    aggregate_rows(keys, names, aggregates);
    frame_ = row_windows_.join_collected(rows, std::move(frame_));
  }

  void aggregate_rows(const std::vector<Expression>& keys, const std::vector<std::string>& names,
                      const std::vector<Expression>& aggregates) {
    if (keys.empty()) {
      frame_ = frame_.select(aggregates);
    } else if (aggregates.empty()) {
      frame_ = frame_.select(keys).unique(names);
    } else {
      frame_ = frame_.group_by(keys).agg(aggregates);
      if (outer_ != nullptr && !select_.has("groupClause")) add_empty_groups(aggregates);
    }
  }

  // Sub-queries in HAVING and behind it see the keys that are columns.
  void attach_to_groups(const std::vector<std::string>& keys) {
    Relation groups{frame_, {}};
    for (const VisibleColumn& column : input_.columns) {
      if (std::find(keys.begin(), keys.end(), column.column) != keys.end())
        groups.names.columns.push_back(column);
    }
    subqueries_.attach(groups);
    frame_ = std::move(groups.frame);
  }

  // An aggregate of all rows is there for every outer row, even if it has none of its own.
  void add_empty_groups(const std::vector<Expression>& aggregates) {
    JoinOptions options;
    options.how = JoinKind::kLeft;
    options.nulls_equal = true;
    for (const std::string& name : outer_names_) options.on.push_back(col(name));
    std::vector<Expression> counts;
    for (const Expression& aggregate : aggregates) {
      const auto* call = dataframe::without_alias(aggregate.node())->as<dataframe::AggregateCall>();
      if (call == nullptr) continue;
      if (call->kind == dataframe::AggregateKind::kCount || call->kind == dataframe::AggregateKind::kSize ||
          call->kind == dataframe::AggregateKind::kNunique) {
        const std::string name = dataframe::output_name(*aggregate.node());
        counts.push_back(col(name).fill_null(0).alias(name));
      }
    }
    frame_ = outer_->frame.join(frame_, options);
    if (!counts.empty()) frame_ = frame_.with_columns(std::move(counts));
  }

  void project(Scope& scope, std::vector<Expression> results) {
    const std::vector<Order> order = read_order();
    const bool has_hidden =
        std::any_of(order.begin(), order.end(), [](const Order& o) { return !o.node.is_null(); });
    const std::optional<Expression> qualify = translate_qualify(scope);
    if (has_hidden || qualify || has_distinct_on() || outer_ != nullptr ||
        !are_all_columns(targets_, text_, input_))
      results = translate_results(scope, order);
    Relation rows{frame_, input_};
    subqueries_.attach(rows);
    frame_ = std::move(rows.frame);
    attach_windows(qualify);
    deliver(std::move(results), order);
  }

  std::optional<Expression> translate_qualify(Scope& scope) {
    const auto& clauses = text_.friendly().qualify;
    const std::size_t own = text_.select_before(ParseNode(select_.at("targetList")[0]).location());
    const auto found =
        std::find_if(clauses.begin(), clauses.end(), [&](const auto& clause) { return clause.place == own; });
    if (found == clauses.end()) return std::nullopt;
    const Json list = parse_clause(text_, *found);
    if (list.size() != 1) text_.fail(found->begin, "one condition is expected behind QUALIFY");
    qualify_ = with_targets(ParseNode(list[0]).at("val"));
    return translate(qualify_, scope);
  }

  void attach_windows(const std::optional<Expression>& qualify) {
    if (windows_.any()) frame_ = windows_.attach(frame_);
    if (qualify) frame_ = frame_.filter(*qualify);
  }

  std::vector<Expression> translate_results(Scope& scope, const std::vector<Order>& order) {
    std::vector<Expression> results;
    for (const Target& target : targets_) results.push_back(translate(target.node, scope).alias(target.name));
    for (const std::string& name : outer_names_) results.push_back(col(name));
    for (const Order& item : order) {
      if (!item.node.is_null()) results.push_back(translate(item.node, scope).alias(item.column.name));
    }
    if (has_distinct_on()) {
      for (const Json& item : select_.at("distinctClause")) {
        distinct_on_.push_back("distinct on  " + std::to_string(distinct_on_.size()));
        results.push_back(translate(key_tree(item), scope).alias(distinct_on_.back()));
      }
    }
    return results;
  }

  // No results: the frame is what was asked for.
  void deliver(std::vector<Expression> results, const std::vector<Order>& order) {
    if (!results.empty()) frame_ = frame_.select(std::move(results));
    const bool has_hidden =
        std::any_of(order.begin(), order.end(), [](const Order& o) { return !o.node.is_null(); });
    if (select_.has("distinctClause") && !has_distinct_on()) distinct(has_hidden);
    if (!order.empty()) {
      std::vector<SortColumn> columns;
      for (const Order& item : order) columns.push_back(item.column);
      frame_ = frame_.sort(std::move(columns));
    }
    // Of each key the first row in the order.
    if (has_distinct_on()) frame_ = frame_.unique(distinct_on_);
    if (!has_hidden && distinct_on_.empty()) return;
    std::vector<Expression> visible;
    for (const Target& target : targets_) visible.push_back(col(target.name));
    for (const std::string& name : outer_names_) visible.push_back(col(name));
    frame_ = frame_.select(std::move(visible));
  }

  bool has_distinct_on() const {
    return select_.has("distinctClause") && !select_.at("distinctClause")[0].empty();
  }

  void distinct(bool has_hidden) {
    if (has_hidden) text_.fail(0, "with SELECT DISTINCT, what ORDER BY names must be in the SELECT list");
    frame_ = frame_.unique();
  }

  std::vector<Order> read_order() const {
    std::vector<Order> order;
    std::vector<std::string> taken = outer_names_;
    for (const Target& target : targets_) taken.push_back(target.name);
    for (const Json& item : select_.at("sortClause")) {
      const ParseNode by(item);
      const ParseNode node(by.at("node"));
      if (text_.is_all(node.location())) {
        for (const Target& target : targets_) order.push_back({Json(), sort_column(by, target.name, text_)});
        continue;
      }
      if (const Target* target = find_sorted_target(node)) {
        order.push_back({Json(), sort_column(by, target->name, text_)});
      } else {
        taken.push_back(unique_name(text_.item_text(node.location()), taken));
        order.push_back({by.at("node"), sort_column(by, taken.back(), text_)});
      }
    }
    return order;
  }

  const Target* find_sorted_target(const ParseNode& node) const {
    if (const Target* target = find_target(node, targets_, text_, true)) return target;
    const std::string wanted = canonical(node, text_, input_);
    const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const Target& target) {
      return canonical(ParseNode(target.node), text_, input_) == wanted;
    });
    return found == targets_.end() ? nullptr : &*found;
  }

  const ParseNode& select_;
  const OuterRows* outer_;
  const std::vector<std::string> outer_names_;
  const QueryText& text_;
  DataFrame frame_;
  Names input_;
  std::vector<Target> targets_;
  Subqueries subqueries_;
  RowWindows row_windows_;
  Windows windows_;
  // Sub-queries in these are read until they are attached.
  Json qualify_;
  Json having_;
  std::vector<std::string> distinct_on_;  // hidden columns
};

// Conditions that AND connects.
void add_conditions(const Json& tree, std::vector<const Json*>& conditions) {
  const ParseNode node(tree);
  if (!node.is("BoolExpr") || node.text("boolop") != "AND_EXPR") return conditions.push_back(&tree);
  for (const Json& argument : node.at("args")) add_conditions(argument, conditions);
}

// What FROM and WHERE leave. Conditions with sub-queries look at the joined rows.
Relation plan_rows(const ParseNode& select, const Environment& environment, const OuterRows* outer) {
  FromClause from = plan_from(select, environment, {});
  if (outer != nullptr) {
    FromClause around{{outer->frame}, {}, Names(outer->frame.schema())};
    around.names.columns = outer->visible;
    from.add(std::move(around));
  } else if (!select.has("fromClause")) {
    const DataFrame row = one_row(environment.names);
    FromClause alone{{row}, {}, Names(row.schema())};
    alone.names.columns.clear();
    from.add(std::move(alone));
  }
  std::vector<const Json*> conditions;
  if (select.has("whereClause")) add_conditions(select.at("whereClause"), conditions);
  RowScope scope(environment.text, Dialect::kPostgres, from.names, "WHERE");
  for (const Json* condition : conditions) {
    if (!contains_subquery(*condition)) from.conditions.push_back(translate(*condition, scope));
  }
  Relation out{from.joined(), from.names};
  out.names.schema = out.frame.schema();
  for (const Json* condition : conditions) {
    if (contains_subquery(*condition)) filter_by_subqueries(*condition, out, environment);
  }
  return out;
}

}  // namespace

PlannedSelect plan_select(const ParseNode& select, const Environment& environment, const OuterRows* outer) {
  return SelectPlanner(select, environment, plan_rows(select, environment, outer), outer).plan();
}

}  // namespace treadle::sql
