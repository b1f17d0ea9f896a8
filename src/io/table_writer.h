#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "io/staged_directory.h"
#include "memory/spill_file.h"

namespace treadle::io {

/// Makes the file for rows that have to wait on disk, within the limits of a run.
using SpillFileMaker = std::function<std::shared_ptr<SpillFile>()>;

/// Writes one file of a table, batch by batch. One thread at a time. Destroyed before close(): the file is
/// removed.
class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void write(const columnar::Batch& batch) = 0;
  /// Says who makes files for rows that wait, before each call that may set some aside: write(), flush(),
  /// close() and set_aside(). Most writers keep none.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): those who want one keep it.
  virtual void spill_to(SpillFileMaker /*make*/) {}
  /// Puts rows that are held back on disk, as far as it can: frees memory. The file gets the same bytes.
  virtual void set_aside() {}
  /// Writes what is held back, though a row group may not be full: frees memory.
  virtual void flush() = 0;
  /// Finishes the file. Throws IoError ("disk full" included); the file is then removed.
  virtual void close() = 0;
  /// Bytes handed to the file system so far.
  virtual std::uint64_t bytes_written() const = 0;
  /// Bytes of rows held back until a row group is full, set aside or not: follows from the rows alone.
  virtual std::size_t bytes_buffered() const = 0;
  /// Those of them that are in memory.
  virtual std::size_t bytes_in_memory() const { return bytes_buffered(); }
};

/// Key-value pairs that a file carries besides its rows, for whoever knows their keys.
using FileMetadata = std::map<std::string, std::string>;

/// A column of text that readers are to take for categories.
struct Categories {
  /// All of them, in order, whether they occur or not; none: those that occur. Other values become nulls.
  std::optional<std::vector<std::string>> values;
  bool ordered = false;
};

/// What files say besides their rows: not the business of ParquetWriteOptions.
struct FileDetails {
  FileMetadata metadata;
  /// By column; names that a file lacks mean nothing.
  std::map<std::string, Categories> categories;
  /// By column, or what lies in one: "list.list.element"; others as the options say.
  std::map<std::string, std::string> compressions;
};

/// Opens a writer for a new file at `path`. Bound to a format and its options.
using TableWriterFactory =
    std::function<std::unique_ptr<TableWriter>(const std::string& path, const columnar::SchemaPtr& schema)>;

}  // namespace treadle::io
