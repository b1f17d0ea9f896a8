#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays/stored_array.h"
#include "io/zarr/codec.h"

namespace treadle::io::zarr {

/// What `.zarray` (format 2) or `zarr.json` (format 3) says of an array.
struct Metadata {
  int format = 3;
  /// The elements as they are stored.
  ArrayLayout layout;
  bool fortran_order = false;
  /// Between the numbers in a chunk's name.
  char separator = '/';
  /// Whether names begin with "c", as format 3 has them.
  bool prefixed = true;
  /// One element, in this machine's order: what lies where there is no chunk.
  std::vector<std::byte> fill;
  /// In the order of encoding.
  std::vector<Codec> codecs;

  /// The name of a chunk below the array's directory: "c/0/1", "0.1".
  std::string chunk_name(const Extents& chunk) const;
};

/// Reads a metadata document. Throws IoError naming `path` and the entry for what is no such document;
/// TypeError for elements, codecs and layouts that are not read here.
Metadata parse_v2(std::string_view text, const std::string& path);
Metadata parse_v3(std::string_view text, const std::string& path);

/// The document, as zarr-python writes it.
std::string to_json(const Metadata& metadata);

}  // namespace treadle::io::zarr
