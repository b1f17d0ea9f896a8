#include "io/zarr/blosc_codec.h"

#include <blosc.h>

#include "treadle/error.h"

namespace treadle::io::zarr {

Bytes blosc_compress(const Bytes& bytes, const Codec& codec) {
  if (blosc_compname_to_compcode(codec.compressor.c_str()) < 0)
    throw InvalidArgument("expected one of Blosc's compressors (" + std::string(blosc_list_compressors()) +
                          "), found \"" + codec.compressor + '"');
  if (bytes.size() > BLOSC_MAX_BUFFERSIZE) {
    throw IoError("Blosc takes chunks up to " + std::to_string(BLOSC_MAX_BUFFERSIZE) + " bytes, found " +
                  std::to_string(bytes.size()) + "; rechunk, or choose another compressor");
  }
  Bytes packed(bytes.size() + BLOSC_MAX_OVERHEAD);
  const int size = blosc_compress_ctx(codec.level, codec.shuffle, codec.type_size, bytes.size(), bytes.data(),
                                      packed.data(), packed.size(), codec.compressor.c_str(), 0, 1);
  if (size <= 0) throw IoError("Blosc cannot compress a chunk: it answers " + std::to_string(size));
  packed.resize(static_cast<std::size_t>(size));
  return packed;
}

Bytes blosc_decompress(const Bytes& bytes, std::size_t most, const std::string& path) {
  std::size_t size = 0;
  if (blosc_cbuffer_validate(bytes.data(), bytes.size(), &size) != 0)
    throw IoError(path + ": damaged chunk: no Blosc buffer of " + std::to_string(bytes.size()) + " bytes");
  if (size > most) {
    throw IoError(path + ": damaged chunk: expected at most " + std::to_string(most) +
                  " bytes, Blosc's header says " + std::to_string(size));
  }
  Bytes plain(size);
  const int got = blosc_decompress_ctx(bytes.data(), plain.data(), plain.size(), 1);
  if (got < 0 || static_cast<std::size_t>(got) != size)
    throw IoError(path + ": damaged chunk: Blosc answers " + std::to_string(got));
  return plain;
}

}  // namespace treadle::io::zarr
