#pragma once

#include <string>

#include "sql/environment.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// A table of a FROM clause and the name it goes by: of a file, its name without folder and ending.
struct TableReference {
  DataFrame frame;
  std::string name;
};

/// Reads what a name in FROM stands for: 'file.csv', 'folder/*.parquet', 'folder', a WITH query or a table of
/// the caller's. Throws NotFound for names of no file, InvalidArgument for a file whose format its name does
/// not tell.
TableReference resolve_table(const ParseNode& source, const Environment& environment);

/// A frame over files, their format told by the name: .csv, .tsv, .txt, .json, .ndjson, .jsonl (also .gz,
/// .zst), .parquet, or a folder.
DataFrame read_files(const std::string& path);

}  // namespace treadle::sql
