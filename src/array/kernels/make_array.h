#pragma once

#include <utility>

#include "memory/buffer.h"
#include "treadle/nd_array.h"

namespace treadle::array {

/// Bytes in C order as an array that owns them.
inline NdArray make_array(DType dtype, Shape shape, BufferBuilder&& bytes) {
  const BufferPtr buffer = bytes.finish();
  std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  return {dtype, std::move(shape), std::move(strides), buffer->data(), buffer->owner(), buffer->size()};
}

/// Room for the elements of such an array.
inline BufferBuilder room_for(DType dtype, const Shape& shape) {
  return BufferBuilder(static_cast<std::size_t>(num_elements(shape)) * dtype.size());
}

/// An axis of a packed array: the elements before it, along it and behind it.
struct AxisView {
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;

  AxisView(const Shape& shape, std::size_t axis) : length(shape[axis]) {
    for (std::size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  }
};

}  // namespace treadle::array
