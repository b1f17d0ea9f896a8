#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays/stored_array.h"

namespace treadle::io {

/// A folder of .npy files, as Dask's to_npy_stack() makes it: 0.npy, 1.npy ... lie one behind the other along
/// an axis, which the pickled file "info" names.
struct NpyStack {
  std::vector<StoredArrayPtr> pieces;
  std::size_t axis = 0;
};

/// Reads the headers. Throws IoError for a folder that is none, or whose pieces do not fit together.
NpyStack open_npy_stack(const std::string& directory);

/// A folder that appears all at once. `layout.shape` is cut along `axis` into pieces of these `lengths`; each
/// box to write is one whole piece. Throws as StagedDirectory does.
std::unique_ptr<ArrayWriter> create_npy_stack(const std::string& directory, const ArrayLayout& layout,
                                              std::size_t axis, const Extents& lengths, bool overwrite,
                                              std::string_view token);

}  // namespace treadle::io
