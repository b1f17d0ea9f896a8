#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "treadle/data_type.h"

namespace treadle {

/// How CSV text is to be read. The defaults read what pandas, Polars and spreadsheets write.
struct CsvOptions {
  char delimiter = ',';
  /// 0: no quoting.
  char quote = '"';
  /// A character that takes the next one as it is, inside and outside of quotes; 0: none. A doubled quote
  /// inside quotes is one quote in any case.
  char escape = 0;
  /// Lines that start with it are skipped; 0: none.
  char comment = 0;
  /// Whether the first line that counts holds the names. Without: column_0, column_1 ...
  bool header = true;
  /// Names to use instead of the header's (which is then skipped), or in place of a missing one. Names of a
  /// header are made unique: the second "a" becomes "a.1", an empty one in the fourth place "column_3".
  std::vector<std::string> names;
  /// Lines before the header, and rows after it, that are passed over in each file.
  std::uint64_t skip_lines = 0;
  std::uint64_t skip_rows = 0;
  /// The most rows delivered, over all files, in their order: read_csv() ends the frame there, as head()
  /// does.
  /// A bad row or value behind the last of them is no error.
  std::optional<std::uint64_t> max_rows;
  bool skip_blank_lines = true;
  /// Whether lines of nothing but spaces and tabs are among those that skip_blank_lines passes over.
  bool spaces_are_blank = false;
  /// Fields that mean null when unquoted. The empty field is one in any case; quoted, it is an empty text,
  /// and null in columns of other types.
  std::vector<std::string> null_values = {"",    "NULL", "null", "NA",   "N/A", "NaN",
                                          "nan", "n/a",  "#N/A", "None", "<NA>"};
  /// Whether quoted fields mean null where unquoted ones do.
  bool quoted_nulls = false;
  /// Types that are known: by column name. Others are inferred.
  std::map<std::string, DataType> dtypes;
  /// The type of columns in which the sample that infers types finds no value: text, or float64, of which
  /// the first value that is no number makes text.
  DataType type_without_values = TypeId::kUtf8;
  /// Columns of text that are to be parsed as dates or timestamps. ISO 8601 dates and times are found
  /// without.
  std::vector<std::string> parse_dates;
  /// strftime-like format for parse_dates; empty: ISO 8601 and, if all values agree, the usual slash and dot
  /// forms.
  std::string date_format;
  /// Whether dates and timestamps are inferred at all.
  bool infer_dates = true;

  enum class ShortRecords : std::uint8_t { kError, kFill };
  /// Records with fewer fields than there are columns: bad rows, or rows whose missing fields are null.
  ShortRecords short_records = ShortRecords::kError;
  enum class LongRecords : std::uint8_t { kError, kCut };
  /// Records with more fields than there are columns: bad rows, or rows without the fields that are too many.
  LongRecords long_records = LongRecords::kError;

  enum class BadRows : std::uint8_t { kError, kSkip };
  /// Rows with a wrong number of fields, an unterminated quote or invalid UTF-8 in a column that is read.
  /// Skipped ones are counted, and warned of once a file.
  BadRows bad_rows = BadRows::kError;

  enum class Compression : std::uint8_t { kAuto, kNone, kGzip, kZstd };
  /// kAuto: by the file's first bytes.
  Compression compression = Compression::kAuto;
  /// Bytes of a partition; strips are 8 MiB, or an eighth of a smaller partition.
  std::uint64_t partition_bytes = 128ULL << 20;
};

/// How CSV text is to be written.
struct CsvWriteOptions {
  char delimiter = ',';
  /// Whether the first line holds the names.
  bool header = true;
};

/// How Parquet files are to be read.
struct ParquetReadOptions {
  /// Directories named key=value give columns.
  bool hive_partitioning = true;
  std::uint64_t partition_bytes = 128ULL << 20;
};

enum class WriteMode : std::uint8_t {
  kError,      ///< the target must not exist
  kOverwrite,  ///< the target is replaced in one step
  kAppend,     ///< data sets: the files join those that are there, of the same columns, all at once
};

/// How a Parquet data set is to be written.
struct ParquetWriteOptions {
  /// Columns whose values become directories, key=value; they are left out of the files.
  std::vector<std::string> partition_on;
  /// "snappy", "zstd", "lz4", "gzip", "brotli" or "none".
  std::string compression = "snappy";
  WriteMode mode = WriteMode::kError;
  std::int64_t row_group_rows = 131072;
};

}  // namespace treadle
