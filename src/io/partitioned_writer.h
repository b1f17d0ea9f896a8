#pragma once

#include <string>
#include <vector>

#include "io/table_writer.h"

namespace treadle::io {

/// Writers that route rows to a file for each value of the columns `partition_on`: what would be written to
/// "DIR/part-00000.parquet" goes to "DIR/origin=EWR/part-00000.parquet" and so on, with these columns left
/// out. `open` itself if there are none.
///
/// Rows with the same values keep their order, and lie in one file. Rows that wait until a row group is full,
/// or until the end, are bounded: beyond 16 MiB, directories with many rows begin their files (up to 32 at a
/// time); rows of all others wait in a spill file (TableWriter::spill_to). Both depend on rows only, so files
/// have the same bytes whatever the memory.
///
/// A factory throws NotFound for unknown columns, InvalidArgument for columns named twice or if no column
/// would be left, TypeError for nested ones.
TableWriterFactory partition_by(TableWriterFactory open, std::vector<std::string> partition_on);

}  // namespace treadle::io
