#include "sql/subqueries.h"

#include <algorithm>
#include <utility>

#include "sql/calls.h"
#include "sql/correlation.h"
#include "sql/existence.h"
#include "sql/join_order.h"
#include "sql/query.h"
#include "sql/scopes.h"
#include "sql/select_statement.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// A planned sub-query: for each row of `outer`, its rows.
struct Answer {
  OuterRows outer;
  PlannedSelect select;

  std::vector<Expression> keys() const {
    std::vector<Expression> keys;
    for (const std::string& name : outer.own) keys.push_back(col(name));
    return keys;
  }
  // One row for each row of `outer` that has any; without outer columns, one row.
  DataFrame aggregate(std::vector<Expression> aggregates) const {
    if (outer.empty()) return select.frame.select(std::move(aggregates));
    return select.frame.group_by(keys()).agg(std::move(aggregates));
  }
};

Answer answer(const ParseNode& link, const Relation& rows, const Environment& environment) {
  const ParseNode select(link.at("subselect"));
  const Environment within = inside(environment, link.location());
  OuterRows outer = outer_rows(select, rows, within);
  if (select.has("larg") || select.has("valuesLists")) {
    DataFrame frame = plan_query(select, within);
    const std::vector<std::string> names = frame.schema().names();
    return {std::move(outer), {std::move(frame), names, false}};
  }
  PlannedSelect planned = plan_select(select, with_queries(select, within), outer.empty() ? nullptr : &outer);
  return {std::move(outer), std::move(planned)};
}

const std::string& only_column(const ParseNode& link, const Answer& answer, const QueryText& text) {
  const std::size_t found = answer.select.columns.size();
  if (found != 1)
    text.fail(link.location(), "a sub-query of one column is expected, found " + std::to_string(found));
  return answer.select.columns[0];
}

// `answers` beside the rows that they are for; null where there is none.
DataFrame beside(const DataFrame& rows, const DataFrame& answers, const OuterRows& outer) {
  JoinOptions options;
  options.how = outer.empty() ? JoinKind::kCross : JoinKind::kLeft;
  options.coalesce = false;
  options.nulls_equal = true;
  for (const std::string& column : outer.outer) options.left_on.push_back(col(column));
  for (const std::string& column : outer.own) options.right_on.push_back(col(column));
  return rows.join(answers, options);
}

// The columns that say to which outer row an answer belongs must be new in the rows.
DataFrame select_answers(const DataFrame& frame, const Answer& answer, std::vector<Expression> values) {
  std::vector<Expression> columns = answer.keys();
  columns.insert(columns.end(), values.begin(), values.end());
  return frame.select(std::move(columns));
}

bool has_one_row(const ParseNode& link, const Answer& answer) {
  const ParseNode select(link.at("subselect"));
  const Json& limit = select.at("limitCount");
  const bool first_only = limit.is_object() && limit.contains("A_Const") &&
                          limit["A_Const"].contains("ival") && limit["A_Const"]["ival"].value("ival", 0) == 1;
  return answer.select.has_one_row || (first_only && answer.outer.empty());
}

// The value of the row that each answer has; that it has no more is seen when it is computed.
DataFrame only_rows(const Answer& answer, const std::string& value, const std::string& column,
                    const Environment& environment) {
  const std::string first = environment.names.next("first");
  const std::string count = environment.names.next("rows");
  const DataFrame counted =
      answer.aggregate({col(value).first().alias(first), treadle::count().alias(count)});
  return select_answers(counted, answer, {call("sql.only_row", {col(first), col(count)}).alias(column)});
}

void attach_value(const ParseNode& link, const std::string& column, Relation& rows,
                  const Environment& environment) {
  const Answer found = answer(link, rows, environment);
  const std::string& value = only_column(link, found, environment.text);
  if (!has_one_row(link, found)) {
    rows.frame = beside(rows.frame, only_rows(found, value, column, environment), found.outer);
  } else if (found.outer.empty()) {
    rows.frame =
        beside(rows.frame, found.select.frame.select({col(value).first().alias(column)}), found.outer);
  } else {
    rows.frame = beside(rows.frame, select_answers(found.select.frame, found, {col(value).alias(column)}),
                        found.outer);
  }
}

void attach_existence(const ParseNode& link, const std::string& column, Relation& rows,
                      const Environment& environment) {
  const Answer found = answer(link, rows, environment);
  const std::string count = environment.names.next("rows");
  rows.frame = beside(rows.frame, found.aggregate({treadle::count().alias(count)}), found.outer)
                   .with_columns({(col(count).fill_null(0) > 0).alias(column)});
}

// x IN (...): true if x is there; else null if x or any of the values is unknown; else false. Of no values,
// false.
void attach_membership(const ParseNode& link, const std::string& column, const Expression& test,
                       Relation& rows, const Environment& environment) {
  const Answer found = answer(link, rows, environment);
  const std::string value = only_column(link, found, environment.text);
  const std::string match = environment.names.next("match");
  const std::string tested = environment.names.next("test");
  const std::string all = environment.names.next("rows");
  const std::string known = environment.names.next("known");

  std::vector<std::string> distinct = found.outer.own;
  distinct.push_back(value);
  const DataFrame values =
      select_answers(found.select.frame.filter(col(value).is_not_null()), found, {col(value)})
          .unique(distinct);
  std::vector<Expression> renamed;
  JoinOptions options;
  options.how = JoinKind::kLeft;
  options.coalesce = false;
  options.nulls_equal = true;
  for (std::size_t i = 0; i < found.outer.own.size(); ++i) {
    options.left_on.push_back(col(found.outer.outer[i]));
    const std::string key = environment.names.next("key");
    options.right_on.push_back(col(key));
    renamed.push_back(col(found.outer.own[i]).alias(key));
  }
  options.left_on.push_back(col(tested));
  options.right_on.push_back(col(match));
  renamed.push_back(col(value).alias(match));

  const DataFrame counts = found.aggregate({treadle::count().alias(all), col(value).count().alias(known)});
  const DataFrame joined =
      beside(rows.frame.with_columns({test.alias(tested)}).join(values.select(renamed), options), counts,
             found.outer);
  const Expression empty = col(all).fill_null(0) == 0;
  const Expression unknown = col(tested).is_null() | (col(known) < col(all));
  rows.frame = joined.with_columns({when(col(match).is_not_null())
                                        .then(true)
                                        .when(empty)
                                        .then(false)
                                        .when(unknown)
                                        .then(Scalar(TypeId::kBool, {}))
                                        .otherwise(false)
                                        .alias(column)});
}

// Whether the operator before ANY or ALL makes it IN (=) or NOT IN (<> ALL); IN itself has none.
bool is_membership(const ParseNode& link) {
  const std::string kind = link.text("subLinkType");
  const std::string op = last_name(link.at("operName"));
  return (kind == "ANY_SUBLINK" && (op.empty() || op == "=")) || (kind == "ALL_SUBLINK" && op == "<>");
}

bool is_kind(const ParseNode& link, const char* kind) { return link.text("subLinkType") == kind; }

// The sub-query of a condition that is nothing but EXISTS or NOT EXISTS.
struct Existence {
  ParseNode link;
  bool negated = false;
};

std::optional<Existence> only_existence(const Json& condition) {
  const ParseNode node(condition);
  if (node.is("SubLink") && is_kind(node, "EXISTS_SUBLINK")) return Existence{node};
  if (!node.is("BoolExpr") || node.text("boolop") != "NOT_EXPR") return std::nullopt;
  auto inner = only_existence(node.at("args")[0]);
  if (inner) inner->negated = !inner->negated;
  return inner;
}

void semi_join(Relation& rows, const DataFrame& answers, const OuterRows& outer, JoinKind kind,
               const std::optional<std::pair<Expression, Expression>>& equal,
               const Environment& environment) {
  JoinOptions options;
  options.how = kind;
  options.nulls_equal = true;
  for (const std::string& column : outer.outer) options.left_on.push_back(col(column));
  for (const std::string& column : outer.own) options.right_on.push_back(col(column));
  if (equal) {
    options.left_on.push_back(equal->first);
    options.right_on.push_back(equal->second);
  }
  rows.frame = rows.frame.join(without_strangers(rows.frame, answers, options, environment.names), options);
}

void filter_by_existence(const Existence& existence, Relation& rows, const Environment& environment) {
  const JoinKind kind = existence.negated ? JoinKind::kAnti : JoinKind::kSemi;
  if (join_existing(existence.link, kind, rows, environment)) return;
  const Answer found = answer(existence.link, rows, environment);
  if (!found.outer.empty())
    return semi_join(rows, found.select.frame, found.outer, kind, std::nullopt, environment);
  const std::string column = environment.names.next("subquery");
  attach_existence(existence.link, column, rows, environment);
  rows.frame = rows.frame.filter(existence.negated ? !col(column) : col(column));
}

// A missing x is in nothing, and no x is a missing value: neither takes part.
void filter_by_membership(const ParseNode& link, Relation& rows, const Environment& environment) {
  RowScope scope(environment.text, Dialect::kPostgres, rows.names, "IN (SELECT ...)");
  const Expression test = translate(link.at("testexpr"), scope);
  const Answer found = answer(link, rows, environment);
  const Expression value = col(only_column(link, found, environment.text));
  semi_join(rows, found.select.frame.filter(value.is_not_null()), found.outer, JoinKind::kSemi,
            {{test, value}}, environment);
}

}  // namespace

Expression Subqueries::take(const ParseNode& link, Scope& scope) {
  Pending pending{link, environment_.names.next("subquery"), std::nullopt};
  if (is_membership(link)) {
    if (ParseNode(link.at("testexpr")).is("RowExpr"))
      environment_.text.fail_unsupported(link.location(), "rows of several values IN a sub-query");
    pending.test = translate(link.at("testexpr"), scope);
  } else if (!is_kind(link, "EXISTS_SUBLINK") && !is_kind(link, "EXPR_SUBLINK")) {
    environment_.text.fail_unsupported(link.location(),
                                       "ARRAY, and comparisons with ANY and ALL of a sub-query");
  }
  pending_.push_back(pending);
  const Expression value = col(pending.column);
  return is_kind(link, "ALL_SUBLINK") ? !value : value;
}

void Subqueries::attach(Relation& rows) {
  for (const Pending& one : std::exchange(pending_, {})) {
    if (one.test) {
      attach_membership(one.link, one.column, *one.test, rows, environment_);
    } else if (is_kind(one.link, "EXISTS_SUBLINK")) {
      attach_existence(one.link, one.column, rows, environment_);
    } else {
      attach_value(one.link, one.column, rows, environment_);
    }
  }
  rows.names.schema = rows.frame.schema();
}

void filter_by_subqueries(const Json& condition, Relation& rows, const Environment& environment) {
  const ParseNode node(condition);
  if (const auto existence = only_existence(condition)) {
    filter_by_existence(*existence, rows, environment);
  } else if (node.is("SubLink") && is_kind(node, "ANY_SUBLINK") && is_membership(node) &&
             !contains_subquery(node.at("testexpr"))) {
    filter_by_membership(node, rows, environment);
  } else {
    Subqueries subqueries(environment);
    RowScope scope(environment.text, Dialect::kPostgres, rows.names, "WHERE", &subqueries);
    const Expression predicate = translate(condition, scope);
    subqueries.attach(rows);
    rows.frame = rows.frame.filter(predicate);
  }
  rows.names.schema = rows.frame.schema();
}

bool contains_subquery(const Json& node) {
  if (node.is_object() && node.contains("SubLink")) return true;
  return node.is_structured() &&
         std::any_of(node.begin(), node.end(), [](const Json& child) { return contains_subquery(child); });
}

}  // namespace treadle::sql
