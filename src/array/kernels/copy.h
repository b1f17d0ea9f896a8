#pragma once

#include <cstdint>
#include <span>

#include "treadle/nd_array.h"

namespace treadle::array {

/// Copies all elements to `to` in C order.
void copy_elements(const NdArray& from, std::uint8_t* to);

/// Copies all elements to places `to` + sum of index * stride (bytes).
void copy_elements(const NdArray& from, std::uint8_t* to, std::span<const std::int64_t> to_strides);

}  // namespace treadle::array
