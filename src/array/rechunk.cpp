#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/kernels/copy.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "memory/buffer.h"
#include "treadle/array.h"
#include "treadle/error.h"

// The same elements in other chunks: a task for each new chunk takes the parts of old ones it is made of.
namespace treadle::array {
namespace {

/// Along one axis: which old chunk, from where in it, how many elements, to where in the new chunk.
struct Part {
  std::size_t chunk;
  std::int64_t from;
  std::int64_t count;
  std::int64_t to;
};

/// For each new chunk of an axis its parts.
std::vector<std::vector<Part>> parts_of_axis(const std::vector<std::int64_t>& before,
                                             const std::vector<std::int64_t>& after) {
  std::vector<std::vector<Part>> parts;
  std::size_t chunk = 0;
  std::int64_t from = 0;
  for (const std::int64_t length : after) {
    std::vector<Part>& own = parts.emplace_back();
    std::int64_t to = 0;
    do {
      while (chunk + 1 < before.size() && from == before[chunk]) {
        ++chunk;
        from = 0;
      }
      const std::int64_t count = std::min(before[chunk] - from, length - to);
      own.push_back({chunk, from, count, to});
      from += count;
      to += count;
    } while (to < length);
  }
  return parts;
}

struct Piece {
  std::vector<AxisSlice> from;
  Shape to;
};

NdArray assemble(std::span<const NdArray> chunks, const std::vector<Piece>& pieces, const Shape& shape,
                 DType dtype) {
  if (chunks.size() == 1 && chunks[0].shape() == shape) return chunks[0];
  if (chunks.size() == 1) return chunks[0].sliced(pieces[0].from).compacted();
  const std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  BufferBuilder bytes(static_cast<std::size_t>(num_elements(shape)) * dtype.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) offset += pieces[i].to[axis] * strides[axis];
    copy_elements(chunks[i].sliced(pieces[i].from), bytes.data() + offset, strides);
  }
  const BufferPtr buffer = bytes.finish();
  return {dtype, shape, strides, buffer->data(), buffer->owner(), buffer->size()};
}

std::vector<TaskOutput> lower_rechunk(lazy::Lowering& lowering, const lazy::NodePtr& input,
                                      const Chunks& after) {
  const Chunks& before = as_array(input).chunks();
  const std::vector<TaskOutput>& old_blocks = lowering.blocks(input);
  const DType dtype = as_array(input).dtype();
  std::vector<std::vector<std::vector<Part>>> parts;
  for (std::size_t i = 0; i < after.ndim(); ++i)
    parts.push_back(parts_of_axis(before.axis(i), after.axis(i)));
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < after.size(); ++block) {
    const std::vector<std::size_t> place = after.place(block);
    std::vector<TaskOutput> inputs;
    std::vector<Piece> pieces;
    KeyBuilder identity("array.rechunk");
    // All combinations of the axes' parts, the last axis fastest.
    std::vector<std::size_t> at(place.size(), 0);
    for (bool more = true; more;) {
      Piece piece;
      std::vector<std::size_t> old_place;
      for (std::size_t i = 0; i < place.size(); ++i) {
        const Part& part = parts[i][place[i]][at[i]];
        old_place.push_back(part.chunk);
        piece.from.push_back({part.from, 1, part.count});
        piece.to.push_back(part.to);
        identity.add(part.from).add(part.count).add(part.to);
      }
      inputs.push_back(old_blocks[before.number(old_place)]);
      pieces.push_back(std::move(piece));
      more = false;
      for (std::size_t i = place.size(); i-- > 0 && !more;) {
        more = ++at[i] < parts[i][place[i]].size();
        if (!more) at[i] = 0;
      }
    }
    const Shape shape = after.block_shape(place);
    const auto bytes = static_cast<std::size_t>(num_elements(shape)) * dtype.size();
    const auto operation = chunk_operation(
        "rechunk", identity.finish(), {bytes, 0},
        [pieces = std::move(pieces), shape, dtype](std::span<const NdArray> chunks, TaskContext&) {
          return assemble(chunks, pieces, shape, dtype);
        });
    blocks.push_back({lowering.graph().add(operation, inputs)});
  }
  return blocks;
}

}  // namespace
}  // namespace treadle::array

namespace treadle {

Array Array::rechunk(const Chunking& chunking) const {
  const Chunks after = chunking.chunks_of(shape(), dtype().size(), &chunks());
  if (after == chunks()) return *this;
  for (std::size_t i = 0; i < ndim(); ++i) {
    if (!chunks().known(i)) array::require_known(*this, "rechunk");
  }
  KeyBuilder identity("array.rechunk");
  identity.add(after.to_string());
  return Array(std::make_shared<const array::Step>(
      "Rechunk", after.to_string(), identity.finish(), dtype(), after, std::vector<lazy::NodePtr>{node_},
      [after](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        return array::lower_rechunk(lowering, inputs[0], after);
      }));
}

}  // namespace treadle
