#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "treadle/nd_array.h"

namespace treadle {

/// A length that only computing will tell: of what a boolean mask leaves.
inline constexpr std::int64_t kUnknownLength = -1;

/// How an array is cut: for each axis, the lengths of its chunks in order. Lengths may be kUnknownLength.
/// A value type.
class Chunks {
 public:
  Chunks() = default;
  explicit Chunks(std::vector<std::vector<std::int64_t>> axes) : axes_(std::move(axes)) {}

  std::size_t ndim() const noexcept { return axes_.size(); }
  /// The lengths of the chunks along an axis.
  const std::vector<std::int64_t>& axis(std::size_t axis) const { return axes_.at(axis); }
  const std::vector<std::vector<std::int64_t>>& axes() const noexcept { return axes_; }
  /// The lengths of the axes; kUnknownLength where a chunk's is unknown.
  Shape shape() const;
  bool known() const noexcept;
  bool known(std::size_t axis) const;
  /// Chunks along each axis.
  Shape num_blocks() const;
  /// Chunks in all.
  std::size_t size() const noexcept;
  /// The place of chunk number `block` (C order) in the grid.
  std::vector<std::size_t> place(std::size_t block) const;
  /// The number of the chunk at a place; the inverse of place().
  std::size_t number(std::span<const std::size_t> place) const;
  /// The shape of the chunk at a place.
  Shape block_shape(std::span<const std::size_t> place) const;
  /// Where that chunk begins along each axis. Only for known chunks.
  Shape block_offset(std::span<const std::size_t> place) const;
  /// Elements of the largest chunk; 0 if unknown.
  std::int64_t largest() const;

  /// "((2, 2), (3,))", as Dask prints it.
  std::string to_string() const;
  bool operator==(const Chunks&) const = default;

 private:
  std::vector<std::vector<std::int64_t>> axes_;
};

/// What a caller may say about one axis: a size for all chunks (the last may be smaller; -1: one chunk), the
/// sizes themselves, or nothing: cut as the whole chunk's bytes ask for ("auto").
using AxisChunking = std::variant<std::monostate, std::int64_t, std::vector<std::int64_t>>;

/// What a caller may say about all axes. Default: "auto".
class Chunking {
 public:
  Chunking() = default;
  /// One size for all axes; -1: one chunk.
  // NOLINTNEXTLINE(google-explicit-constructor): chunks=1000
  Chunking(std::int64_t size) : all_(size) {}
  // NOLINTNEXTLINE(google-explicit-constructor): see above
  Chunking(int size) : all_(std::int64_t{size}) {}
  /// One for each axis.
  // NOLINTNEXTLINE(google-explicit-constructor): chunks=(1000, -1, "auto")
  Chunking(std::vector<AxisChunking> axes) : axes_(std::move(axes)) {}
  /// Just these.
  // NOLINTNEXTLINE(google-explicit-constructor): other.chunks()
  Chunking(const Chunks& chunks);
  /// Some axes (negative ones count from the end); the others as they are, or in one chunk of a new array.
  static Chunking some(std::map<std::int64_t, AxisChunking> axes);
  /// As auto, with chunks of at most `bytes`.
  static Chunking of_bytes(std::int64_t bytes);

  /// The chunks of an array of `shape`. `before`: how it is cut now, if it is: what auto and some() start
  /// from. Throws InvalidArgument if they do not fit the shape (both are shown).
  Chunks chunks_of(const Shape& shape, std::size_t element_size, const Chunks* before = nullptr) const;

 private:
  AxisChunking all_;
  std::optional<std::vector<AxisChunking>> axes_;
  std::optional<std::map<std::int64_t, AxisChunking>> some_;
  std::optional<std::int64_t> bytes_;
};

/// The size that auto chunks stay below: 128 MiB.
inline constexpr std::int64_t kTargetChunkBytes = std::int64_t{1} << 27;

}  // namespace treadle
