#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

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
  /// Says who makes files for rows that wait, before each call that may set some aside: write(), flush() and
  /// close(). Most writers keep none.
  virtual void spill_to(SpillFileMaker /*make*/) {}
  /// Writes what is held back, though a row group may not be full: frees memory.
  virtual void flush() = 0;
  /// Finishes the file. Throws IoError ("disk full" included); the file is then removed.
  virtual void close() = 0;
  /// Bytes handed to the file system so far.
  virtual std::uint64_t bytes_written() const = 0;
  /// Bytes of rows held back until a row group is full.
  virtual std::size_t bytes_buffered() const = 0;
};

/// Key-value pairs that a file carries besides its rows, for whoever knows their keys.
using FileMetadata = std::map<std::string, std::string>;

/// Opens a writer for a new file at `path`. Bound to a format and its options.
using TableWriterFactory =
    std::function<std::unique_ptr<TableWriter>(const std::string& path, const columnar::SchemaPtr& schema)>;

}  // namespace treadle::io
