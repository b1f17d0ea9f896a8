#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/parquet.h"

namespace treadle::io {

/// What the library `treadle_parquet` offers: the functions of parquet.h, by way of Arrow.
struct ParquetLibrary {
  std::shared_ptr<const Source> (*open)(const std::vector<std::string>& paths,
                                        const ParquetReadOptions& options, const KeyConditions& where,
                                        KeyTypes key_types);
  TableWriterFactory (*open_writer)(const ParquetWriteOptions& options, const FileDetails& details);
};

}  // namespace treadle::io

/// The one symbol that is looked up by name.
extern "C" const treadle::io::ParquetLibrary* treadle_parquet_library();
