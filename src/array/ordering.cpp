#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// What depends on the order of elements: quantiles, distinct elements, the largest.
namespace treadle::array {
namespace {

using K = ElementKind;
using Ordered = Join<Bool, Reals>;

/// The quantiles of values that are put in order here.
void quantiles_of(std::vector<double>& values, const std::vector<double>& q, QuantileMethod method,
                  bool skip_nan, double* to, std::int64_t step) {
  const auto nan =
      std::partition(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  const bool has_nan = nan != values.end();
  values.erase(nan, values.end());
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < q.size(); ++i) {
    double& out = to[static_cast<std::int64_t>(i) * step];
    if (values.empty() || (has_nan && !skip_nan)) {
      out = NAN;
      continue;
    }
    const double place = q[i] * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above =
        std::min(below + (static_cast<double>(below) < place ? 1 : 0), values.size() - 1);
    const double share = place - static_cast<double>(below);
    switch (method) {
      case QuantileMethod::kLower:
        out = values[below];
        break;
      case QuantileMethod::kHigher:
        out = values[above];
        break;
      case QuantileMethod::kNearest:
        out = values[static_cast<std::size_t>(std::nearbyint(place))];
        break;
      case QuantileMethod::kMidpoint:
        out = below == above ? values[below] : (values[below] + values[above]) / 2;
        break;
      case QuantileMethod::kLinear: {
        // From the nearer end, as NumPy does.
        const double distance = values[above] - values[below];
        if (below == above || distance == 0)
          out = values[below];
        else
          out = share >= 0.5 ? values[above] - distance * (1 - share) : values[below] + distance * share;
      }
    }
  }
}

NdArray quantile_chunk(const NdArray& chunk, std::size_t axis, const std::vector<double>& q,
                       QuantileMethod method, bool skip_nan) {
  const NdArray packed = chunk.packed();
  const AxisView view(packed.shape(), axis);
  Shape shape = packed.shape();
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.begin(), static_cast<std::int64_t>(q.size()));
  BufferBuilder out = room_for(K::kFloat64, shape);
  const std::int64_t step = view.outer * view.inner;
  std::vector<double> values;
  for (std::int64_t outer = 0; outer < view.outer; ++outer) {
    for (std::int64_t inner = 0; inner < view.inner; ++inner) {
      const double* from = packed.values<double>().data() + outer * view.length * view.inner + inner;
      values.resize(static_cast<std::size_t>(view.length));
      for (std::int64_t i = 0; i < view.length; ++i)
        values[static_cast<std::size_t>(i)] = from[i * view.inner];
      quantiles_of(values, q, method, skip_nan, out.as<double>() + outer * view.inner + inner, step);
    }
  }
  return make_array(K::kFloat64, std::move(shape), std::move(out));
}

/// Distinct elements with their first places and counts, ascending.
struct Distinct {
  NdArray values;
  NdArray first;
  NdArray counts;
};

/// `first` and `counts` of each element; empty: the place itself, from `base`, and 1.
Distinct distinct_of(const NdArray& array, const NdArray* first, const NdArray* counts, std::int64_t base) {
  const NdArray packed = array.packed();
  return visit_type(packed.dtype(), Everything(), "order", [&](auto zero) {
    using T = decltype(zero);
    const auto values = packed.values<T>();
    std::vector<std::int64_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    const auto at = [&](std::int64_t i) { return values[static_cast<std::size_t>(i)]; };
    const SortedBefore before;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return before(at(a), at(b)); });
    std::vector<std::int64_t> places;
    std::vector<std::int64_t> numbers;
    BufferBuilder kept;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto element = static_cast<std::size_t>(order[i]);
      const std::int64_t place = first != nullptr ? first->values<std::int64_t>()[element] : base + order[i];
      const std::int64_t number = counts != nullptr ? counts->values<std::int64_t>()[element] : 1;
      if (i == 0 || before(at(order[i - 1]), at(order[i]))) {
        kept.append_value<T>(at(order[i]));
        places.push_back(place);
        numbers.push_back(number);
      } else {
        places.back() = std::min(places.back(), place);
        numbers.back() += number;
      }
    }
    const Shape shape = {static_cast<std::int64_t>(places.size())};
    return Distinct{make_array(packed.dtype(), shape, std::move(kept)), NdArray::of(places, shape),
                    NdArray::of(numbers, shape)};
  });
}

/// The inputs come in threes: values, places, counts.
std::vector<NdArray> merge_distinct(std::span<const NdArray> chunks) {
  std::vector<NdArray> parts[3];
  for (std::size_t i = 0; i < chunks.size(); ++i) parts[i % 3].push_back(chunks[i]);
  NdArray joined[3];
  for (std::size_t k = 0; k < 3; ++k) {
    const Chunks grid({std::vector<std::int64_t>(parts[k].size(), kUnknownLength)});
    joined[k] = join_chunks(grid, parts[k], parts[k][0].dtype()).packed();
  }
  const Distinct merged = distinct_of(joined[0], &joined[1], &joined[2], 0);
  return {merged.values, merged.first, merged.counts};
}

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

Array quantile(const Array& x, const std::vector<double>& q, std::optional<std::int64_t> axis,
               QuantileMethod method, bool skip_nan) {
  for (const double share : q) {
    if (!(share >= 0 && share <= 1))
      throw InvalidArgument("expected shares between 0 and 1, found " + NdArray::scalar(share).to_string());
  }
  if (x.dtype().is_complex() || x.dtype().is_time())
    throw TypeError("expected real numbers for quantiles, found " + x.dtype().name());
  const Array values = (axis ? x : ravel(x)).astype(K::kFloat64);
  const std::size_t along = checked_axis(axis.value_or(0), values.ndim());
  if (values.shape()[along] == 0)
    throw InvalidArgument("expected elements for quantiles, found the shape " + to_string(x.shape()));
  // The axis whole; the others shorter where the chunks would grow past the target.
  std::map<std::int64_t, AxisChunking> wanted = {{static_cast<std::int64_t>(along), std::int64_t{-1}}};
  for (std::size_t i = 0; i < values.ndim(); ++i) {
    if (i != along) wanted.emplace(static_cast<std::int64_t>(i), AxisChunking());
  }
  const Array whole =
      values.chunks().axis(along).size() == 1 ? values : values.rechunk(Chunking::some(std::move(wanted)));
  std::vector<std::vector<std::int64_t>> axes = whole.chunks().axes();
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(along));
  axes.insert(axes.begin(), {static_cast<std::int64_t>(q.size())});
  const Chunks after(std::move(axes));
  KeyBuilder identity("array.quantile");
  for (const double share : q) identity.add(share);
  const Key key =
      identity.add(static_cast<std::uint64_t>(along)).add(static_cast<int>(method)).add(skip_nan).finish();
  return Array(std::make_shared<const Step>(
      "Quantile", "axis " + std::to_string(along), key, K::kFloat64, after,
      std::vector<lazy::NodePtr>{whole.node()},
      [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation =
            chunk_operation("quantile", key, {static_cast<std::size_t>(after.largest()) * 8, 0},
                            [=](std::span<const NdArray> chunks, TaskContext&) {
                              return quantile_chunk(chunks[0], along, q, method, skip_nan);
                            });
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0]))
          blocks.push_back({lowering.graph().add(operation, {block})});
        return blocks;
      }));
}

Unique unique(const Array& x) {
  const Array flat = x.ndim() == 1 ? x : ravel(x);
  const bool known = flat.chunks().known();
  KeyBuilder identity("array.unique");
  const Key key = identity.finish();
  const auto part = [&](const char* kind, std::uint32_t slot, DType dtype) {
    return Array(std::make_shared<const Step>(
        kind, "", key, dtype, Chunks(std::vector(1, std::vector{kUnknownLength})),
        std::vector<lazy::NodePtr>{flat.node()},
        [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
          const Chunks& before = as_array(inputs[0]).chunks();
          std::vector<TaskOutput> found;
          for (std::size_t block = 0; block < before.size(); ++block) {
            // Places in chunks of unknown length count within them, behind all that may stand before.
            const std::int64_t base =
                known ? before.block_offset(before.place(block))[0] : static_cast<std::int64_t>(block) << 40;
            KeyBuilder own("array.unique.chunk");
            const auto operation = chunks_operation(
                "unique.chunk", own.add(base).finish(), 3, {},
                [base](std::span<const NdArray> chunks, TaskContext&) {
                  const Distinct distinct = distinct_of(chunks[0], nullptr, nullptr, base);
                  return std::vector<NdArray>{distinct.values, distinct.first, distinct.counts};
                });
            const TaskId task = lowering.graph().add(operation, {lowering.blocks(inputs[0])[block]});
            for (std::uint32_t i = 0; i < 3; ++i) found.push_back({task, i});
          }
          const auto merge = chunks_operation(
              "unique", key, 3, {},
              [](std::span<const NdArray> chunks, TaskContext&) { return merge_distinct(chunks); });
          return std::vector<TaskOutput>{{lowering.graph().add(merge, found), slot}};
        }));
  };
  return {part("Unique", 0, x.dtype()), part("UniqueFirst", 1, K::kInt64),
          part("UniqueCounts", 2, K::kInt64)};
}

Array topk(const Array& x, std::int64_t k, std::int64_t axis) { return best_along(x, k, axis, 0); }
Array argtopk(const Array& x, std::int64_t k, std::int64_t axis) { return best_along(x, k, axis, 1); }

}  // namespace treadle::array
