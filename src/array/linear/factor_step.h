#pragma once

#include <functional>
#include <memory>

#include "array/operations/chunk_call.h"
#include "treadle/array.h"

namespace treadle::array {

/// Makes the operation of a factorisation (ChunkCall).
using FactorWork = std::function<std::shared_ptr<const Operation>(CallShape shape)>;

/// A step of one task a chunk of `x` that makes several arrays, of which the one in `slot` comes out.
/// `kind` is its identity.
Array factor_step(const char* kind, const Array& x, std::uint32_t slot, std::uint32_t num_slots, DType dtype,
                  Chunks chunks, FactorWork work);

}  // namespace treadle::array
