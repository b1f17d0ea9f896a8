#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/parquet.h"

namespace treadle::io {

/// What open_parquet() and open_parquet_writer() come to; their contracts stand in io/parquet.h.
std::shared_ptr<const Source> open_parquet_source(const std::vector<std::string>& paths,
                                                  const ParquetReadOptions& options,
                                                  const KeyConditions& where, KeyTypes key_types);
TableWriterFactory make_parquet_writers(const ParquetWriteOptions& options, const FileDetails& details);

}  // namespace treadle::io
