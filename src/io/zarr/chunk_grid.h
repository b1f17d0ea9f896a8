#pragma once

#include <functional>

#include "io/arrays/stored_array.h"

namespace treadle::io::zarr {

/// What a box has of one chunk.
struct ChunkPart {
  Extents chunk;     ///< the chunk's number along each axis
  Extents in_chunk;  ///< where the part begins in the chunk
  Extents in_box;    ///< where it begins in the box
  Extents count;
};

/// Calls visit for each chunk that the box touches, in C order.
void for_each_chunk(const ArrayLayout& layout, const Box& box,
                    const std::function<void(const ChunkPart&)>& visit);

}  // namespace treadle::io::zarr
