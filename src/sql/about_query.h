#pragma once

#include <string>
#include <string_view>

#include "treadle/data_frame.h"

namespace treadle::sql {

/// What EXPLAIN or DESCRIBE answers of a query, in DuckDB's columns: its plan as one text; or its columns, a
/// row each, with their types as SQL spells them.
DataFrame about_query(std::string_view word, const DataFrame& query);

/// A type as SQL spells it: "BIGINT".
std::string type_in_sql(const DataType& type);

}  // namespace treadle::sql
