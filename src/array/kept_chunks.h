#pragma once

#include <vector>

#include "treadle/array.h"
#include "treadle/value.h"

namespace treadle::array {

/// An array whose chunks, NdArrays of `dtype`, are kept: `values` are they or their handles
/// (memory/kept_values.h).
Array of_kept_chunks(const Chunks& chunks, DType dtype, std::vector<Value> values);

}  // namespace treadle::array
