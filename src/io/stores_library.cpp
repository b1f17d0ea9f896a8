#include "io/stores_library.h"

#include "io/own_library.h"

namespace treadle::io {

const StoresLibrary& stores_library() {
  static const StoresLibrary& loaded = *reinterpret_cast<const StoresLibrary* (*)()>(
      load_own_library(TREADLE_STORES_LIBRARY, "treadle_stores_library", "HDF5 files and Blosc"))();
  return loaded;
}

std::vector<std::string> list_hdf5(const std::string& path) { return stores_library().list_hdf5(path); }

StoredArrayPtr open_hdf5(const std::string& path, const std::string& data_set) {
  return stores_library().open_hdf5(path, data_set);
}

std::vector<std::unique_ptr<ArrayWriter>> create_hdf5(const std::string& path,
                                                      const std::vector<Hdf5DataSet>& data_sets,
                                                      std::string_view token) {
  return stores_library().create_hdf5(path, data_sets, token);
}

}  // namespace treadle::io
