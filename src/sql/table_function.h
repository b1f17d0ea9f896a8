#pragma once

#include "sql/table_reference.h"

namespace treadle::sql {

/// Reads a RangeFunction: read_csv('x.dat'), read_parquet('x*'), read_ndjson('x.log'): a file whose format
/// the function tells, whatever its name ends in, with options as DuckDB names them; range() and
/// generate_series() of whole numbers. Throws ParseError for other functions and options.
TableReference resolve_table_function(const ParseNode& source, const QueryText& text);

}  // namespace treadle::sql
