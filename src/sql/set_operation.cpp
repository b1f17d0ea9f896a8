#include "sql/set_operation.h"

#include <utility>

#include "sql/names.h"
#include "sql/query.h"
#include "sql/row_limit.h"
#include "sql/select_list.h"
#include "treadle/window.h"

namespace treadle::sql {
namespace {

ParseNode side_of(const ParseNode& query, const char* side) { return {"SelectStmt", query.at(side)}; }

// The columns of `frame` under the names of another one.
DataFrame named_as(const DataFrame& frame, const std::vector<std::string>& names) {
  std::vector<Expression> columns;
  const std::vector<std::string> own = frame.schema().names();
  for (std::size_t i = 0; i < own.size(); ++i) columns.push_back(col(own[i]).alias(names[i]));
  return frame.select(std::move(columns));
}

// Distinct left rows that are, or are not, among the right ones; nulls are equal.
DataFrame compared(const DataFrame& left, const DataFrame& right, JoinKind kind) {
  JoinOptions options;
  options.how = kind;
  options.nulls_equal = true;
  for (const std::string& name : left.schema().names()) options.on.push_back(col(name));
  return left.unique().join(named_as(right, left.schema().names()), options);
}

// The same with each row as often as it is on the left: the n-th of equal left rows belongs to the n-th right
// one.
DataFrame compared_all(const DataFrame& left, const DataFrame& right, JoinKind kind, NameSource& names) {
  const std::vector<std::string> columns = left.schema().names();
  const std::string number = names.next("row number");
  const auto numbered = [&](const DataFrame& frame) {
    return with_windows(frame, {{WindowKind::kNumber, {}, number, {}}}, {columns, {}});
  };
  JoinOptions options;
  options.how = kind;
  options.nulls_equal = true;
  options.on.push_back(col(number));
  std::vector<Expression> visible;
  for (const std::string& name : columns) {
    options.on.push_back(col(name));
    visible.push_back(col(name));
  }
  return numbered(left).join(numbered(named_as(right, columns)), options).select(std::move(visible));
}

DataFrame combine(const ParseNode& query, const DataFrame& left, const DataFrame& right, bool by_name,
                  NameSource& names) {
  const std::string operation = query.text("op");
  const bool all = query.has("all");
  if (operation == "SETOP_UNION") {
    ConcatOptions options;
    options.match = by_name ? ConcatOptions::Match::kAllNames : ConcatOptions::Match::kPositions;
    const DataFrame both = concat({left, right}, options);
    return all ? both : both.unique();
  }
  const bool intersects = operation == "SETOP_INTERSECT";
  const JoinKind kind = intersects ? JoinKind::kSemi : JoinKind::kAnti;
  return all ? compared_all(left, right, kind, names) : compared(left, right, kind);
}

}  // namespace

DataFrame sorted_result(const ParseNode& query, const DataFrame& frame, const QueryText& text) {
  std::vector<Target> targets;
  for (const std::string& name : frame.schema().names()) targets.push_back({Json(), name});
  std::vector<SortColumn> columns;
  for (const Json& item : query.at("sortClause")) {
    const ParseNode by(item);
    const ParseNode node(by.at("node"));
    if (text.is_all(node.location())) {
      for (const Target& target : targets) columns.push_back(sort_column(by, target.name, text));
      continue;
    }
    const Target* target = find_target(node, targets, text, true);
    const std::string name =
        target != nullptr ? target->name
        : node.is("ColumnRef")
            ? find_column(node, text, Names(frame.schema())).column
            : (text.fail(node.location(),
                         "a column of the result or its position is expected behind UNION, "
                         "INTERSECT, EXCEPT and VALUES"),
               std::string());
    columns.push_back(sort_column(by, name, text));
  }
  return columns.empty() ? frame : frame.sort(std::move(columns));
}

DataFrame plan_set_operation(const ParseNode& query, const Environment& environment) {
  const QueryText& text = environment.text;
  const ParseNode right_side = side_of(query, "rarg");
  const DataFrame left = plan_query(side_of(query, "larg"), environment);
  const DataFrame right = plan_query(right_side, environment);
  const std::size_t width = left.schema().num_fields();
  const bool by_name = query.text("op") == "SETOP_UNION" && text.is_by_name(right_side.location());
  if (!by_name && right.schema().num_fields() != width) {
    text.fail(right_side.location(), std::to_string(width) +
                                         " columns are expected, as before UNION, INTERSECT or "
                                         "EXCEPT, found " +
                                         std::to_string(right.schema().num_fields()));
  }
  const DataFrame both = combine(query, left, right, by_name, environment.names);
  return limited(query, sorted_result(query, both, text), text);
}

}  // namespace treadle::sql
