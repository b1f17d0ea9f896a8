#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/arrays/stored_array.h"
#include "io/files/file.h"

namespace treadle::io::npy {

/// What the beginning of an .npy file says.
struct Header {
  Extents shape;
  ElementType element;
  bool fortran_order = false;
  /// Where the elements begin.
  std::uint64_t data_offset = 0;
};

/// Reads the header at the beginning of `bytes`, versions 1 to 3. `bytes` may end anywhere behind it. Throws
/// IoError naming `path`, the offset and what was expected; TypeError for elements that are no numbers.
Header parse_header(std::string_view bytes, const std::string& path);

/// Reads a file's header, and checks that the file is as long as it says.
Header read_header(const File& file);

/// The header, as NumPy writes it: padded so that the elements begin at a multiple of 64.
std::string make_header(const Extents& shape, const ElementType& element);

}  // namespace treadle::io::npy
