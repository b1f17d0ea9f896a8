#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "io/zarr/codec.h"
#include "io/zarr/json_entries.h"
#include "io/zarr/metadata.h"

namespace treadle::io::zarr {

/// "compressor" of format 2, which has one at most, and no filters.
std::vector<Codec> compressor_of(const Entries& entries, std::size_t type_size);
nlohmann::json json_of_compressor(const std::vector<Codec>& codecs);

/// "codecs" of format 3: those that turn bytes into bytes, the order of the axes and that of the bytes. The
/// shape and the elements are known.
void read_codecs(const Entries& entries, Metadata& metadata);
nlohmann::json json_of_codec(const Codec& codec);

}  // namespace treadle::io::zarr
