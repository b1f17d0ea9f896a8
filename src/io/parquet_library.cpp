#include "io/parquet_library.h"
#include "io/own_library.h"
#include "io/parquet.h"

// Arrow costs some 10 ms and 16 MB to load, more than a small job takes: what needs it is a library of its
// own beside this one, loaded at the first use of a Parquet file.
namespace treadle::io {
namespace {

const ParquetLibrary& parquet() {
  static const ParquetLibrary& loaded = *reinterpret_cast<const ParquetLibrary* (*)()>(
      load_own_library(TREADLE_PARQUET_LIBRARY, "treadle_parquet_library", "Parquet files"))();
  return loaded;
}

}  // namespace

std::shared_ptr<const Source> open_parquet(const std::vector<std::string>& paths,
                                           const ParquetReadOptions& options, const KeyConditions& where,
                                           KeyTypes key_types) {
  return parquet().open(paths, options, where, key_types);
}

TableWriterFactory open_parquet_writer(const ParquetWriteOptions& options, const FileDetails& details) {
  return parquet().open_writer(options, details);
}

}  // namespace treadle::io
