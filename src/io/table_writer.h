#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "columnar/batch.h"

namespace treadle::io {

/// Writes one file of a table, batch by batch. One thread at a time. Destroyed before close(): the file is
/// removed.
class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void write(const columnar::Batch& batch) = 0;
  /// Finishes the file. Throws IoError ("disk full" included); the file is then removed.
  virtual void close() = 0;
  /// Bytes handed to the file system so far.
  virtual std::uint64_t bytes_written() const = 0;
  /// Bytes of rows held back until a row group is full.
  virtual std::size_t bytes_buffered() const = 0;
};

/// Opens a writer for a new file at `path`. Bound to a format and its options.
using TableWriterFactory =
    std::function<std::unique_ptr<TableWriter>(const std::string& path, const columnar::SchemaPtr& schema)>;

/// A directory being made: files are written beside the target under a temporary name and appear there all at
/// once.
///
/// Lifetime of a write: stage() once, any number of tasks write files under path(), commit() or abandon().
/// A staged directory left by a killed process is found by its name and removed by the next stage() of the
/// target.
class StagedDirectory {
 public:
  enum class Mode : std::uint8_t { kError, kOverwrite };
  /// Throws IoError if the target exists and the mode is kError, or if its parent cannot be written.
  StagedDirectory(std::string target, Mode mode, std::string_view token);
  const std::string& path() const noexcept { return path_; }
  /// Puts the directory in the target's place: exchanged in one step where the file system can.
  void commit();
  /// Removes what was staged; also done by the destructor unless committed.
  void abandon() noexcept;
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

 private:
  std::string target_;
  std::string path_;
  Mode mode_;
  bool done_ = false;
};

}  // namespace treadle::io
