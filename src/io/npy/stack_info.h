#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays/stored_array.h"

namespace treadle::io::npy {

/// The pickled dictionary of chunks, dtype and axis that Dask's from_npy_stack() reads.
std::string make_stack_info(const std::vector<Extents>& chunks, const ElementType& element, std::size_t axis);

/// What such a pickle says of the pieces.
struct StackInfo {
  std::size_t axis = 0;
  /// How long each is along the axis; negative where the pickle has no plain number.
  Extents lengths;
};

/// Reads one made by any version of Python. Nothing that it names is run or made. Throws IoError naming
/// `path`.
StackInfo parse_stack_info(std::string_view info, const std::string& path);

}  // namespace treadle::io::npy
