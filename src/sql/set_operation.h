#pragma once

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// The plan of `a UNION [ALL] b`, `a INTERSECT b`, `a EXCEPT b`, ordered and cut as it says. Columns go by
/// position and are named as in `a`. Throws ParseError for different numbers of columns and for what is not
/// supported yet, TypeError for types that have nothing in common.
DataFrame plan_set_operation(const ParseNode& query, const Environment& environment);

}  // namespace treadle::sql
