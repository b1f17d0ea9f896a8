#include "treadle/sql.h"

#include "sql/about_query.h"
#include "sql/query.h"
#include "sql/scopes.h"
#include "sql/translate.h"

namespace treadle {
namespace {

using sql::ParseNode;
using sql::QueryText;

// The one item of a SELECT list that an expression's text makes; anything behind it is refused.
const sql::Json& only_target(const ParseNode& select, const QueryText& text) {
  for (const auto& [clause, unused] : select.fields->items()) {
    if (clause != "targetList" && clause != "limitOption" && clause != "op") {
      text.fail(0, "one expression is expected, found clauses of a SELECT");
    }
  }
  const sql::Json& targets = select.at("targetList");
  if (targets.empty()) text.fail(0, "an expression is expected, found none");
  if (targets.size() > 1)
    text.fail(ParseNode(targets[1]).location(), "one expression is expected, found a second one");
  return targets[0];
}

Expression translate_only(const QueryText& text, sql::Scope& scope) {
  const sql::Json select = sql::parse_select(text);
  const ParseNode target(only_target(ParseNode("SelectStmt", select), text));
  const Expression expression = sql::translate(target.at("val"), scope);
  return target.has("name") ? expression.alias(target.text("name")) : expression;
}

// Any column of a schema, aggregates in place.
class ColumnScope final : public sql::Scope {
 public:
  ColumnScope(const QueryText& text, const Schema& columns)
      : Scope(text, sql::Dialect::kPolars),
        names_(columns),
        rows_(text, sql::Dialect::kPolars, names_, "an aggregate") {}

  std::optional<Expression> known(const ParseNode&) override { return std::nullopt; }
  Expression column(const ParseNode& reference) override { return rows_.column(reference); }
  Expression aggregate(const Expression& aggregate, const ParseNode&) override { return aggregate; }
  Scope& argument_scope(const ParseNode&) override { return rows_; }
  std::optional<DataType> type_of(const Expression& expression) override { return rows_.type_of(expression); }

 private:
  sql::Names names_;
  sql::RowScope rows_;
};

}  // namespace

DataFrame query(std::string_view statement, const std::map<std::string, DataFrame>& tables) {
  const QueryText text(statement, QueryText::Kind::kStatement);
  const sql::Json select = sql::parse_select(text);
  sql::NameSource names;
  const DataFrame frame = sql::plan_query(ParseNode("SelectStmt", select), {text, tables, names});
  const std::string& about = text.friendly().about;
  return about.empty() ? frame : sql::about_query(about, frame);
}

Expression parse_expression(std::string_view expression) {
  const QueryText text(expression, QueryText::Kind::kExpression);
  sql::FreeScope scope(text, sql::Dialect::kPolars);
  return translate_only(text, scope);
}

Expression parse_expression(std::string_view expression, const Schema& columns) {
  const QueryText text(expression, QueryText::Kind::kExpression);
  ColumnScope scope(text, columns);
  return translate_only(text, scope);
}

}  // namespace treadle
