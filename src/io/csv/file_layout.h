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

/// The columns of a source: the first file's, then those that later files have more, in order of appearance.
struct ColumnNames {
  std::vector<std::string> all;
  std::size_t num_first = 0;
};

/// The place of a column that a file lacks.
inline constexpr std::uint32_t kMissingColumn = UINT32_MAX;

/// For each column its place in a file, whose layout this is; kMissingColumn for one that the first file has
/// not either. Throws ParseError naming the file and the column of the first file that it lacks, or that
/// nobody knows.
std::vector<std::uint32_t> match_columns(const std::string& path, const FileLayout& layout,
                                         const std::string& first_path, const ColumnNames& names,
                                         bool by_name);

}  // namespace treadle::csv
