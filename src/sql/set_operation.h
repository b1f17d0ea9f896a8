#pragma once

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// The plan of `a UNION [ALL] b`, `a INTERSECT b`, `a EXCEPT b`, ordered and cut as it says. Columns go by
/// position and are named as in `a`. Throws ParseError for different numbers of columns and for what is not
/// supported yet, TypeError for types that have nothing in common.
DataFrame plan_set_operation(const ParseNode& query, const Environment& environment);

/// `frame` by the ORDER BY of a query that is no SELECT: it names columns of the result, by name or position.
DataFrame sorted_result(const ParseNode& query, const DataFrame& frame, const QueryText& text);

}  // namespace treadle::sql
