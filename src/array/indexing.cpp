#include <algorithm>
#include <string>
#include <utility>

#include "array/align.h"
#include "array/nodes/part.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Basic indexing: positions, slices, new axes. Each chunk of the answer is a view of one chunk.
namespace treadle::array {
namespace {

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

bool whole(const Slice& slice) { return !slice.start && !slice.stop && slice.step.value_or(1) == 1; }

AxisPart plan_axis(const Array& x, std::size_t axis, const Index& index) {
  const auto* slice = std::get_if<Slice>(&index);
  if (slice != nullptr && whole(*slice)) return {{}, true, false};
  if (!x.chunks().known(axis)) require_known(x, "indexing");
  const std::int64_t length = x.shape()[axis];
  if (slice != nullptr) return {resolve_slice(*slice, length), false, false};
  const std::int64_t position = std::get<std::int64_t>(index);
  if (position < -length || position >= length) refuse_position(position, axis, length);
  return {{position < 0 ? position + length : position, 1, 1}, false, true};
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
  PartSpec spec;
  bool same = true;
  for (const Index& index : indices) {
    if (std::holds_alternative<NewAxis>(index)) {
      spec.output_axes.emplace_back();
      same = false;
      continue;
    }
    const std::size_t axis = spec.input_axes.size();
    spec.input_axes.push_back(plan_axis(x, axis, index));
    same &= spec.input_axes.back().whole;
    if (!spec.input_axes.back().dropped) spec.output_axes.emplace_back(axis);
  }
  return same ? x : Array(std::make_shared<const Part>(std::move(spec), x.node()));
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
  Array sliced = basic_index(x, full);
  if (!list) return sliced;
  if (const auto* positions = std::get_if<std::vector<std::int64_t>>(&*list))
    return take(sliced, *positions, list_axis);
  return compress(std::get<Array>(*list), sliced, list_axis);
}

}  // namespace treadle::array
