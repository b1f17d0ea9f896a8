#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/order.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// Where elements are: among sorted ones, in a set, in their array. What is searched is looked at a chunk at a
// time: the places that values have in each of its chunks add up.
namespace treadle::array {
namespace {

using K = ElementKind;

/// How many elements of an ascending chunk come before each value, and before it or beside it if `right`;
/// added to what was counted in other chunks.
NdArray count_before(std::span<const NdArray> inputs, bool right) {
  const NdArray sorted = inputs[0].packed();
  const NdArray values = inputs[1].packed();
  const NdArray counted = inputs.size() > 2 ? inputs[2].packed() : NdArray();
  BufferBuilder out = room_for(K::kInt64, values.shape());
  auto* to = out.as<std::int64_t>();
  visit_order(values.dtype(), [&](auto zero, auto before) {
    using T = decltype(zero);
    const auto among = sorted.values<T>();
    const auto wanted = values.values<T>();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto at = right ? std::upper_bound(among.begin(), among.end(), wanted[i], before)
                            : std::lower_bound(among.begin(), among.end(), wanted[i], before);
      to[i] = at - among.begin() + (inputs.size() > 2 ? counted.values<std::int64_t>()[i] : 0);
    }
  });
  return make_array(K::kInt64, values.shape(), std::move(out));
}

template <class T>
bool is_nat(T value) {
  if constexpr (std::is_same_v<T, std::int64_t>) return value == std::numeric_limits<std::int64_t>::min();
  return false;
}

/// Whether each value is among those of an ascending chunk, or was among those of others. NaN and NaT are
/// nowhere.
NdArray find_among(std::span<const NdArray> inputs) {
  const NdArray sorted = inputs[0].packed();
  const NdArray values = inputs[1].packed();
  const NdArray found = inputs.size() > 2 ? inputs[2].packed() : NdArray();
  const bool time = values.dtype().is_time();
  BufferBuilder out = room_for(K::kBool, values.shape());
  visit_order(values.dtype(), [&](auto zero, auto before) {
    using T = decltype(zero);
    const auto among = sorted.values<T>();
    const auto wanted = values.values<T>();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto at = std::lower_bound(among.begin(), among.end(), wanted[i], before);
      const bool here = at != among.end() && *at == wanted[i] && !(time && is_nat(wanted[i]));
      out.data()[i] = here || (inputs.size() > 2 && found.data()[i] != 0) ? 1 : 0;
    }
  });
  return make_array(K::kBool, values.shape(), std::move(out));
}

/// For each chunk of `values` a chain of tasks, one for each chunk of `among`, each of which takes what the
/// one before it found.
Array search(const char* kind, const Array& among, const Array& values, DType dtype, ChunkFunction function,
             bool flag) {
  KeyBuilder identity("array.search");
  const Key key = identity.add(std::string_view(kind)).add(flag).finish();
  return Array(std::make_shared<const Step>(
      kind, "", key, dtype, values.chunks(), std::vector<lazy::NodePtr>{among.node(), values.node()},
      [=, function = std::move(function)](lazy::Lowering& lowering,
                                          const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t output =
            static_cast<std::size_t>(as_array(inputs[1]).chunks().largest()) * dtype.size();
        const auto operation = chunk_operation(kind, key, {output, 0}, function);
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[1])) {
          std::vector<TaskOutput> found;
          for (const TaskOutput& part : lowering.blocks(inputs[0])) {
            std::vector<TaskOutput> needed = {part, block};
            needed.insert(needed.end(), found.begin(), found.end());
            found = {{lowering.graph().add(operation, needed)}};
          }
          blocks.push_back(found[0]);
        }
        return blocks;
      }));
}

/// The places of the elements of a chunk that are not zero, a row each: it begins at element `base` of an
/// array of this shape.
NdArray places_of(const NdArray& chunk, std::int64_t base, const Shape& shape) {
  const NdArray packed = chunk.packed();
  BufferBuilder out;
  std::int64_t number = 0;
  std::vector<std::int64_t> place(shape.size());
  for (std::int64_t i = 0; i < packed.size(); ++i) {
    if (packed.data()[i] == 0) continue;
    std::int64_t rest = base + i;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      place[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    for (const std::int64_t index : place) out.append_value<std::int64_t>(index);
    ++number;
  }
  return make_array(K::kInt64, {number, static_cast<std::int64_t>(shape.size())}, std::move(out));
}

}  // namespace

Array searchsorted(const Array& sorted, const Array& values, bool right) {
  if (sorted.ndim() != 1)
    throw InvalidArgument("expected sorted elements along one axis, found the shape " +
                          to_string(sorted.shape()));
  const DType dtype = promote(sorted.dtype(), values.dtype());
  return search(
      "SearchSorted", sorted.astype(dtype), values.astype(dtype), K::kInt64,
      [right](std::span<const NdArray> chunks, TaskContext&) { return count_before(chunks, right); }, right);
}

Array isin(const Array& x, const Array& among) {
  const DType dtype = promote(x.dtype(), among.dtype());
  return search(
      "IsIn", unique(among.astype(dtype)).values, x.astype(dtype), K::kBool,
      [](std::span<const NdArray> chunks, TaskContext&) { return find_among(chunks); }, false);
}

Array argwhere(const Array& x) {
  require_known(x, "argwhere");
  const Array flat = ravel(x).astype(K::kBool);
  const Shape shape = x.shape();
  KeyBuilder identity("array.argwhere");
  for (const std::int64_t length : shape) identity.add(length);
  const auto ndim = static_cast<std::int64_t>(shape.size());
  const Chunks after({std::vector(flat.chunks().size(), kUnknownLength), {ndim}});
  return Array(std::make_shared<const Step>(
      "ArgWhere", "", identity.finish(), K::kInt64, after, std::vector<lazy::NodePtr>{flat.node()},
      [shape](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const Chunks& before = as_array(inputs[0]).chunks();
        const std::size_t bytes = static_cast<std::size_t>(before.largest()) * sizeof(std::int64_t);
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < before.size(); ++block) {
          const std::int64_t base = before.block_offset(before.place(block))[0];
          KeyBuilder own("array.argwhere.chunk");
          for (const std::int64_t length : shape) own.add(length);
          const auto operation =
              chunk_operation("argwhere", own.add(base).finish(), {bytes, 0},
                              [base, shape](std::span<const NdArray> chunks, TaskContext&) {
                                return places_of(chunks[0], base, shape);
                              });
          blocks.push_back({lowering.graph().add(operation, {lowering.blocks(inputs[0])[block]})});
        }
        return blocks;
      }));
}

}  // namespace treadle::array
