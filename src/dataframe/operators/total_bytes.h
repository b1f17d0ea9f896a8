#pragma once

#include <cstddef>
#include <span>

#include "treadle/operation.h"

namespace treadle::dataframe {

/// What the inputs of a task hold together, as far as it is known.
inline std::size_t total_bytes(std::span<const SizeEstimate> inputs) {
  std::size_t bytes = 0;
  for (const SizeEstimate& input : inputs) bytes += input.bytes;
  return bytes;
}

}  // namespace treadle::dataframe
