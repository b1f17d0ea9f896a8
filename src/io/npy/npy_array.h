#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/arrays/stored_array.h"

namespace treadle::io {

/// An array in an .npy file. Reads the header. Throws IoError for what is no .npy file or a truncated one,
/// TypeError for elements that are no numbers.
StoredArrayPtr open_npy(const std::string& path);

/// An .npy file to be written, in C order. `token` makes the temporary name; a file of that name is another
/// run's leftover and replaced. Unless `overwrite`, a target that exists is an IoError.
std::unique_ptr<ArrayWriter> create_npy(const std::string& path, const Extents& shape,
                                        const ElementType& element, bool overwrite, std::string_view token);

}  // namespace treadle::io
