#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/nodes/elementwise.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_blocks.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Callers' functions on chunks, alone or with a border.
namespace treadle::array {
namespace {

void check_answer(const NdArray& answer, DType dtype, const Shape& shape) {
  bool same = answer.dtype() == dtype && answer.ndim() == shape.size();
  for (std::size_t i = 0; same && i < shape.size(); ++i) same = shape[i] < 0 || shape[i] == answer.shape()[i];
  if (!same) {
    throw InvalidArgument("expected a function that answers with " + dtype.name() + " of the shape " +
                          to_string(shape) + ", found " + answer.dtype().name() + " of " +
                          to_string(answer.shape()));
  }
}

/// The first `depth` elements of an axis (or the last ones) as they stand beyond the edge.
Array border(const Array& x, std::size_t axis, std::int64_t depth, const Edge& edge, bool in_front) {
  std::vector<Index> indices(x.ndim(), Slice{});
  const std::int64_t length = x.shape()[axis];
  if (const auto* value = std::get_if<double>(&edge)) {
    Shape shape = x.shape();
    shape[axis] = depth;
    return full(shape, NdArray::scalar(*value), x.dtype(), -1);
  }
  switch (std::get<Boundary>(edge)) {
    case Boundary::kPeriodic:
      indices[axis] = in_front ? Slice{length - depth, length} : Slice{0, depth};
      return index(x, indices);
    case Boundary::kReflect:
      indices[axis] = in_front ? Slice{0, depth} : Slice{length - depth, length};
      return flip(index(x, indices), {{static_cast<std::int64_t>(axis)}});
    default: {
      indices[axis] = in_front ? Slice{0, 1} : Slice{length - 1, length};
      Shape shape = x.shape();
      shape[axis] = depth;
      return broadcast_to(index(x, indices), shape);
    }
  }
}

void check_depth(const Array& x, const std::vector<std::int64_t>& depth) {
  require_known(x, "overlapping chunks");
  if (depth.size() != x.ndim()) {
    throw InvalidArgument("expected a depth for each of " + std::to_string(x.ndim()) + " axes, found " +
                          std::to_string(depth.size()));
  }
  const Shape shape = x.shape();
  for (std::size_t i = 0; i < depth.size(); ++i) {
    if (depth[i] < 0 || depth[i] > shape[i]) {
      throw InvalidArgument("expected depths between 0 and the lengths of the shape " + to_string(shape) +
                            ", found " + std::to_string(depth[i]) + " along axis " + std::to_string(i));
    }
  }
}

/// Chunks no shorter than the depth: short ones are joined with their neighbours.
Array joined(const Array& x, const std::vector<std::int64_t>& depth) {
  std::vector<AxisChunking> wanted;
  for (std::size_t i = 0; i < x.ndim(); ++i) {
    std::vector<std::int64_t> lengths;
    for (const std::int64_t length : x.chunks().axis(i)) {
      if (!lengths.empty() && (lengths.back() < depth[i] || length < depth[i]))
        lengths.back() += length;
      else
        lengths.push_back(length);
    }
    wanted.emplace_back(std::move(lengths));
  }
  return x.rechunk(Chunking(std::move(wanted)));
}

/// One axis's chunks with `depth` more at each inner side.
Array overlap_axis(const Array& x, std::size_t axis, std::int64_t depth) {
  const std::vector<std::int64_t>& lengths = x.chunks().axis(axis);
  if (depth == 0 || lengths.size() == 1) return x;
  std::vector<Array> parts;
  std::vector<std::int64_t> after;
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::int64_t end = begin + lengths[i];
    std::vector<Index> indices(x.ndim(), Slice{});
    const Slice slice{begin - (i == 0 ? 0 : depth), end + (i + 1 == lengths.size() ? 0 : depth)};
    indices[axis] = slice;
    parts.push_back(index(x, indices));
    after.push_back(*slice.stop - *slice.start);
    begin = end;
  }
  return concatenate(parts, static_cast<std::int64_t>(axis))
      .rechunk(Chunking::some({{static_cast<std::int64_t>(axis), after}}));
}

}  // namespace

Array map_blocks(BlockFunction function, const std::vector<Array>& arrays, DType dtype,
                 const std::optional<Chunks>& chunks) {
  if (arrays.empty() && !chunks)
    throw InvalidArgument("expected arrays or chunks to map a function over, found neither");
  const Aligned aligned = align(arrays);
  const Chunks after = chunks.value_or(aligned.chunks);
  if (!arrays.empty() && after.num_blocks() != aligned.chunks.num_blocks()) {
    throw InvalidArgument("expected as many chunks as " + aligned.chunks.to_string() + " has, found " +
                          after.to_string());
  }
  std::vector<lazy::NodePtr> nodes;
  for (const Array& array : aligned.arrays) nodes.push_back(array.node());
  return Array(std::make_shared<const Step>(
      "MapBlocks", "", unique_key(), dtype, after, std::move(nodes),
      [after, dtype, whole = arrays.empty() ? after : aligned.chunks, function = std::move(function)](
          lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t bytes = static_cast<std::size_t>(after.largest()) * dtype.size();
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          const std::vector<std::size_t> place = after.place(block);
          BlockPlace where{place, after.known() ? after.block_offset(place) : Shape(),
                           after.block_shape(place)};
          const auto operation = unique_chunk_operation(
              "map_blocks", {bytes, 0},
              [function, dtype, where = std::move(where)](std::span<const NdArray> own, TaskContext&) {
                NdArray answer = function(own, where);
                check_answer(answer, dtype, where.shape);
                return answer;
              });
          blocks.push_back({lowering.graph().add(operation, aligned_blocks(lowering, inputs, whole, place))});
        }
        return blocks;
      }));
}

Array overlap(const Array& x, const std::vector<std::int64_t>& depth, const Edge& edge) {
  check_depth(x, depth);
  Array result = joined(x, depth);
  const auto* boundary = std::get_if<Boundary>(&edge);
  for (std::size_t axis = 0; axis < x.ndim(); ++axis) {
    if (depth[axis] == 0) continue;
    const Array inner = result;
    std::vector<std::int64_t> lengths = inner.chunks().axis(axis);
    result = overlap_axis(inner, axis, depth[axis]);
    if (boundary != nullptr && *boundary == Boundary::kNone) continue;
    lengths = result.chunks().axis(axis);
    lengths.front() += depth[axis];
    lengths.back() += depth[axis];
    result = concatenate({border(inner, axis, depth[axis], edge, true), result,
                          border(inner, axis, depth[axis], edge, false)},
                         static_cast<std::int64_t>(axis))
                 .rechunk(Chunking::some({{static_cast<std::int64_t>(axis), lengths}}));
  }
  return result;
}

Array trim_overlap(const Array& x, const std::vector<std::int64_t>& depth) {
  std::vector<std::vector<std::int64_t>> axes = x.chunks().axes();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    for (std::int64_t& length : axes[i]) length -= 2 * depth[i];
  }
  return map_blocks(
      [depth](std::span<const NdArray> chunks, const BlockPlace&) {
        std::vector<AxisSlice> slices;
        for (std::size_t i = 0; i < depth.size(); ++i)
          slices.push_back({depth[i], 1, chunks[0].shape()[i] - 2 * depth[i]});
        return chunks[0].sliced(slices).compacted();
      },
      {x}, x.dtype(), Chunks(std::move(axes)));
}

Array map_overlap(BlockFunction function, const Array& x, DType dtype, const std::vector<std::int64_t>& depth,
                  const Edge& edge, bool trim) {
  const Array larger = overlap(x, depth, edge);
  const auto* boundary = std::get_if<Boundary>(&edge);
  const bool open = boundary != nullptr && *boundary == Boundary::kNone;
  const Array mapped = map_blocks(std::move(function), {larger}, dtype);
  if (!trim) return mapped;
  if (!open) return trim_overlap(mapped, depth);
  // Without a border outermost chunks have neighbours at one side only.
  const Array own = joined(x, depth);
  const Chunks after = own.chunks();
  return map_blocks(
      [depth, after](std::span<const NdArray> chunks, const BlockPlace& place) {
        std::vector<AxisSlice> slices;
        for (std::size_t i = 0; i < depth.size(); ++i) {
          slices.push_back({place.place[i] == 0 ? 0 : depth[i], 1, after.axis(i)[place.place[i]]});
        }
        return chunks[0].sliced(slices).compacted();
      },
      {mapped}, dtype, after);
}

}  // namespace treadle::array
