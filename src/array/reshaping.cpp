#include <algorithm>
#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// The same elements in C order with other axes.
namespace treadle::array {
namespace {

/// Axes [before_begin, before_end) of the old shape hold the same elements as [after_begin, after_end) of the
/// new one.
struct AxisGroup {
  std::size_t before_begin, before_end, after_begin, after_end;
};

std::vector<AxisGroup> group_axes(const Shape& before, const Shape& after) {
  std::vector<AxisGroup> groups;
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < before.size() || k < after.size()) {
    AxisGroup group{i, i, k, k};
    std::int64_t have = 1;
    std::int64_t want = 1;
    do {
      if ((have <= want && i < before.size()) || k == after.size())
        have *= before[i++];
      else
        want *= after[k++];
    } while (have != want);
    group.before_end = i;
    group.after_end = k;
    groups.push_back(group);
  }
  return groups;
}

std::int64_t product(Shape::const_iterator begin, Shape::const_iterator end) {
  return std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
}

/// How both shapes are cut so that a chunk of the one is a chunk of the other: whole axes but the first of
/// each group, whose chunks are multiples of what both sides can hold.
struct CutPlan {
  std::vector<AxisChunking> before;
  std::vector<std::vector<std::int64_t>> after;
};

void cut_group(const Array& x, const AxisGroup& group, const Shape& shape, const Shape& wanted,
               CutPlan& plan) {
  const Chunks& chunks = x.chunks();
  const bool same = group.before_end - group.before_begin == 1 && group.after_end - group.after_begin == 1;
  if (same) {
    plan.before.emplace_back(chunks.axis(group.before_begin));
    plan.after.push_back(chunks.axis(group.before_begin));
    return;
  }
  // Leading axes of length 1 hold nothing to cut.
  std::size_t first = group.before_begin;
  while (first + 1 < group.before_end && shape[first] == 1) ++first;
  std::size_t target = group.after_begin;
  while (target + 1 < group.after_end && wanted[target] == 1) ++target;
  const auto below = [](const Shape& lengths, std::size_t axis, std::size_t end) {
    return axis < end ? product(lengths.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                                lengths.begin() + static_cast<std::ptrdiff_t>(end))
                      : std::int64_t{1};
  };
  const std::int64_t rest_before = below(shape, first, group.before_end);
  const std::int64_t rest_after = below(wanted, target, group.after_end);
  std::vector<std::int64_t> rows;
  if (first < group.before_end) {
    std::int64_t elements = 1;
    for (std::size_t axis = group.before_begin; axis < group.before_end; ++axis) {
      elements *=
          std::max<std::int64_t>(*std::max_element(chunks.axis(axis).begin(), chunks.axis(axis).end()), 1);
    }
    const std::int64_t unit = rest_after / std::gcd(rest_before, rest_after);
    const std::int64_t size = std::max(elements / rest_before / unit, std::int64_t{1}) * unit;
    const bool fits = std::all_of(chunks.axis(first).begin(), chunks.axis(first).end(),
                                  [&](std::int64_t length) { return length % unit == 0 && length <= size; });
    if (fits) {
      rows = chunks.axis(first);
    } else {
      for (std::int64_t left = shape[first]; left > 0; left -= size) rows.push_back(std::min(left, size));
    }
  }
  for (std::size_t axis = group.before_begin; axis < group.before_end; ++axis) {
    if (axis == first)
      plan.before.emplace_back(rows);
    else
      plan.before.emplace_back(std::vector<std::int64_t>{shape[axis]});
  }
  for (std::size_t axis = group.after_begin; axis < group.after_end; ++axis) {
    std::vector<std::int64_t> lengths = {wanted[axis]};
    if (axis == target && !rows.empty()) {
      lengths.clear();
      for (const std::int64_t length : rows) lengths.push_back(length * rest_before / rest_after);
    }
    plan.after.push_back(std::move(lengths));
  }
}

Shape inferred(const Array& x, Shape shape) {
  const Shape before = x.shape();
  const auto open = std::count(shape.begin(), shape.end(), -1);
  const std::int64_t size = num_elements(before);
  if (open == 1) {
    const auto place = std::find(shape.begin(), shape.end(), -1);
    *place = 1;
    const std::int64_t rest = num_elements(shape);
    *place = rest == 0 || size % rest != 0 ? -1 : size / rest;
  }
  const bool fits =
      std::all_of(shape.begin(), shape.end(), [](std::int64_t length) { return length >= 0; }) &&
      num_elements(shape) == size;
  if (!fits) {
    throw InvalidArgument("expected a shape of " + std::to_string(size) +
                          " elements for an array of the shape " + to_string(before) + ", found " +
                          to_string(shape));
  }
  return shape;
}

NdArray reshape_chunk(std::span<const NdArray> chunks, TaskContext&, const Shape& shape) {
  return chunks[0].reshaped(shape);
}

constexpr ChunkCall kReshape("reshape", reshape_chunk);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kReshape>();

}  // namespace

Array reshape(const Array& x, Shape shape) {
  const bool flat = shape.size() == 1 && x.ndim() == 1;
  if (flat && shape[0] == -1) return x;
  require_known(x, "reshape");
  shape = inferred(x, std::move(shape));
  if (shape == x.shape()) return x;
  if (num_elements(shape) == 0) return zeros(shape, x.dtype(), -1);
  CutPlan plan;
  for (const AxisGroup& group : group_axes(x.shape(), shape)) cut_group(x, group, x.shape(), shape, plan);
  const Array cut = x.rechunk(Chunking(std::move(plan.before)));
  const Chunks after(std::move(plan.after));
  KeyBuilder identity("array.reshape");
  const Key key = identity.add(after.to_string()).finish();
  return Array(std::make_shared<const Step>(
      "Reshape", to_string(shape), key, x.dtype(), after, std::vector<lazy::NodePtr>{cut.node()},
      [after](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          const auto operation = kReshape({.memory = {as_array(inputs[0]).chunk_bytes(), 0}},
                                          after.block_shape(after.place(block)));
          blocks.push_back({lowering.graph().add(operation, {lowering.blocks(inputs[0])[block]})});
        }
        return blocks;
      }));
}

Array ravel(const Array& x) { return reshape(x, {-1}); }

}  // namespace treadle::array
