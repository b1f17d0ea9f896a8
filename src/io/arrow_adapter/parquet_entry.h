#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/source.h"
#include "io/table_writer.h"
#include "treadle/io_options.h"

namespace treadle::io {

/// What open_parquet() and open_parquet_writer() come to; their contracts stand in io/parquet.h.
std::shared_ptr<const Source> open_parquet_source(const std::vector<std::string>& paths,
                                                  const ParquetReadOptions& options);
TableWriterFactory make_parquet_writers(const ParquetWriteOptions& options, const FileMetadata& metadata);

}  // namespace treadle::io
