#pragma once

#include <string>
#include <vector>

#include "sql/correlation.h"
#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// What a SELECT comes to: its columns, then those of the rows around it that it names.
struct PlannedSelect {
  DataFrame frame;
  std::vector<std::string> columns;
  /// An aggregate of all rows.
  bool has_one_row = false;
};

/// The plan of a SELECT, in the order of SQL: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, ORDER BY,
/// LIMIT. `outer`: for each row of these at once, each with its own WHERE and groups. Throws ParseError at
/// what is not supported yet.
PlannedSelect plan_select(const ParseNode& select, const Environment& environment,
                          const OuterRows* outer = nullptr);

}  // namespace treadle::sql
