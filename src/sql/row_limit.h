#pragma once

#include <string>

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// `column` in the direction that an item of ORDER BY says; nulls are larger than anything else.
SortColumn sort_column(const ParseNode& item, const std::string& column, const QueryText& text);

/// The rows of `frame` that LIMIT and OFFSET leave. Throws ParseError for WITH TIES, and for what is no
/// number of rows.
DataFrame limited(const ParseNode& query, const DataFrame& frame, const QueryText& text);

}  // namespace treadle::sql
