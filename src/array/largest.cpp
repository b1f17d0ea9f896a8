#include <algorithm>
#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// The largest elements along an axis: of each chunk, then of what chunks have.
namespace treadle::array {
namespace {

using K = ElementKind;
using Ordered = Join<Bool, Reals>;

/// The first |k| along an axis of values and their places, largest first (k > 0) or least first.
std::vector<NdArray> best_of(const NdArray& values, const NdArray& places, std::size_t axis, std::int64_t k) {
  const NdArray packed = values.packed();
  const NdArray packed_places = places.packed();
  const AxisView view(packed.shape(), axis);
  Shape shape = packed.shape();
  shape[axis] = std::min(view.length, std::abs(k));
  return visit_type(packed.dtype(), Ordered(), "order", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder best = room_for(packed.dtype(), shape);
    BufferBuilder where = room_for(K::kInt64, shape);
    std::vector<std::int64_t> order(static_cast<std::size_t>(view.length));
    for (std::int64_t outer = 0; outer < view.outer; ++outer) {
      for (std::int64_t inner = 0; inner < view.inner; ++inner) {
        const std::int64_t offset = outer * view.length * view.inner + inner;
        const T* from = packed.values<T>().data() + offset;
        const std::int64_t* from_place = packed_places.values<std::int64_t>().data() + offset;
        std::iota(order.begin(), order.end(), 0);
        const auto before = [&](std::int64_t a, std::int64_t b) {
          const T x = from[a * view.inner];
          const T y = from[b * view.inner];
          const SortedBefore less;
          if (k > 0 ? less(y, x) : less(x, y)) return true;
          if (k > 0 ? less(x, y) : less(y, x)) return false;
          return from_place[a * view.inner] < from_place[b * view.inner];
        };
        std::partial_sort(order.begin(), order.begin() + shape[axis], order.end(), before);
        const std::int64_t to = outer * shape[axis] * view.inner + inner;
        for (std::int64_t i = 0; i < shape[axis]; ++i) {
          const std::int64_t element = order[static_cast<std::size_t>(i)] * view.inner;
          best.as<T>()[to + i * view.inner] = from[element];
          where.as<std::int64_t>()[to + i * view.inner] = from_place[element];
        }
      }
    }
    return std::vector<NdArray>{make_array(packed.dtype(), shape, std::move(best)),
                                make_array(K::kInt64, shape, std::move(where))};
  });
}

std::vector<NdArray> best_of_chunk(const NdArray& chunk, std::size_t axis, std::int64_t k,
                                   std::int64_t offset) {
  std::vector<std::int64_t> along(static_cast<std::size_t>(chunk.shape()[axis]));
  std::iota(along.begin(), along.end(), offset);
  Shape one(chunk.ndim(), 1);
  one[axis] = chunk.shape()[axis];
  const NdArray places = NdArray::of(along, one).broadcast(chunk.shape());
  return best_of(chunk, places, axis, k);
}

/// The inputs come in pairs: values, places.
std::vector<NdArray> merge_best(std::span<const NdArray> chunks, std::size_t axis, std::int64_t k) {
  std::vector<NdArray> parts[2];
  std::vector<std::vector<std::int64_t>> grid;
  for (std::size_t i = 0; i < chunks.size(); ++i) parts[i % 2].push_back(chunks[i]);
  for (std::size_t i = 0; i < chunks[0].ndim(); ++i) {
    grid.emplace_back(i == axis ? parts[0].size() : 1, kUnknownLength);
  }
  const Chunks whole(std::move(grid));
  return best_of(join_chunks(whole, parts[0], chunks[0].dtype()), join_chunks(whole, parts[1], K::kInt64),
                 axis, k);
}

/// Slot 0: the values, 1: their places.
Array best_along(const Array& x, std::int64_t k, std::int64_t axis_or_negative, std::uint32_t slot) {
  const std::size_t axis = checked_axis(axis_or_negative, x.ndim());
  require_known(x, "the largest elements");
  if (k == 0) throw InvalidArgument("expected a number of elements other than 0, found 0");
  visit_type(x.dtype(), Ordered(), "order", [](auto) { return 0; });
  std::vector<std::vector<std::int64_t>> axes = x.chunks().axes();
  axes[axis] = {std::min(x.shape()[axis], std::abs(k))};
  const Chunks after(std::move(axes));
  KeyBuilder identity("array.topk");
  const Key key = identity.add(k).add(static_cast<std::uint64_t>(axis)).finish();
  return Array(std::make_shared<const Step>(
      slot == 0 ? "TopK" : "ArgTopK", std::to_string(k) + " axis " + std::to_string(axis), key,
      slot == 0 ? x.dtype() : DType(K::kInt64), after, std::vector<lazy::NodePtr>{x.node()},
      [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const Chunks& before = as_array(inputs[0]).chunks();
        std::vector<std::vector<TaskOutput>> found(after.size());
        for (std::size_t block = 0; block < before.size(); ++block) {
          std::vector<std::size_t> place = before.place(block);
          const std::int64_t offset = before.block_offset(place)[axis];
          KeyBuilder own("array.topk.chunk");
          const auto operation = chunks_operation("topk.chunk", own.add(key).add(offset).finish(), 2, {},
                                                  [=](std::span<const NdArray> chunks, TaskContext&) {
                                                    return best_of_chunk(chunks[0], axis, k, offset);
                                                  });
          const TaskId task = lowering.graph().add(operation, {lowering.blocks(inputs[0])[block]});
          place[axis] = 0;
          std::vector<TaskOutput>& group = found[after.number(place)];
          group.push_back({task, 0});
          group.push_back({task, 1});
        }
        const auto merge = chunks_operation(
            "topk", key, 2, {},
            [=](std::span<const NdArray> chunks, TaskContext&) { return merge_best(chunks, axis, k); });
        std::vector<TaskOutput> blocks;
        for (const std::vector<TaskOutput>& group : found)
          blocks.push_back({lowering.graph().add(merge, group), slot});
        return blocks;
      }));
}

}  // namespace

Array topk(const Array& x, std::int64_t k, std::int64_t axis) { return best_along(x, k, axis, 0); }
Array argtopk(const Array& x, std::int64_t k, std::int64_t axis) { return best_along(x, k, axis, 1); }

}  // namespace treadle::array
