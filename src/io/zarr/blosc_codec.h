#pragma once

#include <cstddef>
#include <string>

#include "io/zarr/codec.h"

namespace treadle::io::zarr {

/// Throws InvalidArgument for a compressor that Blosc lacks, IoError for more than 2 GiB.
Bytes blosc_compress(const Bytes& bytes, const Codec& codec);
/// Answers with at most `most` bytes. Throws IoError naming `path` for what is damaged or longer.
Bytes blosc_decompress(const Bytes& bytes, std::size_t most, const std::string& path);

}  // namespace treadle::io::zarr
