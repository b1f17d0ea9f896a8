#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/arrays/stored_array.h"
#include "io/zarr/metadata.h"

namespace treadle::io {

/// An array in a Zarr store on disk, format 2 or 3: `component` is its path in the store, empty for the
/// root. Throws IoError if there is none, TypeError for what is not read here.
StoredArrayPtr open_zarr(const std::string& store, const std::string& component);

struct ZarrWriteOptions {
  /// "zstd", "gzip", "blosc", "none".
  std::string compressor = "zstd";
  /// Unset (-1): what zarr-python takes.
  int level = -1;
  int format = 3;
  bool overwrite = false;
};

/// A Zarr array of chunks of `chunk_shape`, which appears all at once. Throws IoError if it exists and is not
/// to be overwritten, InvalidArgument for options that cannot be met.
std::unique_ptr<ArrayWriter> create_zarr(const std::string& store, const std::string& component,
                                         const ArrayLayout& layout, const ZarrWriteOptions& options,
                                         std::string_view token);

}  // namespace treadle::io
