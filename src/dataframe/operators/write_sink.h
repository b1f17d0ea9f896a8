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

/// A data set being written by one run: staged when the run is made, published with all others when it has
/// ended, removed otherwise.
struct WriteTarget {
  /// Throws IoError if the directory exists and may not be replaced, InvalidArgument for options that cannot
  /// be met.
  WriteTarget(std::string directory, const ParquetWriteOptions& write,
              const io::FileDetails& file_details = {});
  /// Throws InvalidArgument if rows of these columns cannot join those that are there.
  void check_columns(const Schema& schema) const;

  std::string directory;
  ParquetWriteOptions options;
  io::FileDetails details;
  io::StagedDirectory staged;
  io::TableWriterFactory open;
  /// Whether files join others, and the number that theirs begin with.
  bool joins = false;
  std::size_t first_number = 0;
};

/// What a task wrote.
struct Written {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  columnar::SchemaPtr schema;
  const WriteTarget* target = nullptr;
};

/// Writes the rows of each task to a file named by its partition: bytes depend neither on threads nor on the
/// order of tasks. A task that is run again replaces what it wrote. One slot: Written. `first_partition`
/// writes a file even if it has no rows, so that the data set always has its columns.
std::shared_ptr<const SinkSpec> make_write(std::shared_ptr<WriteTarget> target, std::size_t first_partition);

/// Completes the staged data sets: all that is left is to publish them. A partitioned one without rows gets a
/// file of no rows outside of any key's directory, so that it can be read and has its columns. Inputs:
/// everything that must have succeeded before.
std::shared_ptr<const Operation> make_finish_writes(std::vector<std::shared_ptr<WriteTarget>> targets);

}  // namespace treadle::dataframe
