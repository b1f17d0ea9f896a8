#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "treadle/data_type.h"
#include "treadle/io_options.h"

namespace treadle {

/// How JSON lines are to be read: an object a line, its keys the columns. A key that an object lacks is null.
///
/// Types are inferred from 16 places and widen late: null < bool, int64 < float64, lists and structs by what
/// is in them; anything else together is text, in which what is no string stands as in the file. Text is
/// never taken for dates unless `dtypes` says so.
struct NdjsonOptions {
  /// The columns, in this order; other keys are passed over. Empty: the keys of the lines looked at to plan,
  /// in order of appearance, and those that only `dtypes` names.
  std::vector<std::string> columns;
  /// Types that are known: by column name. Dates and times are read from ISO 8601 text; a number counts days
  /// or the timestamp's units.
  std::map<std::string, DataType> dtypes;

  enum class UnknownKeys : std::uint8_t { kError, kIgnore };
  /// What a key that no line looked at to plan had is, found later, if `columns` is empty. Inside a struct
  /// such a key widens the struct.
  UnknownKeys unknown_keys = UnknownKeys::kError;

  using BadRows = CsvOptions::BadRows;
  /// Lines that are no JSON object, or have a key twice. Skipped ones are counted, and warned of once a file.
  /// Values of columns that are not read are not looked at.
  BadRows bad_rows = BadRows::kError;

  /// The most rows delivered, over all files, in their order.
  std::optional<std::uint64_t> max_rows;
  using Compression = CsvOptions::Compression;
  Compression compression = Compression::kAuto;
  /// Bytes of a partition; strips are 8 MiB, or an eighth of a smaller partition.
  std::uint64_t partition_bytes = 128ULL << 20;
};

}  // namespace treadle
