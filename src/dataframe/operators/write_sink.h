#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataframe/operators/fragment_sink.h"
#include "io/table_writer.h"
#include "treadle/io_options.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// A data set being written by one run: staged when the run is made, put in place by CommitWrites, removed
/// otherwise.
struct WriteTarget {
  /// Throws IoError if the directory exists and may not be replaced, InvalidArgument for options that cannot
  /// be met.
  WriteTarget(std::string directory, const ParquetWriteOptions& options);

  std::string directory;
  io::StagedDirectory staged;
  io::TableWriterFactory open;
};

/// What a task wrote.
struct Written {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// Writes the rows of each task to a file named by its partition: bytes depend neither on threads nor on the
/// order of tasks. A task that is run again replaces what it wrote. One slot: Written. `first_partition`
/// writes a file even if it has no rows, so that the data set always has its columns.
std::shared_ptr<const SinkSpec> make_write(std::shared_ptr<WriteTarget> target, std::size_t first_partition);

/// Puts the data sets in place. Inputs: everything that must have succeeded before. Never tried again.
std::shared_ptr<const Operation> make_commit_writes(std::vector<std::shared_ptr<WriteTarget>> targets);

}  // namespace treadle::dataframe
