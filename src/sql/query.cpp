#include "sql/query.h"

#include <array>
#include <utility>

#include "sql/select_statement.h"
#include "sql/set_operation.h"
#include "sql/values.h"

namespace treadle::sql {
namespace {

// Planning is recursive, and so are walks over the plan.
constexpr int kMaxDepth = 64;

struct Clause {
  const char* field;
  const char* name;
};
constexpr std::array<Clause, 2> kUnsupported = {{
    {"intoClause", "SELECT INTO"},
    {"lockingClause", "FOR UPDATE and FOR SHARE"},
}};

// WITH q (a, b) AS (...)
DataFrame with_names(const DataFrame& frame, const ParseNode& query, const QueryText& text) {
  const Json& given = query.at("aliascolnames");
  const std::vector<std::string> names = frame.schema().names();
  if (given.empty()) return frame;
  if (given.size() > names.size()) {
    text.fail(query.location(), "at most " + std::to_string(names.size()) +
                                    " names of columns are expected, found " + std::to_string(given.size()));
  }
  std::vector<Expression> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back(col(names[i]).alias(i < given.size() ? ParseNode(given[i]).text("sval") : names[i]));
  }
  return frame.select(std::move(columns));
}

}  // namespace

Environment inside(const Environment& environment, std::size_t location) {
  if (environment.depth == kMaxDepth) {
    environment.text.fail(location,
                          "at most " + std::to_string(kMaxDepth) + " queries can stand inside each other");
  }
  Environment inner = environment;
  ++inner.depth;
  return inner;
}

Environment with_queries(const ParseNode& query, const Environment& environment) {
  Environment out = environment;
  const ParseNode with("WithClause", query.at("withClause"));
  if (!query.has("withClause")) return out;
  if (with.has("recursive"))
    environment.text.fail_unsupported(
        with.location(), "WITH RECURSIVE; a loop over queries has it, each over the frame of the last");
  for (const Json& item : with.at("ctes")) {
    const ParseNode named(item);
    const DataFrame frame = with_names(plan_subquery(named.at("ctequery"), out), named, environment.text);
    out.tables.insert_or_assign(named.text("ctename"), frame);
  }
  return out;
}

DataFrame plan_query(const ParseNode& query, const Environment& environment) {
  for (const Clause& clause : kUnsupported) {
    if (query.has(clause.field)) environment.text.fail_unsupported(query.location(), clause.name);
  }
  const Environment own = with_queries(query, environment);
  if (query.has("valuesLists")) return plan_values(query, own);
  return query.has("larg") ? plan_set_operation(query, own) : plan_select(query, own).frame;
}

DataFrame plan_subquery(const Json& query, const Environment& environment) {
  const ParseNode select(query);
  if (!select.is("SelectStmt"))
    environment.text.fail_unsupported(select.location(), "data changes in a query");
  return plan_query(select, inside(environment, select.location()));
}

}  // namespace treadle::sql
