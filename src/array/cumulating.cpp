#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/program_codec.h"
#include "array/kernels/tiles.h"
#include "array/kernels/ufunc.h"
#include "array/kernels/visit.h"
#include "array/nodes/elementwise.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_statistics.h"
#include "treadle/error.h"

// Running sums: each chunk alone, then the totals of the chunks before it, in their order. Running products
// of floats: chunk after chunk.
namespace treadle::array {
namespace {

using K = ElementKind;
using Summable = Join<Types<std::int64_t, std::uint64_t>, Join<Floats, Complexes>>;

template <class T>
T joined(T a, T b, bool product) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(product ? static_cast<U>(a) * static_cast<U>(b)
                                  : static_cast<U>(a) + static_cast<U>(b));
  } else {
    return product ? a * b : a + b;
  }
}

/// `before`: the last slice of what comes before the chunk, if it goes on from there.
NdArray run_along(const NdArray& chunk, std::size_t axis, bool product, const NdArray* before = nullptr) {
  const NdArray packed = chunk.packed();
  const NdArray carried = before == nullptr ? NdArray() : before->packed();
  const AxisView view(packed.shape(), axis);
  return visit_type(packed.dtype(), Summable(), "running sum", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder out = room_for(packed.dtype(), packed.shape());
    const auto* from = packed.values<T>().data();
    T* to = out.as<T>();
    for (std::int64_t outer = 0; outer < view.outer; ++outer) {
      const T* last = before == nullptr ? nullptr : carried.values<T>().data() + outer * view.inner;
      for (std::int64_t i = 0; i < view.length; ++i, from += view.inner, to += view.inner) {
        for (std::int64_t k = 0; k < view.inner; ++k)
          to[k] = last == nullptr ? from[k] : joined(last[k], from[k], product);
        last = to;
      }
    }
    return make_array(packed.dtype(), packed.shape(), std::move(out));
  });
}

/// The last slice along an axis; the neutral element if there is none.
NdArray last_slice(const NdArray& chunk, std::size_t axis, bool product) {
  std::vector<AxisSlice> slices;
  for (std::size_t i = 0; i < chunk.ndim(); ++i) slices.push_back({0, 1, chunk.shape()[i]});
  if (chunk.shape()[axis] > 0) {
    slices[axis] = {chunk.shape()[axis] - 1, 1, 1};
    return chunk.sliced(slices).compacted();
  }
  Shape shape = chunk.shape();
  shape[axis] = 1;
  const NdArray one = NdArray::scalar(std::int64_t{product ? 1 : 0});
  BufferBuilder bytes(chunk.dtype().size());
  const void* from = one.data();
  cast_function(K::kInt64, chunk.dtype().kind())(&from, bytes.data(), 1);
  return NdArray::full(shape, make_array(chunk.dtype(), {}, std::move(bytes)));
}

Program join_program(DType dtype, bool product) {
  const DType types[] = {dtype, dtype};
  const ResolvedUfunc join = resolve(find_ufunc(product ? "multiply" : "add"), types);
  return {{dtype, dtype}, {}, {{product ? "multiply" : "add", join.loop->run, {0, 1}, dtype}}};
}

NdArray run_chunk(std::span<const NdArray> chunks, TaskContext&, const std::size_t& axis,
                  const bool& product) {
  return run_along(chunks[0], axis, product);
}

NdArray last_of_chunk(std::span<const NdArray> chunks, TaskContext&, const std::size_t& axis,
                      const bool& product) {
  return last_slice(chunks[0], axis, product);
}

NdArray join_chunk(std::span<const NdArray> chunks, TaskContext&, const DType& dtype, const bool& product) {
  const Shape shape = broadcast_shape(chunks);
  return evaluate(join_program(dtype, product), broadcast_all(chunks, shape), shape);
}

/// A chunk that goes on from the last slice of what comes before it, the second input; and its own.
std::vector<NdArray> go_on(std::span<const NdArray> chunks, TaskContext&, const std::size_t& axis) {
  const NdArray* before = chunks.size() > 1 ? &chunks[1] : nullptr;
  NdArray running = run_along(chunks[0], axis, true, before);
  const bool nothing = before != nullptr && chunks[0].shape()[axis] == 0;
  NdArray last = nothing ? *before : last_slice(running, axis, true);
  return {std::move(running), std::move(last)};
}

constexpr ChunkCall kRun("cumulate.chunk", run_chunk);
constexpr ChunkCall kLast("cumulate.total", last_of_chunk);
constexpr ChunkCall kJoin("cumulate", join_chunk);
constexpr ChunkCall kGoOn("cumulate.onwards", go_on);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kRun>() && register_chunk_call<kLast>() &&
                                          register_chunk_call<kJoin>() && register_chunk_call<kGoOn>();

/// One chunk after the other, as products of floats have to be: 0 times what overflowed would be NaN.
std::vector<TaskOutput> lower_chain(lazy::Lowering& lowering, const lazy::NodePtr& input, std::size_t axis) {
  const ArrayNode& x = as_array(input);
  const Chunks& chunks = x.chunks();
  const auto onwards = kGoOn({.memory = {x.chunk_bytes(), 0}, .num_slots = 2}, axis);
  std::vector<TaskOutput> blocks(chunks.size());
  for (std::size_t block = 0; block < chunks.size(); ++block) {
    std::vector<std::size_t> place = chunks.place(block);
    std::vector<TaskOutput> inputs = {lowering.blocks(input)[block]};
    if (place[axis]-- > 0) inputs.push_back({blocks[chunks.number(place)].task, 1});
    blocks[block] = {lowering.graph().add(onwards, inputs), 0};
  }
  return blocks;
}

std::vector<TaskOutput> lower_cumulate(lazy::Lowering& lowering, const lazy::NodePtr& input, std::size_t axis,
                                       bool product) {
  const ArrayNode& x = as_array(input);
  const Chunks& chunks = x.chunks();
  const ChunkMemory memory{x.chunk_bytes(), 0};
  const auto own = kRun({.memory = memory}, axis, product);
  const auto last = kLast({}, axis, product);
  const auto join = kJoin({.memory = memory}, x.dtype(), product);
  std::vector<TaskOutput> blocks(chunks.size());
  std::vector<TaskOutput> totals(chunks.size());
  for (std::size_t block = 0; block < chunks.size(); ++block) {
    std::vector<std::size_t> place = chunks.place(block);
    const TaskOutput alone{lowering.graph().add(own, {lowering.blocks(input)[block]})};
    const TaskOutput total{lowering.graph().add(last, {alone})};
    if (place[axis] == 0) {
      blocks[block] = alone;
      totals[block] = total;
      continue;
    }
    --place[axis];
    const TaskOutput before = totals[chunks.number(place)];
    blocks[block] = {lowering.graph().add(join, {before, alone})};
    totals[block] = {lowering.graph().add(join, {before, total})};
  }
  return blocks;
}

DType running_type(DType dtype) {
  if (dtype.is_bool() || dtype.is_signed()) return K::kInt64;
  return dtype.is_unsigned() ? DType(K::kUInt64) : dtype;
}

}  // namespace

Array cumulate(std::string_view name, const Array& x, std::optional<std::int64_t> axis,
               std::optional<DType> dtype) {
  const bool product = name == "cumprod" || name == "nancumprod";
  const bool skips_nan = name == "nancumsum" || name == "nancumprod";
  if (!product && !skips_nan && name != "cumsum") {
    throw NotFound("expected cumsum, cumprod, nancumsum or nancumprod, found " + std::string(name));
  }
  if (x.dtype().is_time()) throw TypeError("expected numbers for a running sum, found " + x.dtype().name());
  Array values = axis ? x : ravel(x);
  if (skips_nan && !values.dtype().is_integer() && !values.dtype().is_bool()) {
    values = where(apply("isnan", {values}), product ? 1 : 0, values);
  }
  // Narrow integers are summed in 64 bits; another type is what comes out.
  const DType type = dtype.value_or(running_type(values.dtype()));
  values = values.astype(type).astype(running_type(type));
  const std::size_t along = checked_axis(axis.value_or(0), values.ndim());
  KeyBuilder identity("array.cumulate");
  const Key key = identity.add(static_cast<std::uint64_t>(along)).add(product).finish();
  return Array(std::make_shared<const Step>(
                   "Cumulate", std::string(name) + " axis " + std::to_string(along), key, values.dtype(),
                   values.chunks(), std::vector<lazy::NodePtr>{values.node()},
                   [along, product](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
                     const bool exact = as_array(inputs[0]).dtype().is_integer();
                     return product && !exact ? lower_chain(lowering, inputs[0], along)
                                              : lower_cumulate(lowering, inputs[0], along, product);
                   }))
      .astype(type);
}

}  // namespace treadle::array
