#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "io/csv/column_builder.h"
#include "io/csv/file_layout.h"
#include "io/csv/rows.h"

namespace treadle::csv {

/// A column that a scan asks for.
struct PlannedColumn {
  std::string name;
  std::uint32_t field = 0;  // its place in the file's records, or kMissingColumn: all null
  ColumnFormat format;
  /// Its type was given, not inferred: another value is an error.
  bool fixed = false;
};

/// What is read of one file, and how. Immutable.
struct ReadPlan {
  std::string path;
  RowShape shape;  // text_fields are those of the columns whose assumed type is text
  std::vector<PlannedColumn> columns;
  std::size_t morsel_rows = 65536;
  /// Text read at a time. Half of a core's second-level cache holds it and what is made of it.
  std::size_t block_bytes = 256 << 10;
  bool skip_bad_rows = false;
  bool infer_dates = true;
  const NullSpellings* nulls = nullptr;
};

/// Text in memory, and where it comes from.
struct TextBlock {
  /// The memory that text begins in.
  const RecycledBuffer* memory = nullptr;
  std::uint8_t* text = nullptr;
  std::uint32_t size = 0;
};

}  // namespace treadle::csv
