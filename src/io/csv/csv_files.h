#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/csv/file_layout.h"
#include "io/csv/null_spellings.h"
#include "io/csv/rows.h"
#include "io/files/byte_stream.h"

namespace treadle::csv {

/// One file of a source.
struct CsvFile {
  io::FileIdentity identity;
  io::Encoding encoding = io::Encoding::kPlain;
};

/// Where the columns of the source are in one of its files, and where its rows begin.
struct FileColumns {
  std::uint64_t first_row = 0;
  std::size_t num_fields = 0;
  /// By column of the source: its place in the file's records, or kMissingColumn. Empty: the same place.
  std::vector<std::uint32_t> places;
  /// There is nothing to read.
  bool empty = false;

  std::uint32_t place(std::size_t column) const {
    return places.empty() ? static_cast<std::uint32_t>(column) : places[column];
  }
};

/// The files of a source under one dialect and one list of columns. Thread-safe.
class CsvFiles {
 public:
  /// Looks at each file, and reads headers: newer files may have more columns than the first. Throws
  /// InvalidArgument for options that cannot be, IoError and ParseError for files that cannot be read.
  CsvFiles(std::vector<std::string> paths, CsvOptions options);

  const CsvOptions& options() const noexcept { return options_; }
  const Dialect& dialect() const noexcept { return dialect_; }
  const NullSpellings& nulls() const noexcept { return nulls_; }
  const std::vector<CsvFile>& files() const noexcept { return files_; }
  /// Of the columns, made unique.
  const std::vector<std::string>& names() const noexcept { return names_.all; }
  std::uint64_t total_bytes() const noexcept;
  /// What records of a file with so many columns must look like.
  RowShape shape(std::size_t num_fields) const;

  /// Read from the file at first use. Throws ParseError if it lacks a column of the first file, or has one
  /// that was not seen when headers were read.
  std::shared_ptr<const FileColumns> columns(std::size_t file) const;
  /// A walk over the file's text from its start, decoded. Holds the file.
  LineWalk walk(std::size_t file, std::size_t piece) const;

 private:
  bool finds_columns_by_name() const { return options_.header && options_.names.empty(); }
  FileLayout read_layout_of(std::size_t file) const;
  void add_names_of_later_files();
  FileColumns read_columns(std::size_t file) const;

  CsvOptions options_;
  Dialect dialect_;
  NullSpellings nulls_;
  std::vector<CsvFile> files_;
  ColumnNames names_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const FileColumns>> columns_;  // guarded by mutex_
};

}  // namespace treadle::csv
