#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/kernels/few_values.h"
#include "array/kernels/make_array.h"
#include "array/kernels/order.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// Distinct elements: of each chunk, then of what chunks have, by a tree.
namespace treadle::array {
namespace {

using K = ElementKind;

/// So many chunks' distinct elements meet in one task.
constexpr std::size_t kFanIn = 16;

/// What one task answers with: values, first places, counts, ascending.
template <class T>
std::vector<NdArray> columns_of(DType dtype, const std::vector<Occurring<T>>& found) {
  const Shape shape = {static_cast<std::int64_t>(found.size())};
  BufferBuilder values = room_for(dtype, shape);
  BufferBuilder first = room_for(K::kInt64, shape);
  BufferBuilder counts = room_for(K::kInt64, shape);
  for (std::size_t i = 0; i < found.size(); ++i) {
    values.as<T>()[i] = found[i].value;
    first.as<std::int64_t>()[i] = found[i].first;
    counts.as<std::int64_t>()[i] = found[i].count;
  }
  return {make_array(dtype, shape, std::move(values)), make_array(K::kInt64, shape, std::move(first)),
          make_array(K::kInt64, shape, std::move(counts))};
}

/// Puts them in order and joins equal ones.
template <class T, class Before>
void join_equal(std::vector<Occurring<T>>& found, Before before) {
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    return before(a.value, b.value) || (!before(b.value, a.value) && a.first < b.first);
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0 && !before(found[kept - 1].value, found[i].value))
      found[kept - 1].count += found[i].count;
    else
      found[kept++] = found[i];
  }
  found.resize(kept);
}

std::vector<NdArray> distinct_of_chunk(const NdArray& chunk, std::int64_t base) {
  const NdArray packed = chunk.packed();
  return visit_order(packed.dtype(), [&](auto zero, auto before) {
    using T = decltype(zero);
    const auto values = packed.values<T>();
    std::vector<Occurring<T>> found;
    bool few = false;
    if constexpr (!is_complex_v<T>) {
      FewValues<T> table;
      few = true;
      for (std::size_t i = 0; few && i < values.size(); ++i)
        few = table.add(values[i], base + static_cast<std::int64_t>(i));
      if (few) found = table.take();
    }
    if (!few) {
      found.reserve(values.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        found.push_back({values[i], base + static_cast<std::int64_t>(i), 1});
    }
    join_equal(found, before);
    return columns_of(packed.dtype(), found);
  });
}

/// The inputs come in threes: values, places, counts.
std::vector<NdArray> merge_distinct(std::span<const NdArray> chunks) {
  return visit_order(chunks[0].dtype(), [&](auto zero, auto before) {
    using T = decltype(zero);
    std::vector<Occurring<T>> found;
    for (std::size_t part = 0; part < chunks.size(); part += 3) {
      const NdArray columns[] = {chunks[part].packed(), chunks[part + 1].packed(), chunks[part + 2].packed()};
      for (std::size_t i = 0; i < columns[0].template values<T>().size(); ++i) {
        found.push_back({columns[0].template values<T>()[i], columns[1].template values<std::int64_t>()[i],
                         columns[2].template values<std::int64_t>()[i]});
      }
    }
    join_equal(found, before);
    return columns_of(chunks[0].dtype(), found);
  });
}

/// A task for each chunk, then merges of neighbours until one is left; that one.
TaskId lower_unique(lazy::Lowering& lowering, const lazy::NodePtr& input, bool known, const Key& key) {
  const Chunks& before = as_array(input).chunks();
  // An element with its place and count, at most one for each there is.
  const std::size_t scratch =
      static_cast<std::size_t>(before.largest()) * (as_array(input).dtype().size() + 16);
  std::vector<TaskId> level;
  for (std::size_t block = 0; block < before.size(); ++block) {
    // Places in chunks of unknown length count within them, behind all that may stand before.
    const std::int64_t base =
        known ? before.block_offset(before.place(block))[0] : static_cast<std::int64_t>(block) << 40;
    KeyBuilder own("array.unique.chunk");
    const auto operation = chunks_operation(
        "unique.chunk", own.add(base).finish(), 3, {0, scratch},
        [base](std::span<const NdArray> chunks, TaskContext&) { return distinct_of_chunk(chunks[0], base); });
    level.push_back(lowering.graph().add(operation, {lowering.blocks(input)[block]}));
  }
  const auto merge =
      chunks_operation("unique", key, 3, {},
                       [](std::span<const NdArray> chunks, TaskContext&) { return merge_distinct(chunks); });
  while (level.size() > 1) {
    std::vector<TaskId> merged;
    for (std::size_t begin = 0; begin < level.size(); begin += kFanIn) {
      std::vector<TaskOutput> parts;
      for (std::size_t i = begin; i < std::min(begin + kFanIn, level.size()); ++i)
        for (std::uint32_t slot = 0; slot < 3; ++slot) parts.push_back({level[i], slot});
      merged.push_back(lowering.graph().add(merge, parts));
    }
    level = std::move(merged);
  }
  return level[0];
}

}  // namespace

Unique unique(const Array& x) {
  const Array flat = x.ndim() == 1 ? x : ravel(x);
  KeyBuilder identity("array.unique");
  const auto part = [&, key = identity.finish(), known = flat.chunks().known()](
                        const char* kind, std::uint32_t slot, DType dtype) {
    return Array(std::make_shared<const Step>(
        kind, "", key, dtype, Chunks(std::vector(1, std::vector{kUnknownLength})),
        std::vector<lazy::NodePtr>{flat.node()},
        [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
          return std::vector<TaskOutput>{{lower_unique(lowering, inputs[0], known, key), slot}};
        }));
  };
  return {part("Unique", 0, x.dtype()), part("UniqueFirst", 1, K::kInt64),
          part("UniqueCounts", 2, K::kInt64)};
}

}  // namespace treadle::array
