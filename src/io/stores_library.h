#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5/hdf5_array.h"
#include "io/zarr/codec.h"

namespace treadle::io {

/// What the library `treadle_stores` offers, by way of HDF5 and Blosc. It is loaded at its first use, so that
/// who reads no such arrays does not load what they need.
struct StoresLibrary {
  std::vector<std::string> (*list_hdf5)(const std::string& path);
  StoredArrayPtr (*open_hdf5)(const std::string& path, const std::string& data_set);
  std::vector<std::unique_ptr<ArrayWriter>> (*create_hdf5)(const std::string& path,
                                                           const std::vector<Hdf5DataSet>& data_sets,
                                                           std::string_view token);
  zarr::Bytes (*blosc_compress)(const zarr::Bytes& bytes, const zarr::Codec& codec);
  zarr::Bytes (*blosc_decompress)(const zarr::Bytes& bytes, std::size_t most, const std::string& path);
};

/// Loads it. Throws IoError if it cannot be.
const StoresLibrary& stores_library();

}  // namespace treadle::io

/// The one symbol that is looked up by name.
extern "C" const treadle::io::StoresLibrary* treadle_stores_library();
