#include "io/arrays/raw_elements.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace treadle::io {
namespace {

// Runs shorter than this are read together with what lies between them, as long as a window holds them.
constexpr std::size_t kShortRun = 16 << 10;
constexpr std::size_t kWindow = 1 << 20;

/// Bytes from one element to the next along each axis of an array in C order.
Extents strides_of(const Extents& shape, std::size_t size) {
  Extents strides(shape.size());
  auto stride = static_cast<std::int64_t>(size);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/// How many of the last axes of the box lie in one piece.
std::size_t contiguous_axes(const Extents& shape, const Extents& count) {
  std::size_t axes = 0;
  while (axes < shape.size()) {
    ++axes;
    if (count[shape.size() - axes] != shape[shape.size() - axes]) break;
  }
  return axes;
}

/// Calls visit(offset) for the first element of each run: the product of `count`'s first `outer` axes.
template <class Visit>
void for_each_run(const Extents& count, const Extents& strides, std::size_t outer, std::int64_t offset,
                  Visit&& visit) {
  Extents index(outer, 0);
  while (true) {
    visit(offset);
    std::size_t axis = outer;
    while (axis-- > 0) {
      offset += strides[axis];
      if (++index[axis] < count[axis]) break;
      offset -= strides[axis] * count[axis];
      index[axis] = 0;
    }
    if (axis == static_cast<std::size_t>(-1)) return;
  }
}

std::int64_t dot(const Extents& index, const Extents& strides) {
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < index.size(); ++axis) sum += index[axis] * strides[axis];
  return sum;
}

/// Answers reads of short runs at growing offsets from a window of the file.
class WindowReader {
 public:
  WindowReader(const File& file, std::uint64_t end) : file_(file), end_(end) {}
  void read(std::uint64_t offset, char* to, std::size_t size) {
    if (offset < begin_ || offset + size > begin_ + held_) fill(offset);
    std::memcpy(to, window_.get() + (offset - begin_), size);
  }

 private:
  void fill(std::uint64_t offset) {
    if (window_ == nullptr) window_ = std::make_unique_for_overwrite<char[]>(kWindow);
    begin_ = offset;
    held_ = std::min<std::uint64_t>(kWindow, end_ - offset);
    file_.read_at(begin_, window_.get(), held_);
  }

  const File& file_;
  const std::uint64_t end_;
  std::unique_ptr<char[]> window_;
  std::uint64_t begin_ = 0;
  std::size_t held_ = 0;
};

void read_c_order(const File& file, std::uint64_t offset, const Extents& shape, std::size_t size,
                  const Box& box, char* to) {
  const Extents strides = strides_of(shape, size);
  const std::size_t inner = contiguous_axes(shape, box.count);
  const std::size_t outer = shape.size() - inner;
  std::size_t run = size;
  for (std::size_t axis = outer; axis < shape.size(); ++axis)
    run *= static_cast<std::size_t>(box.count[axis]);
  const std::int64_t first = dot(box.start, strides);
  // A window pays if the runs in it are close together.
  const bool close_by = outer > 0 && run < kShortRun &&
                        strides[outer - 1] <= static_cast<std::int64_t>(std::min(kWindow / 4, 64 * run));
  Extents last = box.start;
  for (std::size_t axis = 0; axis < last.size(); ++axis) last[axis] += box.count[axis] - 1;
  WindowReader window(file, offset + static_cast<std::uint64_t>(dot(last, strides)) + size);
  for_each_run(box.count, strides, outer, first, [&](std::int64_t at) {
    const std::uint64_t from = offset + static_cast<std::uint64_t>(at);
    if (close_by) {
      window.read(from, to, run);
    } else {
      file.read_at(from, to, run);
    }
    to += run;
  });
}

Extents reversed(Extents extents) {
  std::ranges::reverse(extents);
  return extents;
}

template <class Unit>
void transpose_units(const char* from, const Extents& shape, char* to) {
  // Strides of the source, whose first axis varies fastest, by the destination's axes.
  Extents strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  const std::size_t outer = shape.size() - 1;
  for_each_run(shape, strides, outer, 0, [&](std::int64_t at) {
    for (std::int64_t i = 0; i < shape[outer]; ++i, to += sizeof(Unit))
      std::memcpy(to, from + (at + i * strides[outer]) * static_cast<std::int64_t>(sizeof(Unit)),
                  sizeof(Unit));
  });
}

}  // namespace

void for_each_piece(const RawElements& elements, const Box& box,
                    const std::function<void(std::uint64_t, std::size_t, std::size_t)>& write) {
  if (std::ranges::find(box.count, 0) != box.count.end()) return;
  const Extents strides = strides_of(elements.shape, elements.element.size);
  const std::size_t outer = elements.shape.size() - contiguous_axes(elements.shape, box.count);
  std::size_t run = elements.element.size;
  for (std::size_t axis = outer; axis < box.count.size(); ++axis)
    run *= static_cast<std::size_t>(box.count[axis]);
  std::size_t at = 0;
  for_each_run(box.count, strides, outer, dot(box.start, strides), [&](std::int64_t offset) {
    write(elements.offset + static_cast<std::uint64_t>(offset), at, run);
    at += run;
  });
}

void copy_box(const void* from, const Extents& from_shape, const Extents& from_start, void* to,
              const Extents& to_shape, const Extents& to_start, const Extents& count, std::size_t size) {
  if (std::ranges::find(count, 0) != count.end()) return;
  const Extents from_strides = strides_of(from_shape, size);
  const Extents to_strides = strides_of(to_shape, size);
  const std::size_t inner = std::min(contiguous_axes(from_shape, count), contiguous_axes(to_shape, count));
  const std::size_t outer = count.size() - inner;
  std::size_t run = size;
  for (std::size_t axis = outer; axis < count.size(); ++axis) run *= static_cast<std::size_t>(count[axis]);
  std::vector<std::int64_t> targets;
  for_each_run(count, to_strides, outer, dot(to_start, to_strides),
               [&](std::int64_t at) { targets.push_back(at); });
  std::size_t next = 0;
  for_each_run(count, from_strides, outer, dot(from_start, from_strides), [&](std::int64_t at) {
    std::memcpy(static_cast<char*>(to) + targets[next++], static_cast<const char*>(from) + at, run);
  });
}

void fortran_to_c(const void* from, const Extents& shape, void* to, std::size_t size) {
  if (std::ranges::find(shape, 0) != shape.end()) return;
  const auto* source = static_cast<const char*>(from);
  auto* target = static_cast<char*>(to);
  if (shape.empty()) {
    std::memcpy(target, source, size);
    return;
  }
  struct Sixteen {
    std::uint64_t halves[2];
  };
  switch (size) {
    case 1:
      return transpose_units<std::uint8_t>(source, shape, target);
    case 2:
      return transpose_units<std::uint16_t>(source, shape, target);
    case 4:
      return transpose_units<std::uint32_t>(source, shape, target);
    case 8:
      return transpose_units<std::uint64_t>(source, shape, target);
    default:
      return transpose_units<Sixteen>(source, shape, target);
  }
}

void read_raw(const File& file, const RawElements& elements, const Box& box, void* to) {
  if (std::ranges::find(box.count, 0) != box.count.end()) return;
  const std::size_t size = elements.element.size;
  const std::size_t number = box.num_elements();
  if (elements.fortran_order && elements.shape.size() > 1) {
    // The file holds the transposed array in C order.
    const auto transposed = std::make_unique_for_overwrite<char[]>(number * size);
    read_c_order(file, elements.offset, reversed(elements.shape), size,
                 {reversed(box.start), reversed(box.count)}, transposed.get());
    fortran_to_c(transposed.get(), box.count, to, size);
  } else {
    read_c_order(file, elements.offset, elements.shape, size, box, static_cast<char*>(to));
  }
  if (elements.element.big_endian) swap_bytes(to, number, elements.element);
}

}  // namespace treadle::io
