#include <algorithm>
#include <cmath>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/nodes/elementwise.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// Counts of elements: in bins, and of small integers.
namespace treadle::array {
namespace {

using K = ElementKind;

void check_edges(const std::vector<double>& edges, std::size_t least) {
  const bool ascend = std::is_sorted(edges.begin(), edges.end());
  if (!ascend || edges.size() < least) {
    throw InvalidArgument("expected at least " + std::to_string(least) + " edges that ascend, found " +
                          NdArray::of(edges, {static_cast<std::int64_t>(edges.size())}).to_string());
  }
}

/// The bin of a value, or -1. Bins of one width are found by dividing, then put right against the edges.
class Bins {
 public:
  explicit Bins(const std::vector<double>& edges) : edges_(edges), count_(edges.size() - 1) {
    scale_ = static_cast<double>(count_) / (edges.back() - edges.front());
    even_ = std::isfinite(scale_);
    for (std::size_t i = 0; even_ && i < edges.size(); ++i) {
      const double place = (edges[i] - edges.front()) * scale_;
      even_ = std::abs(place - static_cast<double>(i)) < 0.5;
    }
  }

  std::ptrdiff_t operator()(double value) const {
    const bool inside = value >= edges_.front() && value <= edges_.back();  // NaN is not
    if (!inside) return -1;
    if (value == edges_.back()) return static_cast<std::ptrdiff_t>(count_) - 1;
    if (!even_) return std::upper_bound(edges_.begin(), edges_.end(), value) - edges_.begin() - 1;
    auto bin = std::min(static_cast<std::size_t>((value - edges_.front()) * scale_), count_ - 1);
    while (value < edges_[bin]) --bin;
    while (value >= edges_[bin + 1]) ++bin;
    return static_cast<std::ptrdiff_t>(bin);
  }

 private:
  const std::vector<double>& edges_;
  std::size_t count_;
  double scale_ = 0;
  bool even_ = false;
};

template <class Count>
NdArray count_chunk(std::span<const NdArray> chunks, const std::vector<double>& edges) {
  const NdArray values = chunks[0].packed();
  const NdArray weights = chunks.size() > 1 ? chunks[1].packed() : NdArray();
  const Bins bins(edges);
  std::vector<Count> counts(edges.size() - 1, Count{});
  for (std::size_t i = 0; i < static_cast<std::size_t>(values.size()); ++i) {
    const std::ptrdiff_t bin = bins(values.values<double>()[i]);
    if (bin < 0) continue;
    if constexpr (std::is_same_v<Count, double>)
      counts[static_cast<std::size_t>(bin)] += weights.values<double>()[i];
    else
      ++counts[static_cast<std::size_t>(bin)];
  }
  return NdArray::of(counts, {1, static_cast<std::int64_t>(counts.size())});
}

/// A row of one chunk of the answer for each chunk of the inputs, which are cut alike.
Array rows_of_chunks(const std::string& kind, const Key& key, const std::vector<Array>& inputs, DType dtype,
                     std::int64_t width, ChunkFunction function) {
  const Aligned aligned = align(inputs);
  const Chunks after({std::vector<std::int64_t>(aligned.chunks.size(), 1), {width}});
  std::vector<lazy::NodePtr> nodes;
  for (const Array& array : aligned.arrays) nodes.push_back(array.node());
  return Array(std::make_shared<const Step>(
      kind, "", key, dtype, after, std::move(nodes),
      [whole = aligned.chunks, kind, key, width, function = std::move(function)](
          lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& own) {
        const auto operation = chunk_operation(
            kind, key, {static_cast<std::size_t>(std::max<std::int64_t>(width, 0)) * 8, 0}, function);
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < whole.size(); ++block) {
          blocks.push_back(
              {lowering.graph().add(operation, aligned_blocks(lowering, own, whole, whole.place(block)))});
        }
        return blocks;
      }));
}

Key key_of(const char* what, const std::vector<double>& numbers, bool flag) {
  KeyBuilder identity(what);
  for (const double number : numbers) identity.add(number);
  return identity.add(flag).finish();
}

void check_weights(const Array& x, const std::optional<Array>& weights) {
  if (weights && weights->shape() != x.shape()) {
    throw InvalidArgument("expected weights of the shape " + to_string(x.shape()) + ", found " +
                          to_string(weights->shape()));
  }
}

/// Counts of 0, 1, 2 ... of a chunk.
NdArray count_integers(std::span<const NdArray> chunks, bool weighted, std::int64_t minlength) {
  const NdArray values = chunks[0].packed();
  std::int64_t length = minlength;
  for (const std::int64_t value : values.values<std::int64_t>()) {
    if (value < 0)
      throw InvalidArgument("expected integers of 0 or more to count, found " + std::to_string(value));
    length = std::max(length, value + 1);
  }
  std::vector<std::int64_t> counts(weighted ? 0 : static_cast<std::size_t>(length), 0);
  std::vector<double> sums(weighted ? static_cast<std::size_t>(length) : 0, 0);
  const NdArray weights = weighted ? chunks[1].packed() : NdArray();
  for (std::size_t i = 0; i < static_cast<std::size_t>(values.size()); ++i) {
    const auto bin = static_cast<std::size_t>(values.values<std::int64_t>()[i]);
    if (weighted)
      sums[bin] += weights.values<double>()[i];
    else
      ++counts[bin];
  }
  return weighted ? NdArray::of(sums, {length}) : NdArray::of(counts, {length});
}

/// Counts of unequal length added up, in their order.
template <class T>
NdArray add_counts(std::span<const NdArray> chunks) {
  std::vector<T> sums;
  for (const NdArray& chunk : chunks) {
    const NdArray packed = chunk.packed();
    const auto counts = packed.values<T>();
    sums.resize(std::max(sums.size(), counts.size()), T{});
    for (std::size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
  }
  return NdArray::of(sums, {static_cast<std::int64_t>(sums.size())});
}

}  // namespace

Array histogram(const Array& x, const std::vector<double>& edges, const std::optional<Array>& weights) {
  check_edges(edges, 2);
  check_weights(x, weights);
  const auto width = static_cast<std::int64_t>(edges.size()) - 1;
  std::vector<Array> inputs = {x.astype(K::kFloat64)};
  if (weights) inputs.push_back(weights->astype(K::kFloat64));
  const ChunkFunction count = [edges, weighted = weights.has_value()](std::span<const NdArray> chunks,
                                                                      TaskContext&) {
    return weighted ? count_chunk<double>(chunks, edges) : count_chunk<std::int64_t>(chunks, edges);
  };
  return rows_of_chunks("Histogram", key_of("array.histogram", edges, weights.has_value()), inputs,
                        weights ? K::kFloat64 : K::kInt64, width, count)
      .sum({.axes = 0});
}

Array digitize(const Array& x, const std::vector<double>& edges, bool right) {
  const bool descend = edges.size() > 1 && edges.front() > edges.back();
  std::vector<double> sorted = edges;
  if (descend) std::reverse(sorted.begin(), sorted.end());
  check_edges(sorted, 0);
  const auto count = static_cast<std::int64_t>(edges.size());
  const Array values = x.astype(K::kFloat64);
  const Key key = key_of("array.digitize", edges, right);
  return Array(std::make_shared<const Step>(
      "Digitize", std::to_string(edges.size()) + " edges", key, K::kInt64, x.chunks(),
      std::vector<lazy::NodePtr>{values.node()},
      [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation = chunk_operation(
            "digitize", key, {as_array(inputs[0]).chunk_bytes(), 0},
            [=](std::span<const NdArray> chunks, TaskContext&) {
              const NdArray packed = chunks[0].packed();
              BufferBuilder out = room_for(K::kInt64, packed.shape());
              auto* to = out.as<std::int64_t>();
              const SortedBefore before;
              for (const double value : packed.values<double>()) {
                const auto at = !right ? std::upper_bound(sorted.begin(), sorted.end(), value, before)
                                       : std::lower_bound(sorted.begin(), sorted.end(), value, before);
                *to++ = descend ? count - (at - sorted.begin()) : at - sorted.begin();
              }
              return make_array(K::kInt64, packed.shape(), std::move(out));
            });
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0]))
          blocks.push_back({lowering.graph().add(operation, {block})});
        return blocks;
      }));
}

Array bincount(const Array& x, const std::optional<Array>& weights, std::int64_t minlength) {
  if (x.ndim() != 1 || !(x.dtype().is_integer() || x.dtype().is_bool())) {
    throw TypeError("expected a 1-d array of integers to count, found " + x.to_string());
  }
  if (minlength < 0)
    throw InvalidArgument("expected a least length of 0 or more, found " + std::to_string(minlength));
  check_weights(x, weights);
  std::vector<Array> inputs = {x.astype(K::kInt64)};
  if (weights) inputs.push_back(weights->astype(K::kFloat64));
  const Aligned aligned = align(inputs);
  std::vector<lazy::NodePtr> nodes;
  for (const Array& array : aligned.arrays) nodes.push_back(array.node());
  const bool weighted = weights.has_value();
  const Key key = key_of("array.bincount", {static_cast<double>(minlength)}, weighted);
  return Array(std::make_shared<const Step>(
      "Bincount", "", key, weighted ? K::kFloat64 : K::kInt64,
      Chunks(std::vector(1, std::vector{kUnknownLength})), std::move(nodes),
      [=, whole = aligned.chunks](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& own) {
        const auto count =
            chunk_operation("bincount.chunk", key, {}, [=](std::span<const NdArray> chunks, TaskContext&) {
              return count_integers(chunks, weighted, minlength);
            });
        std::vector<TaskOutput> counts;
        for (std::size_t block = 0; block < whole.size(); ++block) {
          counts.push_back(
              {lowering.graph().add(count, aligned_blocks(lowering, own, whole, whole.place(block)))});
        }
        const auto add =
            chunk_operation("bincount", key, {}, [=](std::span<const NdArray> chunks, TaskContext&) {
              return weighted ? add_counts<double>(chunks) : add_counts<std::int64_t>(chunks);
            });
        return std::vector<TaskOutput>{{lowering.graph().add(add, counts)}};
      }));
}

}  // namespace treadle::array
