#pragma once

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// A row without a column that can be named: what a SELECT without FROM is about.
DataFrame one_row(NameSource& names);

/// The plan of VALUES (1, 'a'), (2, 'b') ...: columns column1, column2 and so on, each in the type that all
/// of its values can be brought to, ordered and cut as it says. Throws ParseError for rows of different
/// lengths and for what is no constant, TypeError for types that have nothing in common.
DataFrame plan_values(const ParseNode& query, const Environment& environment);

}  // namespace treadle::sql
