#include "array/kernels/copy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace treadle::array {
namespace {

struct Axis {
  std::int64_t length;
  std::int64_t from;
  std::int64_t to;
};

struct Element16 {
  std::uint64_t low;
  std::uint64_t high;
};

/// Axes of length 1 dropped, neighbours that form one axis on both sides joined; outermost first.
std::vector<Axis> joined_axes(const NdArray& from, std::span<const std::int64_t> to_strides) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < from.ndim(); ++i) {
    const Axis axis{from.shape()[i], from.strides()[i], to_strides[i]};
    if (axis.length == 1) continue;
    const bool joins = !axes.empty() && axes.back().from == axis.from * axis.length &&
                       axes.back().to == axis.to * axis.length;
    if (joins)
      axes.back() = {axes.back().length * axis.length, axis.from, axis.to};
    else
      axes.push_back(axis);
  }
  return axes;
}

template <class T>
void copy_line(const Axis& axis, const std::uint8_t* from, std::uint8_t* to) {
  constexpr std::int64_t kSize = sizeof(T);
  if (axis.from == kSize && axis.to == kSize) {
    std::memcpy(to, from, static_cast<std::size_t>(axis.length) * sizeof(T));
    return;
  }
  for (std::int64_t i = 0; i < axis.length; ++i) {
    *reinterpret_cast<T*>(to + i * axis.to) = *reinterpret_cast<const T*>(from + i * axis.from);
  }
}

/// Two axes in squares, so that both sides stay in the cache whichever of them runs along its memory.
template <class T>
void copy_plane(const Axis& rows, const Axis& columns, const std::uint8_t* from, std::uint8_t* to) {
  constexpr std::int64_t kSide = 64;
  const bool across = std::abs(rows.from) < std::abs(columns.from);
  const std::int64_t side = across ? kSide : columns.length;
  for (std::int64_t row = 0; row < rows.length; row += kSide) {
    const std::int64_t row_end = std::min(rows.length, row + kSide);
    for (std::int64_t column = 0; column < columns.length; column += side) {
      const std::int64_t width = std::min(columns.length - column, side);
      for (std::int64_t r = row; r < row_end; ++r) {
        copy_line<T>({width, columns.from, columns.to}, from + r * rows.from + column * columns.from,
                     to + r * rows.to + column * columns.to);
      }
    }
  }
}

template <class T>
void copy_axes(std::span<const Axis> axes, const std::uint8_t* from, std::uint8_t* to) {
  if (axes.empty()) {
    *reinterpret_cast<T*>(to) = *reinterpret_cast<const T*>(from);
  } else if (axes.size() == 1) {
    copy_line<T>(axes[0], from, to);
  } else if (axes.size() == 2) {
    copy_plane<T>(axes[0], axes[1], from, to);
  } else {
    for (std::int64_t i = 0; i < axes[0].length; ++i) {
      copy_axes<T>(axes.subspan(1), from + i * axes[0].from, to + i * axes[0].to);
    }
  }
}

}  // namespace

void copy_elements(const NdArray& from, std::uint8_t* to, std::span<const std::int64_t> to_strides) {
  if (from.size() == 0) return;
  const std::vector<Axis> axes = joined_axes(from, to_strides);
  switch (from.dtype().size()) {
    case 1:
      return copy_axes<std::uint8_t>(axes, from.data(), to);
    case 2:
      return copy_axes<std::uint16_t>(axes, from.data(), to);
    case 4:
      return copy_axes<std::uint32_t>(axes, from.data(), to);
    case 8:
      return copy_axes<std::uint64_t>(axes, from.data(), to);
    default:
      return copy_axes<Element16>(axes, from.data(), to);
  }
}

void copy_elements(const NdArray& from, std::uint8_t* to) {
  copy_elements(from, to, packed_strides(from.shape(), from.dtype().size()));
}

}  // namespace treadle::array
