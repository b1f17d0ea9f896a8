#include <dlfcn.h>

#include <string>

#include "io/parquet.h"
#include "io/parquet_library.h"
#include "treadle/error.h"

// Arrow costs some 10 ms and 16 MB to load, more than a small job takes: what needs it is a library of its
// own beside this one, loaded at the first use of a Parquet file.
namespace treadle::io {
namespace {

/// The folder that this library was loaded from, with its last slash.
std::string own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&open_parquet), &info) == 0 || info.dli_fname == nullptr)
    return {};
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

const ParquetLibrary& load() {
  // Never unloaded: values of its types may outlive any owner there could be.
  const std::string path = own_folder() + TREADLE_PARQUET_LIBRARY;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw IoError(std::string("the library for Parquet files cannot be loaded: ") + dlerror());
  const auto entry = reinterpret_cast<const ParquetLibrary* (*)()>(dlsym(library, "treadle_parquet_library"));
  if (entry == nullptr) throw IoError("the library for Parquet files is another version's: " + path);
  return *entry();
}

const ParquetLibrary& parquet() {
  static const ParquetLibrary& loaded = load();
  return loaded;
}

}  // namespace

std::shared_ptr<const Source> open_parquet(const std::vector<std::string>& paths,
                                           const ParquetReadOptions& options) {
  return parquet().open(paths, options);
}

TableWriterFactory open_parquet_writer(const ParquetWriteOptions& options) {
  return parquet().open_writer(options);
}

}  // namespace treadle::io
