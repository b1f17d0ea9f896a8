#include "array/nodes/rechunk.h"

#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/kernels/copy.h"
#include "array/kernels/program_codec.h"
#include "array/operations/chunk_call.h"
#include "memory/buffer.h"
#include "treadle/array.h"

// A task for each new chunk takes the parts of old ones it is made of.
namespace treadle::array {
namespace {

/// Along one axis: which old chunk, from where in it, how many elements, to where in the new chunk.
struct Part {
  std::size_t chunk;
  std::int64_t from;
  std::int64_t count;
  std::int64_t to;
};

/// For each new chunk of an axis its parts. An axis of unknown length keeps its chunks.
std::vector<std::vector<Part>> parts_of_axis(const std::vector<std::int64_t>& before,
                                             const std::vector<std::int64_t>& after) {
  std::vector<std::vector<Part>> parts;
  if (std::ranges::find(after, kUnknownLength) != after.end()) {
    for (std::size_t i = 0; i < after.size(); ++i) parts.push_back({{i, 0, after[i], 0}});
    return parts;
  }
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

}  // namespace
}  // namespace treadle::array

template <>
struct treadle::Codec<treadle::array::Piece> {
  static constexpr std::string_view kind = "array.piece";
  static std::size_t nbytes(const array::Piece& piece) { return sizeof piece; }
  static void write(const array::Piece& piece, ByteSink& sink) {
    Codec<std::vector<AxisSlice>>::write(piece.from, sink);
    Codec<Shape>::write(piece.to, sink);
  }
  static array::Piece read(ByteSource& source) {
    auto from = Codec<std::vector<AxisSlice>>::read(source);
    return {std::move(from), Codec<Shape>::read(source)};
  }
};

namespace treadle::array {
namespace {

/// A piece of a chunk; of axes whose length was not known it has all.
NdArray piece_of(const NdArray& chunk, const Piece& piece) {
  std::vector<AxisSlice> from = piece.from;
  for (std::size_t axis = 0; axis < from.size(); ++axis) {
    if (from[axis].count == kUnknownLength) from[axis].count = chunk.shape()[axis];
  }
  return chunk.sliced(from);
}

NdArray assemble(std::span<const NdArray> chunks, TaskContext&, const std::vector<Piece>& pieces,
                 const Shape& planned, const DType& dtype) {
  Shape shape = planned;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == kUnknownLength) shape[axis] = chunks[0].shape()[axis];
  }
  if (chunks.size() == 1 && chunks[0].shape() == shape) return chunks[0];
  if (chunks.size() == 1) return piece_of(chunks[0], pieces[0]).compacted();
  const std::vector<std::int64_t> strides = packed_strides(shape, dtype.size());
  BufferBuilder bytes(static_cast<std::size_t>(num_elements(shape)) * dtype.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) offset += pieces[i].to[axis] * strides[axis];
    copy_elements(piece_of(chunks[i], pieces[i]), bytes.data() + offset, strides);
  }
  const BufferPtr buffer = bytes.finish();
  return {dtype, shape, strides, buffer->data(), buffer->owner(), buffer->size()};
}

std::vector<NdArray> cut_chunk(std::span<const NdArray> chunks, TaskContext&,
                               const std::vector<Piece>& pieces) {
  std::vector<NdArray> cut;
  for (const Piece& piece : pieces) cut.push_back(piece_of(chunks[0], piece).compacted());
  return cut;
}

constexpr ChunkCall kAssemble("rechunk", assemble);
constexpr ChunkCall kCut("rechunk.cut", cut_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kAssemble>() && register_chunk_call<kCut>();

/// A new chunk: which old ones it is made of, and where their pieces go.
struct NewChunk {
  std::vector<std::size_t> old_blocks;
  std::vector<Piece> pieces;
};

std::vector<NewChunk> plan_chunks(const Chunks& before, const Chunks& after) {
  std::vector<std::vector<std::vector<Part>>> parts;
  for (std::size_t i = 0; i < after.ndim(); ++i) {
    parts.push_back(parts_of_axis(before.axis(i), after.axis(i)));
  }
  std::vector<NewChunk> chunks(after.size());
  for (std::size_t block = 0; block < after.size(); ++block) {
    const std::vector<std::size_t> place = after.place(block);
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
      }
      chunks[block].old_blocks.push_back(before.number(old_place));
      chunks[block].pieces.push_back(std::move(piece));
      more = false;
      for (std::size_t i = place.size(); i-- > 0 && !more;) {
        more = ++at[i] < parts[i][place[i]].size();
        if (!more) at[i] = 0;
      }
    }
  }
  return chunks;
}

/// Elements of a chunk, unknown lengths counted as 1: they are the same before and after.
std::int64_t counted_elements(const Chunks& chunks, std::size_t block) {
  std::int64_t elements = 1;
  for (const std::int64_t length : chunks.block_shape(chunks.place(block)))
    elements *= length == kUnknownLength ? 1 : length;
  return elements;
}

/// Whether some new chunk takes so little of so many old ones that they should be cut up first: then a task
/// holds its own pieces only, and pieces that wait can be spilled.
bool wants_cutting(const std::vector<NewChunk>& chunks, const Chunks& before, const Chunks& after) {
  constexpr std::int64_t kMostTimes = 4;
  for (std::size_t block = 0; block < chunks.size(); ++block) {
    std::int64_t held = 0;
    for (const std::size_t old : chunks[block].old_blocks) held += counted_elements(before, old);
    if (held > kMostTimes * counted_elements(after, block)) return true;
  }
  return false;
}

/// Cuts each old chunk into the pieces that new ones take; each piece of `chunks` is a whole value
/// afterwards.
std::vector<std::vector<TaskOutput>> cut_up(lazy::Lowering& lowering, const lazy::NodePtr& input,
                                            std::vector<NewChunk>& chunks) {
  std::vector<std::vector<Piece>> of_old(as_array(input).chunks().size());
  for (const NewChunk& chunk : chunks) {
    for (std::size_t i = 0; i < chunk.pieces.size(); ++i)
      of_old[chunk.old_blocks[i]].push_back(chunk.pieces[i]);
  }
  std::vector<TaskId> tasks;
  for (std::size_t old = 0; old < of_old.size(); ++old) {
    const auto num_pieces = static_cast<std::uint32_t>(of_old[old].size());
    if (num_pieces == 0) {
      // A chunk of no elements: nobody asks for it.
      tasks.push_back(0);
      continue;
    }
    const auto operation =
        kCut({.memory = {as_array(input).chunk_bytes(), 0}, .num_slots = num_pieces}, std::move(of_old[old]));
    tasks.push_back(lowering.graph().add(operation, {lowering.blocks(input)[old]}));
  }
  std::vector<std::uint32_t> next_slot(tasks.size(), 0);
  std::vector<std::vector<TaskOutput>> inputs;
  for (NewChunk& chunk : chunks) {
    std::vector<TaskOutput>& own = inputs.emplace_back();
    for (std::size_t i = 0; i < chunk.pieces.size(); ++i) {
      const std::size_t old = chunk.old_blocks[i];
      own.push_back({tasks[old], next_slot[old]++});
      for (AxisSlice& slice : chunk.pieces[i].from) slice.start = 0;
    }
  }
  return inputs;
}

}  // namespace

Rechunk::Rechunk(Chunks after, const lazy::NodePtr& input)
    : ArrayNode(as_array(input).dtype(), std::move(after), {input}) {}

lazy::NodePtr Rechunk::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Rechunk>(chunks(), inputs[0]);
}

std::vector<TaskOutput> Rechunk::lower(lazy::Lowering& lowering) const {
  const lazy::NodePtr& input = inputs()[0];
  const Chunks& before = as_array(input).chunks();
  std::vector<NewChunk> plan = plan_chunks(before, chunks());
  std::vector<std::vector<TaskOutput>> pieces;
  if (wants_cutting(plan, before, chunks())) {
    pieces = cut_up(lowering, input, plan);
  } else {
    for (const NewChunk& chunk : plan) {
      std::vector<TaskOutput>& own = pieces.emplace_back();
      for (const std::size_t old : chunk.old_blocks) own.push_back(lowering.blocks(input)[old]);
    }
  }
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < chunks().size(); ++block) {
    const Shape shape = chunks().block_shape(chunks().place(block));
    const bool known = std::ranges::find(shape, kUnknownLength) == shape.end();
    const std::size_t bytes = known ? static_cast<std::size_t>(num_elements(shape)) * dtype().size() : 0;
    const auto operation = kAssemble({.memory = {bytes, 0}}, std::move(plan[block].pieces), shape, dtype());
    blocks.push_back({lowering.graph().add(operation, pieces[block])});
  }
  return blocks;
}

}  // namespace treadle::array

namespace treadle {

Array Array::rechunk(const Chunking& chunking) const {
  const Chunks after = chunking.chunks_of(shape(), dtype().size(), &chunks());
  if (after == chunks()) return *this;
  for (std::size_t i = 0; i < ndim(); ++i) {
    if (!chunks().known(i) && after.axis(i) != chunks().axis(i)) array::require_known(*this, "rechunk");
  }
  return Array(std::make_shared<const array::Rechunk>(after, node_));
}

}  // namespace treadle
