#include <algorithm>
#include <string>
#include <utility>

#include "array/align.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Basic indexing: positions, slices, new axes. Each chunk of the answer is a view of one chunk.
namespace treadle::array {
namespace {

/// A chunk of the answer along one axis: which chunk of the input, and what of it.
struct ChunkSlice {
  std::size_t chunk;
  AxisSlice slice;
};

/// What is asked of one axis of the input.
struct AxisPlan {
  std::vector<ChunkSlice> chunks;
  bool dropped = false;
};

[[noreturn]] void refuse_position(std::int64_t position, std::size_t axis, std::int64_t length) {
  throw InvalidArgument("expected a position below " + std::to_string(length) + " along axis " +
                        std::to_string(axis) + ", found " + std::to_string(position));
}

/// Python's rules for slices of something with a length.
AxisSlice resolve_slice(const Slice& slice, std::int64_t length) {
  const std::int64_t step = slice.step.value_or(1);
  if (step == 0) throw InvalidArgument("expected a step other than 0 in a slice, found 0");
  const auto clamp = [&](std::int64_t at) {
    if (at < 0) at += length;
    return step > 0 ? std::clamp<std::int64_t>(at, 0, length) : std::clamp<std::int64_t>(at, -1, length - 1);
  };
  const std::int64_t start = slice.start ? clamp(*slice.start) : step > 0 ? 0 : length - 1;
  const std::int64_t stop = slice.stop ? clamp(*slice.stop) : step > 0 ? length : -1;
  const std::int64_t way = step > 0 ? stop - start : start - stop;
  const std::int64_t stride = step > 0 ? step : -step;
  return {start, step, way > 0 ? (way - 1) / stride + 1 : 0};
}

/// The parts of a slice of an axis in its chunks, in the order of the slice.
std::vector<ChunkSlice> cut_slice(const AxisSlice& slice, const std::vector<std::int64_t>& chunks) {
  std::vector<ChunkSlice> parts;
  std::int64_t begin = 0;
  for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
    const std::int64_t end = begin + chunks[chunk];
    // Which numbers of the slice lie in [begin, end).
    const std::int64_t step = slice.step > 0 ? slice.step : -slice.step;
    const auto ceil_div = [](std::int64_t a, std::int64_t b) { return a <= 0 ? 0 : (a - 1) / b + 1; };
    const std::int64_t low =
        slice.step > 0 ? ceil_div(begin - slice.start, step) : ceil_div(slice.start - end + 1, step);
    const std::int64_t high =
        slice.step > 0 ? ceil_div(end - slice.start, step) : ceil_div(slice.start - begin + 1, step);
    const std::int64_t last = std::min(high, slice.count);
    if (low < last)
      parts.push_back({chunk, {slice.start + low * slice.step - begin, slice.step, last - low}});
    begin = end;
  }
  if (slice.step < 0) std::reverse(parts.begin(), parts.end());
  if (parts.empty()) parts.push_back({0, {0, 1, 0}});
  return parts;
}

bool whole(const Slice& slice) { return !slice.start && !slice.stop && slice.step.value_or(1) == 1; }

AxisPlan plan_axis(const Array& x, std::size_t axis, const Index& index) {
  const std::vector<std::int64_t>& chunks = x.chunks().axis(axis);
  AxisPlan plan;
  const auto* slice = std::get_if<Slice>(&index);
  if (slice != nullptr && whole(*slice)) {
    for (std::size_t i = 0; i < chunks.size(); ++i) plan.chunks.push_back({i, {0, 1, chunks[i]}});
    return plan;
  }
  if (!x.chunks().known(axis)) require_known(x, "indexing");
  const std::int64_t length = x.shape()[axis];
  if (slice != nullptr) {
    plan.chunks = cut_slice(resolve_slice(*slice, length), chunks);
    return plan;
  }
  const std::int64_t position = std::get<std::int64_t>(index);
  if (position < -length || position >= length) refuse_position(position, axis, length);
  plan.chunks = cut_slice({position < 0 ? position + length : position, 1, 1}, chunks);
  plan.dropped = true;
  return plan;
}

/// A view of a chunk: slices, some axes dropped, some put in.
struct ViewPlan {
  std::vector<AxisSlice> slices;
  /// The input's axes in the answer's order; nothing for a new axis.
  std::vector<std::optional<std::size_t>> axes;

  NdArray apply(const NdArray& chunk) const {
    std::vector<AxisSlice> own = slices;
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (own[i].count == kUnknownLength) own[i].count = chunk.shape()[i];
    }
    const NdArray part = chunk.sliced(own);
    Shape shape;
    std::vector<std::int64_t> strides;
    for (const auto& axis : axes) {
      shape.push_back(axis ? part.shape()[*axis] : 1);
      strides.push_back(axis ? part.strides()[*axis] : 0);
    }
    return NdArray(part.dtype(), std::move(shape), std::move(strides), part.data(), part.owner(),
                   part.owned_bytes())
        .compacted();
  }
};

struct IndexPlan {
  std::vector<AxisPlan> input_axes;
  std::vector<std::optional<std::size_t>> output_axes;
  Chunks chunks;
};

std::vector<TaskOutput> lower_index(lazy::Lowering& lowering, const lazy::NodePtr& input,
                                    const IndexPlan& plan) {
  const Chunks& before = as_array(input).chunks();
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < plan.chunks.size(); ++block) {
    const std::vector<std::size_t> place = plan.chunks.place(block);
    std::vector<std::size_t> at(plan.input_axes.size(), 0);
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (plan.output_axes[i]) at[*plan.output_axes[i]] = place[i];
    }
    ViewPlan view{{}, plan.output_axes};
    std::vector<std::size_t> from;
    KeyBuilder identity("array.index");
    for (std::size_t i = 0; i < at.size(); ++i) {
      const ChunkSlice& part = plan.input_axes[i].chunks[at[i]];
      from.push_back(part.chunk);
      view.slices.push_back(part.slice);
      identity.add(part.slice.start).add(part.slice.step).add(part.slice.count);
    }
    for (const auto& axis : view.axes) identity.add(axis ? static_cast<std::int64_t>(*axis) : -1);
    const auto operation =
        chunk_operation("index", identity.finish(), {},
                        [view = std::move(view)](std::span<const NdArray> chunks, TaskContext&) {
                          return view.apply(chunks[0]);
                        });
    blocks.push_back({lowering.graph().add(operation, {lowering.blocks(input)[before.number(from)]})});
  }
  return blocks;
}

/// With the ellipsis written out.
std::vector<Index> spelled_out(const Array& x, const std::vector<Index>& indices) {
  std::size_t used = 0;
  std::size_t ellipses = 0;
  for (const Index& index : indices) {
    if (std::holds_alternative<Ellipsis>(index))
      ++ellipses;
    else if (!std::holds_alternative<NewAxis>(index))
      ++used;
  }
  if (used > x.ndim() || ellipses > 1) {
    throw InvalidArgument("expected at most " + std::to_string(x.ndim()) +
                          " indices and one ellipsis, found " + std::to_string(used) + " and " +
                          std::to_string(ellipses));
  }
  std::vector<Index> full;
  for (const Index& index : indices) {
    if (!std::holds_alternative<Ellipsis>(index))
      full.push_back(index);
    else
      full.insert(full.end(), x.ndim() - used, Slice{});
  }
  if (ellipses == 0) full.insert(full.end(), x.ndim() - used, Slice{});
  return full;
}

Array basic_index(const Array& x, const std::vector<Index>& indices) {
  IndexPlan plan;
  std::vector<std::vector<std::int64_t>> chunks;
  bool same = true;
  for (const Index& index : indices) {
    if (std::holds_alternative<NewAxis>(index)) {
      plan.output_axes.emplace_back();
      chunks.push_back({1});
      same = false;
      continue;
    }
    const std::size_t axis = plan.input_axes.size();
    const auto* slice = std::get_if<Slice>(&index);
    same &= slice != nullptr && whole(*slice);
    plan.input_axes.push_back(plan_axis(x, axis, index));
    if (plan.input_axes.back().dropped) continue;
    plan.output_axes.emplace_back(axis);
    std::vector<std::int64_t>& lengths = chunks.emplace_back();
    for (const ChunkSlice& part : plan.input_axes.back().chunks) lengths.push_back(part.slice.count);
  }
  if (same) return x;
  plan.chunks = Chunks(std::move(chunks));
  KeyBuilder identity("array.index");
  std::string parameters;
  for (const AxisPlan& axis : plan.input_axes) {
    const AxisSlice& first = axis.chunks.front().slice;
    for (const ChunkSlice& part : axis.chunks) {
      identity.add(static_cast<std::uint64_t>(part.chunk))
          .add(part.slice.start)
          .add(part.slice.step)
          .add(part.slice.count);
    }
    identity.add(axis.dropped);
    parameters += (parameters.empty() ? "" : ", ") + std::to_string(first.start) + (axis.dropped ? "" : ":");
  }
  for (const auto& axis : plan.output_axes) identity.add(axis.has_value());
  const DType dtype = x.dtype();
  Chunks after = plan.chunks;
  return Array(std::make_shared<const Step>(
      "Index", parameters, identity.finish(), dtype, std::move(after), std::vector<lazy::NodePtr>{x.node()},
      [plan = std::move(plan)](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        return lower_index(lowering, inputs[0], plan);
      }));
}

bool is_list(const Index& index) {
  return std::holds_alternative<std::vector<std::int64_t>>(index) || std::holds_alternative<Array>(index);
}

}  // namespace

Array index(const Array& x, const std::vector<Index>& indices) {
  if (indices.size() == 1 && std::holds_alternative<Array>(indices[0]) &&
      std::get<Array>(indices[0]).ndim() == x.ndim() && x.ndim() != 1) {
    return select(x, std::get<Array>(indices[0]));
  }
  std::vector<Index> full = spelled_out(x, indices);
  if (std::count_if(full.begin(), full.end(), is_list) > 1) {
    throw InvalidArgument(
        "expected at most one list of positions or condition between the brackets, found several");
  }
  // The list last: slices make its work smaller. Its axis is counted in the answer.
  std::optional<Index> list;
  std::int64_t axis = 0;
  std::int64_t list_axis = 0;
  for (Index& each : full) {
    if (is_list(each)) {
      list_axis = axis;
      list = std::exchange(each, Index(Slice{}));
    }
    if (!std::holds_alternative<std::int64_t>(each)) ++axis;
  }
  const Array sliced = basic_index(x, full);
  if (!list) return sliced;
  if (const auto* positions = std::get_if<std::vector<std::int64_t>>(&*list))
    return take(sliced, *positions, list_axis);
  return compress(std::get<Array>(*list), sliced, list_axis);
}

Array expand_dims(const Array& x, std::vector<std::int64_t> axes) {
  const std::size_t ndim = x.ndim() + axes.size();
  std::vector<bool> added(ndim, false);
  for (const std::int64_t axis : axes) {
    const std::size_t place = checked_axis(axis, ndim);
    if (added[place])
      throw InvalidArgument("expected each axis once, found axis " + std::to_string(axis) + " twice");
    added[place] = true;
  }
  std::vector<Index> indices;
  for (const bool is_new : added) {
    if (is_new)
      indices.emplace_back(NewAxis{});
    else
      indices.emplace_back(Slice{});
  }
  return index(x, indices);
}

Array squeeze(const Array& x, std::optional<std::vector<std::int64_t>> axes) {
  const Shape shape = x.shape();
  std::vector<Index> indices(x.ndim(), Slice{});
  if (!axes) {
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) indices[i] = std::int64_t{0};
    }
    return index(x, indices);
  }
  for (const std::int64_t axis : *axes) {
    const std::size_t place = checked_axis(axis, x.ndim());
    if (shape[place] != 1) {
      throw InvalidArgument("expected axes of length 1 to drop, found axis " + std::to_string(axis) +
                            " of the shape " + to_string(shape));
    }
    indices[place] = std::int64_t{0};
  }
  return index(x, indices);
}

Array flip(const Array& x, std::optional<std::vector<std::int64_t>> axes) {
  std::vector<Index> indices(x.ndim(), axes ? Slice{} : Slice{{}, {}, -1});
  if (axes) {
    for (const std::int64_t axis : *axes) indices[checked_axis(axis, x.ndim())] = Slice{{}, {}, -1};
  }
  return index(x, indices);
}

}  // namespace treadle::array
