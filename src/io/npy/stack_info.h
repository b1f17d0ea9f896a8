#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays/stored_array.h"

namespace treadle::io::npy {

/// The pickled dictionary of chunks, dtype and axis that Dask's from_npy_stack() reads.
std::string make_stack_info(const std::vector<Extents>& chunks, const ElementType& element, std::size_t axis);

/// The axis in such a pickle, made by any version of Python: its entry "axis" is looked for, nothing is run.
/// Throws IoError naming `path`.
std::size_t axis_in_stack_info(std::string_view info, const std::string& path);

}  // namespace treadle::io::npy
