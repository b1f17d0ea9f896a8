#pragma once

#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "treadle/array.h"

// Functions of the caller's on whole chunks.
namespace treadle::array {

/// Where a chunk of the answer stands.
struct BlockPlace {
  /// Its place in the grid of chunks.
  std::vector<std::size_t> place;
  /// Where it begins along each axis; empty if lengths are unknown.
  Shape offset;
  /// Its planned shape.
  Shape shape;
};

/// Makes a chunk of the chunks that stand at one place. Called by many threads at once; may throw anything.
using BlockFunction = std::function<NdArray(std::span<const NdArray> chunks, const BlockPlace& place)>;

/// A chunk of the answer for each place of arrays that broadcast. `chunks`: the answer's, if they differ from
/// the arrays' (as many chunks along each axis). Throws TaskFailed for what the function throws, and for
/// chunks of another type or shape than said.
Array map_blocks(BlockFunction function, const std::vector<Array>& arrays, DType dtype,
                 const std::optional<Chunks>& chunks = {});

/// What stands beyond an array's edges.
enum class Boundary : std::uint8_t { kNone, kReflect, kPeriodic, kNearest };
/// One of these, or a constant.
using Edge = std::variant<Boundary, double>;

/// Calls `function` for chunks that are `depth` elements larger at both sides of each axis, with elements of
/// their neighbours or what `edge` says; its answers are cut to the chunks' own size if `trim`. One depth for
/// each axis. Chunks shorter than the depth are joined first.
Array map_overlap(BlockFunction function, const Array& x, DType dtype, const std::vector<std::int64_t>& depth,
                  const Edge& edge = Boundary::kReflect, bool trim = true);
/// The larger chunks alone.
Array overlap(const Array& x, const std::vector<std::int64_t>& depth, const Edge& edge);
/// Without `depth` elements at both sides of each chunk.
Array trim_overlap(const Array& x, const std::vector<std::int64_t>& depth);

}  // namespace treadle::array
