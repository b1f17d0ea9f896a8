#pragma once

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// The plan of a query: WITH, then a SELECT or a UNION, INTERSECT or EXCEPT of two, then ORDER BY and LIMIT.
/// Throws ParseError at what is not supported yet.
DataFrame plan_query(const ParseNode& query, const Environment& environment);
/// The same of a query inside another one, {"SelectStmt": ...}, whose names it does not see. Throws
/// ParseError if they are nested too deep.
DataFrame plan_subquery(const Json& query, const Environment& environment);

/// What a query sees: the environment and its own WITH queries, each planned once and shared by all who name
/// it.
Environment with_queries(const ParseNode& query, const Environment& environment);
/// The environment one level further in. Throws ParseError if that is too deep.
Environment inside(const Environment& environment, std::size_t location);

}  // namespace treadle::sql
