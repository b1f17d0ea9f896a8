#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Elements by positions and by conditions.
namespace treadle::array {
namespace {

/// Where an element of the answer comes from: which of the task's inputs, and where in it.
struct From {
  std::uint32_t input;
  std::int64_t position;
};

/// Lines at positions of an axis, one behind the other.
NdArray gather(std::span<const NdArray> chunks, const std::vector<From>& from, std::size_t axis) {
  Shape shape = chunks[0].shape();
  shape[axis] = static_cast<std::int64_t>(from.size());
  const DType dtype = chunks[0].dtype();
  const AxisView view(shape, axis);
  const std::size_t line = static_cast<std::size_t>(view.inner) * dtype.size();
  std::vector<NdArray> packed;
  for (const NdArray& chunk : chunks) packed.push_back(chunk.packed());
  BufferBuilder out = room_for(dtype, shape);
  std::uint8_t* to = out.data();
  for (std::int64_t outer = 0; outer < view.outer; ++outer) {
    for (const From& element : from) {
      const NdArray& chunk = packed[element.input];
      const std::int64_t row = outer * chunk.shape()[axis] + element.position;
      std::memcpy(to, chunk.data() + static_cast<std::size_t>(row) * line, line);
      to += line;
    }
  }
  return make_array(dtype, std::move(shape), std::move(out));
}

/// The chunks of `positions.size()` elements that are as long as the longest there was.
std::vector<std::int64_t> like_before(std::size_t count, const std::vector<std::int64_t>& before) {
  const std::int64_t size = std::max<std::int64_t>(*std::max_element(before.begin(), before.end()), 1);
  std::vector<std::int64_t> chunks;
  for (auto left = static_cast<std::int64_t>(count); left > 0; left -= size)
    chunks.push_back(std::min(left, size));
  if (chunks.empty()) chunks.push_back(0);
  return chunks;
}

/// One chunk of the answer along the axis: the input's chunks that it needs, and where its elements are.
struct Group {
  std::vector<std::size_t> chunks;
  std::vector<From> from;
};

std::vector<Group> group_positions(const std::vector<std::int64_t>& positions,
                                   const std::vector<std::int64_t>& before,
                                   const std::vector<std::int64_t>& after) {
  std::vector<std::int64_t> ends(before.size());
  std::partial_sum(before.begin(), before.end(), ends.begin());
  std::vector<Group> groups;
  std::size_t next = 0;
  for (const std::int64_t length : after) {
    Group& group = groups.emplace_back();
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t position = positions[next++];
      const auto chunk =
          static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), position) - ends.begin());
      auto known = std::find(group.chunks.begin(), group.chunks.end(), chunk);
      if (known == group.chunks.end()) known = group.chunks.insert(known, chunk);
      const std::int64_t begin = ends[chunk] - before[chunk];
      group.from.push_back({static_cast<std::uint32_t>(known - group.chunks.begin()), position - begin});
    }
    if (group.chunks.empty()) group.chunks.push_back(0);
  }
  return groups;
}

std::vector<std::int64_t> checked_positions(std::vector<std::int64_t> positions, std::int64_t length,
                                            std::int64_t axis) {
  for (std::int64_t& position : positions) {
    if (position < -length || position >= length) {
      throw InvalidArgument("expected positions below " + std::to_string(length) + " along axis " +
                            std::to_string(axis) + ", found " + std::to_string(position));
    }
    if (position < 0) position += length;
  }
  return positions;
}

/// Lines of several chunks: for each its chunk's number among them, and its place there.
NdArray take_lines(std::span<const NdArray> chunks, TaskContext&, const std::vector<std::uint32_t>& inputs,
                   const std::vector<std::int64_t>& positions, const std::size_t& axis) {
  std::vector<From> from;
  for (std::size_t i = 0; i < inputs.size(); ++i) from.push_back({inputs[i], positions[i]});
  return gather(chunks, from, axis);
}

/// The lines of a chunk where the condition, the second input, holds.
NdArray filter(std::span<const NdArray> chunks, TaskContext&, const std::size_t& axis) {
  const NdArray packed = chunks[1].packed();
  std::vector<From> from;
  for (std::int64_t i = 0; i < packed.size(); ++i) {
    if (packed.data()[i] != 0) from.push_back({0, i});
  }
  return gather(chunks.first(1), from, axis);
}

constexpr ChunkCall kTake("take", take_lines);
constexpr ChunkCall kCompress("compress", filter);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kTake>() && register_chunk_call<kCompress>();

}  // namespace

Array take(const Array& x, std::vector<std::int64_t> positions, std::int64_t axis_or_negative) {
  const std::size_t axis = checked_axis(axis_or_negative, x.ndim());
  if (!x.chunks().known(axis)) require_known(x, "positions");
  positions = checked_positions(std::move(positions), x.shape()[axis], axis_or_negative);
  KeyBuilder identity("array.take");
  identity.add(static_cast<std::uint64_t>(axis));
  identity.add_bytes(std::as_bytes(std::span(positions)));
  const Key key = identity.finish();
  std::vector<std::vector<std::int64_t>> axes = x.chunks().axes();
  axes[axis] = like_before(positions.size(), axes[axis]);
  const Chunks after(std::move(axes));
  const std::string parameters = std::to_string(positions.size()) + " of axis " + std::to_string(axis);
  return Array(std::make_shared<const Step>(
      "Take", parameters, key, x.dtype(), after, std::vector<lazy::NodePtr>{x.node()},
      [after, axis, positions = std::move(positions), bytes = x.dtype().size()](
          lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const Chunks& before = as_array(inputs[0]).chunks();
        std::vector<std::shared_ptr<const Operation>> operations;
        std::vector<Group> groups = group_positions(positions, before.axis(axis), after.axis(axis));
        const ChunkMemory memory{static_cast<std::size_t>(after.largest()) * bytes, 0};
        for (const Group& group : groups) {
          std::vector<std::uint32_t> inputs_of;
          std::vector<std::int64_t> places;
          for (const From& from : group.from) {
            inputs_of.push_back(from.input);
            places.push_back(from.position);
          }
          operations.push_back(kTake({.memory = memory}, std::move(inputs_of), std::move(places), axis));
        }
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          std::vector<std::size_t> place = after.place(block);
          const std::size_t group = place[axis];
          std::vector<TaskOutput> needed;
          for (const std::size_t chunk : groups[group].chunks) {
            place[axis] = chunk;
            needed.push_back(lowering.blocks(inputs[0])[before.number(place)]);
          }
          blocks.push_back({lowering.graph().add(operations[group], needed)});
        }
        return blocks;
      }));
}

Array compress(const Array& condition, const Array& x, std::int64_t axis_or_negative) {
  const std::size_t axis = checked_axis(axis_or_negative, x.ndim());
  if (condition.ndim() != 1 || !condition.dtype().is_bool()) {
    throw InvalidArgument("expected a condition of one axis and of bool, found " + condition.to_string());
  }
  const bool known = x.chunks().known(axis) && condition.chunks().known();
  const bool fits = known ? condition.shape()[0] == x.shape()[axis]
                          : condition.chunks().axis(0).size() == x.chunks().axis(axis).size();
  if (!fits) {
    throw InvalidArgument("expected a condition as long as axis " + std::to_string(axis) + " of the shape " +
                          to_string(x.shape()) + ", found the shape " + to_string(condition.shape()));
  }
  const Array aligned =
      known ? condition.rechunk({std::vector<AxisChunking>{x.chunks().axis(axis)}}) : condition;
  std::vector<std::vector<std::int64_t>> axes = x.chunks().axes();
  std::fill(axes[axis].begin(), axes[axis].end(), kUnknownLength);
  const Chunks after(std::move(axes));
  KeyBuilder identity("array.compress");
  const Key key = identity.add(static_cast<std::uint64_t>(axis)).finish();
  return Array(std::make_shared<const Step>(
      "Compress", "axis " + std::to_string(axis), key, x.dtype(), after,
      std::vector<lazy::NodePtr>{x.node(), aligned.node()},
      [after, axis](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation = kCompress({.memory = {as_array(inputs[0]).chunk_bytes(), 0}}, axis);
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          const TaskOutput mask = lowering.blocks(inputs[1])[after.place(block)[axis]];
          blocks.push_back({lowering.graph().add(operation, {lowering.blocks(inputs[0])[block], mask})});
        }
        return blocks;
      }));
}

Array select(const Array& x, const Array& condition) {
  if (condition.ndim() != x.ndim() ||
      (condition.chunks().known() && x.chunks().known() && condition.shape() != x.shape())) {
    throw InvalidArgument("expected a condition of the shape " + to_string(x.shape()) + ", found " +
                          to_string(condition.shape()));
  }
  if (x.ndim() == 1) return compress(condition, x, 0);
  return compress(ravel(condition), ravel(x), 0);
}

}  // namespace treadle::array
