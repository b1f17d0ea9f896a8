#pragma once

#include <map>
#include <string>

#include "sql/parse_tree.h"
#include "treadle/data_frame.h"

namespace treadle::sql {

/// Tables that FROM can name besides files.
using NamedTables = std::map<std::string, DataFrame>;

/// The one table of a FROM clause and the name it goes by.
struct TableReference {
  DataFrame frame;
  std::string name;
};

/// Reads what FROM names: 'file.csv', 'folder/*.parquet', 'folder', or one of `tables`. Throws ParseError for
/// joins and subqueries, NotFound for names of no file, InvalidArgument for a file whose format its name does
/// not tell.
TableReference resolve_table(const ParseNode& select, const QueryText& text, const NamedTables& tables);

/// A frame over files, their format told by the name: .csv, .tsv, .txt (also .gz, .zst), .parquet, or a
/// folder.
DataFrame read_files(const std::string& path);

}  // namespace treadle::sql
