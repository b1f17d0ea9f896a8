#pragma once

#include <vector>

#include "treadle/array.h"

namespace treadle::array {

/// Arrays cut so that their chunks fall together, and the chunks of what they broadcast to.
struct Aligned {
  std::vector<Array> arrays;
  Chunks chunks;
};

/// Broadcasts shapes and cuts axes wherever any of the arrays is cut. Throws InvalidArgument showing the
/// shapes if they do not broadcast, or if unknown lengths stand beside other chunks.
Aligned align(const std::vector<Array>& arrays);

/// `chunks`, or if its largest chunk is more than twice the target and than twice `largest_input` elements,
/// chunks of the target's size: no step makes much larger chunks than it was given.
Chunks limit_chunks(const Chunks& chunks, std::size_t element_size, std::int64_t largest_input);

/// The axis counted from the front. Throws InvalidArgument showing both if there is none.
std::size_t checked_axis(std::int64_t axis, std::size_t ndim);
/// Throws InvalidArgument naming what is to be done if a length is unknown.
void require_known(const Array& array, const char* what);

}  // namespace treadle::array
