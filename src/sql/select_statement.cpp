#include "sql/select_statement.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sql/scopes.h"
#include "sql/select_list.h"
#include "sql/table_reference.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

struct Clause {
  const char* field;
  const char* name;
};
constexpr std::array<Clause, 6> kUnsupported = {{
    {"intoClause", "SELECT INTO"},
    {"larg", "UNION, INTERSECT and EXCEPT"},
    {"lockingClause", "FOR UPDATE and FOR SHARE"},
    {"valuesLists", "VALUES"},
    {"windowClause", "WINDOW"},
    {"withClause", "WITH"},
}};

// Plans one SELECT. Holds what its clauses share; used once.
class SelectPlanner {
 public:
  SelectPlanner(const ParseNode& select, const QueryText& text, TableReference table)
      : select_(select),
        text_(text),
        frame_(std::move(table.frame)),
        input_(frame_.schema()),
        targets_(read_targets(select, text, input_)) {}

  DataFrame plan() {
    filter_rows();
    if (is_grouped()) {
      group();
    } else {
      RowScope rows(text_, Dialect::kPostgres, input_, "SELECT without GROUP BY");
      project(rows, {});
    }
    cut();
    return frame_;
  }

 private:
  struct Order {
    Json node;  // null: a target
    std::string column;
    bool descending = false;
    bool nulls_first = false;
  };

  void filter_rows() {
    if (!select_.has("whereClause")) return;
    RowScope rows(text_, Dialect::kPostgres, input_, "WHERE");
    frame_ = frame_.filter(translate(select_.at("whereClause"), rows));
  }

  bool is_grouped() const {
    return select_.has("groupClause") || select_.has("havingClause") ||
           contains_aggregate(select_.at("sortClause")) ||
           std::any_of(targets_.begin(), targets_.end(),
                       [](const Target& t) { return contains_aggregate(t.node); });
  }

  // GROUP BY names mean columns first, then names of the SELECT list; ORDER BY the other way round.
  const Json& key_tree(const Json& item) const {
    const ParseNode node(item);
    if (node.is("GroupingSet")) text_.fail_unsupported(node.location(), "ROLLUP, CUBE and GROUPING SETS");
    const bool is_column = node.is("ColumnRef") && input_.find(text_.spelled_name(node.location()));
    const Target* target = find_target(node, targets_, text_, !is_column);
    return target != nullptr ? target->node : item;
  }

  std::string key_name(const ParseNode& key) const {
    if (key.is("ColumnRef")) return column_name(key, text_, input_);
    const std::string wanted = canonical(key, text_, input_);
    for (const Target& target : targets_) {
      if (canonical(ParseNode(target.node), text_, input_) == wanted) return target.name;
    }
    return text_.item_text(key.location());
  }

  void group() {
    GroupScope groups(text_, Dialect::kPostgres, input_);
    RowScope rows(text_, Dialect::kPostgres, input_, "GROUP BY");
    std::vector<Expression> keys;
    std::vector<std::string> names;
    for (const Json& item : select_.at("groupClause")) {
      const ParseNode key(key_tree(item));
      if (groups.known(key)) continue;
      names.push_back(unique_name(key_name(key), names));
      keys.push_back(translate(key, rows).alias(names.back()));
      groups.add_key(key, names.back());
    }
    std::optional<Expression> having;
    if (select_.has("havingClause")) having = translate(select_.at("havingClause"), groups);
    const std::vector<Order> order = read_order();
    std::vector<Expression> results = translate_results(groups, order);

    aggregate(keys, names, groups.aggregates());
    if (having) frame_ = frame_.filter(*having);
    deliver(std::move(results), order);
  }

  void aggregate(const std::vector<Expression>& keys, const std::vector<std::string>& names,
                 const std::vector<Expression>& aggregates) {
    if (keys.empty()) {
      frame_ = frame_.select(aggregates);
    } else if (aggregates.empty()) {
      frame_ = frame_.select(keys).unique(names);
    } else {
      frame_ = frame_.group_by(keys).agg(aggregates);
    }
  }

  void project(Scope& scope, std::vector<Expression> results) {
    const std::vector<Order> order = read_order();
    const bool has_hidden =
        std::any_of(order.begin(), order.end(), [](const Order& o) { return !o.node.is_null(); });
    if (has_hidden || !are_all_columns(targets_, text_, input_)) results = translate_results(scope, order);
    deliver(std::move(results), order);
  }

  std::vector<Expression> translate_results(Scope& scope, const std::vector<Order>& order) {
    std::vector<Expression> results;
    for (const Target& target : targets_) results.push_back(translate(target.node, scope).alias(target.name));
    for (const Order& item : order) {
      if (!item.node.is_null()) results.push_back(translate(item.node, scope).alias(item.column));
    }
    return results;
  }

  // No results: the frame is what was asked for.
  void deliver(std::vector<Expression> results, const std::vector<Order>& order) {
    if (!results.empty()) frame_ = frame_.select(std::move(results));
    const bool has_hidden =
        std::any_of(order.begin(), order.end(), [](const Order& o) { return !o.node.is_null(); });
    if (select_.has("distinctClause")) distinct(has_hidden);
    if (order.empty()) return;
    std::vector<SortColumn> columns;
    for (const Order& item : order) {
      SortColumn column(item.column, item.descending);
      column.nulls_first = item.nulls_first;
      columns.push_back(std::move(column));
    }
    frame_ = frame_.sort(std::move(columns));
    if (!has_hidden) return;
    std::vector<Expression> visible;
    for (const Target& target : targets_) visible.push_back(col(target.name));
    frame_ = frame_.select(std::move(visible));
  }

  void distinct(bool has_hidden) {
    const Json& clause = select_.at("distinctClause");
    if (!clause[0].empty()) text_.fail_unsupported(ParseNode(clause[0]).location(), "DISTINCT ON");
    if (has_hidden) text_.fail(0, "with SELECT DISTINCT, what ORDER BY names must be in the SELECT list");
    frame_ = frame_.unique();
  }

  std::vector<Order> read_order() const {
    std::vector<Order> order;
    std::vector<std::string> taken;
    for (const Target& target : targets_) taken.push_back(target.name);
    for (const Json& item : select_.at("sortClause")) {
      const ParseNode by(item);
      const ParseNode node(by.at("node"));
      Order next;
      next.descending = by.text("sortby_dir") == "SORTBY_DESC";
      const std::string nulls = by.text("sortby_nulls");
      next.nulls_first = nulls == "SORTBY_NULLS_FIRST" || (nulls != "SORTBY_NULLS_LAST" && next.descending);
      if (by.text("sortby_dir") == "SORTBY_USING")
        text_.fail_unsupported(node.location(), "ORDER BY ... USING");
      if (const Target* target = find_sorted_target(node)) {
        next.column = target->name;
      } else {
        next.node = by.at("node");
        next.column = unique_name(text_.item_text(node.location()), taken);
        taken.push_back(next.column);
      }
      order.push_back(std::move(next));
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

  // LIMIT and OFFSET; unset: none.
  std::optional<std::int64_t> row_count(const char* field, const char* clause) const {
    if (!select_.has(field)) return std::nullopt;
    RowScope nothing(text_, Dialect::kPostgres, input_, clause);
    const auto value = literal(select_.at(field), nothing);
    if (value && value->is_null()) return std::nullopt;
    const auto* rows = value ? std::get_if<std::int64_t>(&value->storage()) : nullptr;
    if (rows == nullptr || *rows < 0) {
      text_.fail(ParseNode(select_.at(field)).location(),
                 std::string(clause) + " takes a whole number of at least 0");
    }
    return *rows;
  }

  void cut() {
    if (select_.text("limitOption") == "LIMIT_OPTION_WITH_TIES") text_.fail_unsupported(0, "WITH TIES");
    const auto limit = row_count("limitCount", "LIMIT");
    const std::int64_t offset = row_count("limitOffset", "OFFSET").value_or(0);
    if (offset > 0) {
      frame_ = frame_.slice(offset, limit);
    } else if (limit) {
      frame_ = frame_.head(*limit);
    }
  }

  const ParseNode& select_;
  const QueryText& text_;
  DataFrame frame_;
  Schema input_;
  std::vector<Target> targets_;
};

}  // namespace

DataFrame plan_select(const ParseNode& select, const QueryText& text, const NamedTables& tables) {
  for (const Clause& clause : kUnsupported) {
    if (select.has(clause.field)) text.fail_unsupported(0, clause.name);
  }
  return SelectPlanner(select, text, resolve_table(select, text, tables)).plan();
}

}  // namespace treadle::sql
