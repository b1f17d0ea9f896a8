#pragma once

#include "sql/parse_tree.h"
#include "sql/table_reference.h"
#include "treadle/data_frame.h"

namespace treadle::sql {

/// The plan of a SELECT over one table, in the order of SQL: FROM, WHERE, GROUP BY, HAVING, the list,
/// DISTINCT, ORDER BY, LIMIT. Throws ParseError at what is not supported yet.
DataFrame plan_select(const ParseNode& select, const QueryText& text, const NamedTables& tables);

}  // namespace treadle::sql
