#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/csv/line_walk.h"
#include "io/files/file.h"

namespace treadle::csv {

/// Where a file's rows begin and what its columns are.
struct FileLayout {
  std::vector<std::string> names;
  /// Offset of the first row behind byte order mark, lines skipped, header and rows skipped.
  std::uint64_t first_row = 0;
  /// No line with fields was found: there is nothing that names the columns.
  bool empty = false;
};

/// Reads the start of a file's text with `walk`, which is at its first byte.
/// Throws ParseError naming `path` if the header is no line of names.
FileLayout read_layout(const std::string& path, const CsvOptions& options, LineWalk& walk);

/// A walk over a file from `offset` to `end`. The file outlives it.
LineWalk walk_file(const io::File& file, const Dialect& dialect, std::uint64_t offset, std::uint64_t end,
                   std::size_t piece);

/// Names as they are made unique: the second "a" becomes "a.1", an empty one at place 3 "column_3".
std::vector<std::string> unique_names(std::vector<std::string> names);

/// For each column of the first file its place in another file, whose layout this is. Throws ParseError
/// naming the file and the column that one of them lacks.
std::vector<std::uint32_t> match_columns(const std::string& path, const FileLayout& layout,
                                         const std::string& first_path, const std::vector<std::string>& names,
                                         bool by_name);

}  // namespace treadle::csv
