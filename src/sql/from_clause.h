#pragma once

#include <set>
#include <string>
#include <vector>

#include "sql/environment.h"
#include "sql/names.h"

namespace treadle::sql {

/// What FROM comes to: sources whose columns have different names, and the conditions of the inner joins
/// between them. Joined together with what WHERE says (join_sources).
struct FromClause {
  std::vector<DataFrame> sources;
  std::vector<Expression> conditions;
  Names names;

  void add(FromClause other);
  DataFrame joined() const;
};

/// Reads FROM. Tables, sub-queries and outer joins are sources; columns whose names are among `taken` or come
/// twice are renamed. Throws ParseError, NotFound, TypeError with the position.
FromClause plan_from(const ParseNode& select, const Environment& environment, std::set<std::string> taken);

}  // namespace treadle::sql
