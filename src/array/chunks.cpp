#include "treadle/chunks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "treadle/error.h"

namespace treadle {
namespace {

std::string list(const std::vector<std::int64_t>& lengths) {
  std::string text = "(";
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (i != 0) text += ", ";
    text += lengths[i] < 0 ? "?" : std::to_string(lengths[i]);
  }
  return text + (lengths.size() == 1 ? ",)" : ")");
}

/// Chunks of `size`, the last with what is left. An axis of length 0 has one chunk.
std::vector<std::int64_t> even(std::int64_t length, std::int64_t size) {
  if (length == 0 || size >= length) return {length};
  std::vector<std::int64_t> chunks(static_cast<std::size_t>(length / size), size);
  if (length % size != 0) chunks.push_back(length % size);
  return chunks;
}

[[noreturn]] void refuse(const Shape& shape, std::size_t axis, const std::string& found) {
  throw InvalidArgument("expected chunks that add up to the shape " + to_string(shape) + ", found " + found +
                        " along axis " + std::to_string(axis));
}

std::vector<std::int64_t> as_said(const AxisChunking& said, const Shape& shape, std::size_t axis) {
  const std::int64_t length = shape[axis];
  if (const auto* size = std::get_if<std::int64_t>(&said)) {
    if (*size == -1) return {length};
    if (*size < 1 && length > 0) refuse(shape, axis, "a size of " + std::to_string(*size));
    if (length < 0) {
      throw InvalidArgument(
          "expected an axis of known length to cut, found chunks of unknown sizes along axis " +
          std::to_string(axis) + "; call compute_chunk_sizes() first");
    }
    return even(length, std::max<std::int64_t>(*size, 1));
  }
  const auto& sizes = std::get<std::vector<std::int64_t>>(said);
  const bool unknown = std::find(sizes.begin(), sizes.end(), kUnknownLength) != sizes.end();
  const auto sum = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  const bool negative = std::any_of(sizes.begin(), sizes.end(), [](auto size) { return size < -1; });
  if (negative || sizes.empty() || (unknown ? length >= 0 : sum != length)) refuse(shape, axis, list(sizes));
  return sizes;
}

/// Sizes for the axes that are to be cut as the bytes ask: all of one length (capped by the axis), so that
/// chunks are cubes; where the array is cut already, multiples of its chunks.
class AutoChunks {
 public:
  AutoChunks(const Shape& shape, std::size_t element_size, std::int64_t bytes, const Chunks* before)
      : shape_(shape),
        budget_(static_cast<double>(bytes) / static_cast<double>(element_size)),
        before_(before) {}

  void cut(std::vector<std::vector<std::int64_t>>& chunks, std::vector<std::size_t> open) {
    for (const auto& axis : chunks) {
      if (!axis.empty()) budget_ /= static_cast<double>(std::max<std::int64_t>(largest_of(axis), 1));
    }
    // Shortest axes first: what they leave unused goes to the longer ones.
    std::sort(open.begin(), open.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(shape_[a], a) < std::pair(shape_[b], b);
    });
    for (std::size_t i = 0; i < open.size(); ++i) {
      const std::size_t axis = open[i];
      const double side = std::pow(std::max(budget_, 1.0), 1.0 / static_cast<double>(open.size() - i));
      const auto size = fitting(axis, static_cast<std::int64_t>(side + 1e-9));
      budget_ /= static_cast<double>(std::max<std::int64_t>(std::min(size, shape_[axis]), 1));
      chunks[axis] = even(shape_[axis], size);
    }
  }

 private:
  static std::int64_t largest_of(const std::vector<std::int64_t>& sizes) {
    return *std::max_element(sizes.begin(), sizes.end());
  }

  std::int64_t fitting(std::size_t axis, std::int64_t size) const {
    size = std::max<std::int64_t>(size, 1);
    if (before_ == nullptr || !before_->known(axis)) return size;
    const std::int64_t unit = largest_of(before_->axis(axis));
    if (unit > 0 && unit <= size) return size / unit * unit;
    return size;
  }

  const Shape& shape_;
  double budget_;
  const Chunks* before_;
};

}  // namespace

Shape Chunks::shape() const {
  Shape shape;
  for (std::size_t i = 0; i < ndim(); ++i) {
    shape.push_back(known(i) ? std::accumulate(axes_[i].begin(), axes_[i].end(), std::int64_t{0})
                             : kUnknownLength);
  }
  return shape;
}

bool Chunks::known(std::size_t axis) const {
  const auto& sizes = axes_.at(axis);
  return std::find(sizes.begin(), sizes.end(), kUnknownLength) == sizes.end();
}

bool Chunks::known() const noexcept {
  for (std::size_t i = 0; i < ndim(); ++i) {
    if (!known(i)) return false;
  }
  return true;
}

Shape Chunks::num_blocks() const {
  Shape blocks;
  for (const auto& axis : axes_) blocks.push_back(static_cast<std::int64_t>(axis.size()));
  return blocks;
}

std::size_t Chunks::size() const noexcept {
  std::size_t size = 1;
  for (const auto& axis : axes_) size *= axis.size();
  return size;
}

std::vector<std::size_t> Chunks::place(std::size_t block) const {
  std::vector<std::size_t> place(ndim());
  for (std::size_t i = ndim(); i-- > 0;) {
    place[i] = block % axes_[i].size();
    block /= axes_[i].size();
  }
  return place;
}

std::size_t Chunks::number(std::span<const std::size_t> place) const {
  std::size_t block = 0;
  for (std::size_t i = 0; i < ndim(); ++i) block = block * axes_[i].size() + place[i];
  return block;
}

Shape Chunks::block_shape(std::span<const std::size_t> place) const {
  Shape shape;
  for (std::size_t i = 0; i < ndim(); ++i) shape.push_back(axes_[i][place[i]]);
  return shape;
}

Shape Chunks::block_offset(std::span<const std::size_t> place) const {
  Shape offset;
  for (std::size_t i = 0; i < ndim(); ++i) {
    const auto begin = axes_[i].begin();
    offset.push_back(std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(place[i]), std::int64_t{0}));
  }
  return offset;
}

std::int64_t Chunks::largest() const {
  std::int64_t elements = 1;
  for (const auto& axis : axes_) {
    if (axis.empty()) return 0;
    elements *= std::max<std::int64_t>(*std::max_element(axis.begin(), axis.end()), 0);
  }
  return elements;
}

std::string Chunks::to_string() const {
  std::string text = "(";
  for (std::size_t i = 0; i < ndim(); ++i) text += (i != 0 ? ", " : "") + list(axes_[i]);
  return text + (ndim() == 1 ? ",)" : ")");
}

Chunking::Chunking(const Chunks& chunks) : axes_(std::in_place) {
  for (const auto& axis : chunks.axes()) axes_->emplace_back(axis);
}

Chunking Chunking::some(std::map<std::int64_t, AxisChunking> axes) {
  Chunking chunking;
  chunking.some_ = std::move(axes);
  return chunking;
}

Chunking Chunking::of_bytes(std::int64_t bytes) {
  if (bytes < 1)
    throw InvalidArgument("expected chunks of at least one byte, found " + std::to_string(bytes));
  Chunking chunking;
  chunking.bytes_ = bytes;
  return chunking;
}

Chunks Chunking::chunks_of(const Shape& shape, std::size_t element_size, const Chunks* before) const {
  std::vector<AxisChunking> said(shape.size(), all_);
  if (axes_) {
    if (axes_->size() != shape.size()) {
      throw InvalidArgument("expected chunks for each axis of the shape " + to_string(shape) +
                            ", found them for " + std::to_string(axes_->size()));
    }
    said = *axes_;
  } else if (some_) {
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (before != nullptr)
        said[i] = before->axis(i);
      else
        said[i] = std::int64_t{-1};
    }
    const auto ndim = static_cast<std::int64_t>(shape.size());
    for (const auto& [axis, chunking] : *some_) {
      if (axis < -ndim || axis >= ndim) {
        throw InvalidArgument("expected chunks for axes of the shape " + to_string(shape) + ", found axis " +
                              std::to_string(axis));
      }
      said[static_cast<std::size_t>(axis < 0 ? axis + ndim : axis)] = chunking;
    }
  }
  std::vector<std::vector<std::int64_t>> chunks(shape.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(said[i]))
      chunks[i] = as_said(said[i], shape, i);
    else if (shape[i] < 0)
      chunks[i] = before != nullptr ? before->axis(i) : as_said(std::int64_t{1}, shape, i);
    else
      open.push_back(i);
  }
  AutoChunks(shape, element_size, bytes_.value_or(kTargetChunkBytes), before).cut(chunks, open);
  return Chunks(std::move(chunks));
}

}  // namespace treadle
