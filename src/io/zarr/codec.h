#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace treadle::io::zarr {

/// How the bytes of a chunk become the bytes of its file.
struct Codec {
  enum class Kind : std::uint8_t { kZstd, kGzip, kZlib, kBlosc, kCrc32c };

  Kind kind = Kind::kZstd;
  int level = 0;
  /// Blosc's: the compressor inside, 0 none, 1 bytes, 2 bits shuffled, the size of an element.
  std::string compressor = "lz4";
  int shuffle = 1;
  std::size_t type_size = 1;
};

using Bytes = std::vector<unsigned char>;

/// Encodes by all codecs in order. Throws IoError if a library refuses.
Bytes encode(std::vector<unsigned char> bytes, const std::vector<Codec>& codecs);

/// Undoes encode(): answers with exactly `size` bytes. Throws IoError naming `path` for damaged input and for
/// more or fewer bytes.
Bytes decode(Bytes bytes, const std::vector<Codec>& codecs, std::size_t size, const std::string& path);

}  // namespace treadle::io::zarr
