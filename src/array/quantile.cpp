#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// Quantiles: of a whole axis, put in order as far as they need it.
namespace treadle::array {
namespace {

using K = ElementKind;

/// So many are each found by selection; for more the values are put in order once.
constexpr std::size_t kFewQuantiles = 4;

/// Puts the elements number `below` and the next where they belong.
void select(std::vector<double>& values, std::size_t below) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), place, values.end());
  if (place + 1 != values.end()) std::iter_swap(place + 1, std::min_element(place + 1, values.end()));
}

/// The quantiles of values, which change their places.
void quantiles_of(std::vector<double>& values, const std::vector<double>& q, QuantileMethod method,
                  bool skip_nan, double* to, std::int64_t step) {
  const auto nan =
      std::partition(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  const bool has_nan = nan != values.end();
  values.erase(nan, values.end());
  const bool few = q.size() <= kFewQuantiles;
  if (!few) std::sort(values.begin(), values.end());
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
    if (few) select(values, below);
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

NdArray quantiles_along(std::span<const NdArray> chunks, TaskContext&, const std::size_t& axis,
                        const std::vector<double>& q, const int& method, const bool& skip_nan) {
  return quantile_chunk(chunks[0], axis, q, static_cast<QuantileMethod>(method), skip_nan);
}

constexpr ChunkCall kQuantile("quantile", quantiles_along);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kQuantile>();

}  // namespace

Array quantile(const Array& x, const std::vector<double>& q, std::optional<std::int64_t> axis,
               QuantileMethod method, bool skip_nan) {
  for (const double share : q) {
    if (std::isnan(share) || share < 0 || share > 1)
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
        const ChunkMemory memory{static_cast<std::size_t>(after.largest()) * 8, 0};
        const auto operation = kQuantile({.memory = memory}, along, q, static_cast<int>(method), skip_nan);
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0]))
          blocks.push_back({lowering.graph().add(operation, {block})});
        return blocks;
      }));
}

}  // namespace treadle::array
