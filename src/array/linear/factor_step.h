#pragma once

#include "array/operations/chunk_operation.h"
#include "treadle/array.h"

namespace treadle::array {

/// A step of one task a chunk of `x` that makes several arrays, of which the one in `slot` comes out.
/// `kind` is its identity.
Array factor_step(const char* kind, const Array& x, std::uint32_t slot, std::uint32_t num_slots, DType dtype,
                  Chunks chunks, ChunksFunction function);

}  // namespace treadle::array
