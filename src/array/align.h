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

/// The axis counted from the front. Throws InvalidArgument showing both if there is none.
std::size_t checked_axis(std::int64_t axis, std::size_t ndim);
/// Throws InvalidArgument naming what is to be done if a length is unknown.
void require_known(const Array& array, const char* what);

}  // namespace treadle::array
