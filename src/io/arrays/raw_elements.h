#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "io/arrays/stored_array.h"
#include "io/files/file.h"

namespace treadle::io {

/// Elements that lie in a file one after the other, in C or Fortran order.
struct RawElements {
  std::uint64_t offset = 0;
  Extents shape;
  ElementType element;
  bool fortran_order = false;
};

/// Reads a box of them, by few large reads. Throws IoError as File::read_at() does.
void read_raw(const File& file, const RawElements& elements, const Box& box, void* to);

/// Calls write(offset in the file, offset in the box, bytes) for each run of the box; for elements in C
/// order.
void for_each_piece(const RawElements& elements, const Box& box,
                    const std::function<void(std::uint64_t, std::size_t, std::size_t)>& write);

/// Copies the box `from_start` + `count` of an array of `from_shape` to the place `to_start` of an array of
/// `to_shape`; both lie in C order, elements are `size` bytes.
void copy_box(const void* from, const Extents& from_shape, const Extents& from_start, void* to,
              const Extents& to_shape, const Extents& to_start, const Extents& count, std::size_t size);

/// Copies an array of `shape` whose axes lie in memory in Fortran order into C order.
void fortran_to_c(const void* from, const Extents& shape, void* to, std::size_t size);

}  // namespace treadle::io
