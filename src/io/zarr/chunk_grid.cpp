#include "io/zarr/chunk_grid.h"

#include <algorithm>

namespace treadle::io::zarr {

void for_each_chunk(const ArrayLayout& layout, const Box& box,
                    const std::function<void(const ChunkPart&)>& visit) {
  if (std::ranges::find(box.count, 0) != box.count.end()) return;
  const std::size_t ndim = layout.shape.size();
  ChunkPart part{Extents(ndim), Extents(ndim), Extents(ndim), Extents(ndim)};
  const auto enter = [&](std::size_t axis) {
    const std::int64_t length = layout.chunk_shape[axis];
    const std::int64_t begin = std::max(box.start[axis], part.chunk[axis] * length);
    const std::int64_t chunk_end = length > layout.shape[axis] - part.chunk[axis] * length
                                       ? layout.shape[axis]
                                       : (part.chunk[axis] + 1) * length;
    part.in_chunk[axis] = begin - part.chunk[axis] * length;
    part.in_box[axis] = begin - box.start[axis];
    part.count[axis] = std::min(box.start[axis] + box.count[axis], chunk_end) - begin;
  };
  for (std::size_t axis = 0; axis < ndim; ++axis) {
    part.chunk[axis] = box.start[axis] / layout.chunk_shape[axis];
    enter(axis);
  }
  while (true) {
    visit(part);
    std::size_t axis = ndim;
    while (axis > 0) {
      --axis;
      const std::int64_t last = (box.start[axis] + box.count[axis] - 1) / layout.chunk_shape[axis];
      if (++part.chunk[axis] <= last) {
        enter(axis);
        break;
      }
      part.chunk[axis] = box.start[axis] / layout.chunk_shape[axis];
      enter(axis);
      if (axis == 0) return;
    }
    if (ndim == 0) return;
  }
}

}  // namespace treadle::io::zarr
