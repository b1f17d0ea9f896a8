#include <algorithm>
#include <string>
#include <utility>

#include "array/align.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Arrays put together, and repeated: no task copies anything.
namespace treadle::array {
namespace {

/// Cut alike along all axes but one. Throws InvalidArgument showing the shapes.
std::vector<Array> align_but(const std::vector<Array>& arrays, std::size_t axis) {
  std::vector<Array> flat;
  for (const Array& array : arrays) {
    bool fits = array.ndim() == arrays[0].ndim();
    for (std::size_t i = 0; fits && i < array.ndim(); ++i) {
      const std::int64_t a = array.shape()[i];
      const std::int64_t b = arrays[0].shape()[i];
      fits = i == axis || a == b || a < 0 || b < 0;
    }
    if (!fits) {
      throw InvalidArgument("expected arrays of equal shapes but along axis " + std::to_string(axis) +
                            ", found " + to_string(arrays[0].shape()) + " and " + to_string(array.shape()));
    }
    // Without the axis along which they may differ.
    std::vector<std::vector<std::int64_t>> chunks = array.chunks().axes();
    chunks[axis] = {1};
    flat.push_back(
        Array(std::make_shared<const Step>("Shape", "", Key{}, array.dtype(), Chunks(std::move(chunks)),
                                           std::vector<lazy::NodePtr>{}, LowerFunction())));
  }
  const Chunks common = align(flat).chunks;
  std::vector<Array> aligned;
  for (const Array& array : arrays) {
    std::vector<AxisChunking> wanted;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
      const bool own = i == axis || !array.chunks().known(i);
      wanted.emplace_back(own ? array.chunks().axis(i) : common.axis(i));
    }
    aligned.push_back(array.rechunk(Chunking(std::move(wanted))));
  }
  return aligned;
}

NdArray broadcast_chunk(std::span<const NdArray> chunks, TaskContext&, const Shape& shape) {
  return chunks[0].broadcast(shape);
}

constexpr ChunkCall kBroadcast("broadcast", broadcast_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kBroadcast>();

}  // namespace

Array concatenate(const std::vector<Array>& arrays, std::int64_t axis_or_negative) {
  if (arrays.empty()) throw InvalidArgument("expected at least one array to concatenate, found none");
  const std::size_t axis = checked_axis(axis_or_negative, arrays[0].ndim());
  DType dtype = arrays[0].dtype();
  for (const Array& array : arrays) dtype = promote(dtype, array.dtype());
  std::vector<Array> same_type;
  for (const Array& array : arrays) {
    if (array.ndim() <= axis)
      throw InvalidArgument("expected arrays with as many axes, found " + to_string(array.shape()));
    same_type.push_back(array.astype(dtype));
  }
  const std::vector<Array> aligned = align_but(same_type, axis);
  std::vector<std::vector<std::int64_t>> chunks = aligned[0].chunks().axes();
  chunks[axis].clear();
  std::vector<lazy::NodePtr> nodes;
  // For each chunk along the axis: which array, and which chunk of it.
  std::vector<std::pair<std::size_t, std::size_t>> from;
  for (std::size_t i = 0; i < aligned.size(); ++i) {
    const auto& own = aligned[i].chunks().axis(axis);
    chunks[axis].insert(chunks[axis].end(), own.begin(), own.end());
    for (std::size_t k = 0; k < own.size(); ++k) from.emplace_back(i, k);
    nodes.push_back(aligned[i].node());
  }
  const Chunks after(std::move(chunks));
  KeyBuilder identity("array.concatenate");
  const Key key = identity.add(static_cast<std::uint64_t>(axis)).finish();
  return Array(std::make_shared<const Step>(
      "Concatenate", "axis " + std::to_string(axis), key, dtype, after, std::move(nodes),
      [after, axis, from = std::move(from)](lazy::Lowering& lowering,
                                            const std::vector<lazy::NodePtr>& inputs) {
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          std::vector<std::size_t> place = after.place(block);
          const auto [array, chunk] = from[place[axis]];
          place[axis] = chunk;
          blocks.push_back(lowering.blocks(inputs[array])[as_array(inputs[array]).chunks().number(place)]);
        }
        return blocks;
      }));
}

Array stack(const std::vector<Array>& arrays, std::int64_t axis) {
  if (arrays.empty()) throw InvalidArgument("expected at least one array to stack, found none");
  std::vector<Array> expanded;
  for (const Array& array : arrays) {
    if (array.ndim() != arrays[0].ndim() || array.shape() != arrays[0].shape()) {
      throw InvalidArgument("expected arrays of one shape to stack, found " + to_string(arrays[0].shape()) +
                            " and " + to_string(array.shape()));
    }
    expanded.push_back(expand_dims(array, {axis}));
  }
  return concatenate(expanded, axis);
}

Array broadcast_to(const Array& x, const Shape& shape) {
  num_elements(shape);
  const std::size_t added = shape.size() < x.ndim() ? 0 : shape.size() - x.ndim();
  bool fits = shape.size() >= x.ndim();
  const Shape before = x.shape();
  for (std::size_t i = 0; fits && i < before.size(); ++i)
    fits = before[i] == 1 || before[i] == shape[added + i];
  if (!fits) {
    throw InvalidArgument("expected a shape that " + to_string(before) + " broadcasts to, found " +
                          to_string(shape));
  }
  if (shape == before) return x;
  std::vector<AxisChunking> wanted(shape.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == shape[added + i]) wanted[added + i] = x.chunks().axis(i);
  }
  const Chunks after = Chunking(std::move(wanted)).chunks_of(shape, x.dtype().size());
  KeyBuilder identity("array.broadcast");
  const Key key = identity.add(after.to_string()).finish();
  return Array(std::make_shared<const Step>(
      "BroadcastTo", to_string(shape), key, x.dtype(), after, std::vector<lazy::NodePtr>{x.node()},
      [after, added](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const Chunks& own = as_array(inputs[0]).chunks();
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          const std::vector<std::size_t> place = after.place(block);
          std::vector<std::size_t> from(own.ndim(), 0);
          for (std::size_t i = 0; i < from.size(); ++i) {
            if (own.axis(i) == after.axis(added + i)) from[i] = place[added + i];
          }
          const auto operation = kBroadcast({}, after.block_shape(place));
          blocks.push_back({lowering.graph().add(operation, {lowering.blocks(inputs[0])[own.number(from)]})});
        }
        return blocks;
      }));
}

}  // namespace treadle::array
