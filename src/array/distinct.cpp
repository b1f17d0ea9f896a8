#include <algorithm>
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

// Distinct elements: of each chunk, then of what chunks have.
namespace treadle::array {
namespace {

using K = ElementKind;

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

}  // namespace

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

}  // namespace treadle::array
