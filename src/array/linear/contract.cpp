#include "array/linear/contract.h"

#include <algorithm>
#include <climits>
#include <complex>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <type_traits>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/linear_library.h"
#include "array/linear/matrices.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_call.h"
#include "treadle/error.h"

// Products of chunks. A chunk of the answer takes pairs of chunks a few at a time, in their order.
namespace treadle::array {
namespace {

using K = ElementKind;
using Multiplied = Join<Types<std::int64_t>, Join<Floats, Complexes>>;

/// So many pairs of chunks are one task.
constexpr std::size_t kPairs = 4;

template <class T>
Multiply<T> multiplication() {
  const LinearLibrary& library = linear_library();
  if constexpr (std::is_same_v<T, float>)
    return library.multiply_float;
  else if constexpr (std::is_same_v<T, double>)
    return library.multiply_double;
  else if constexpr (std::is_same_v<T, std::complex<float>>)
    return library.multiply_complex_float;
  else
    return library.multiply_complex_double;
}

/// Integers wrap around.
void multiply_integers(std::int64_t rows, std::int64_t columns, std::int64_t inner, const std::int64_t* a,
                       const std::int64_t* b, std::int64_t* out) {
  for (std::int64_t row = 0; row < rows; ++row, a += inner, out += columns) {
    for (std::int64_t k = 0; k < inner; ++k) {
      const auto factor = static_cast<std::uint64_t>(a[k]);
      const std::int64_t* line = b + k * columns;
      for (std::int64_t column = 0; column < columns; ++column) {
        out[column] = static_cast<std::int64_t>(static_cast<std::uint64_t>(out[column]) +
                                                factor * static_cast<std::uint64_t>(line[column]));
      }
    }
  }
}

/// How the axes of a pair of chunks are counted.
struct PairShape {
  std::int64_t batch, rows, inner, columns;
  Shape out;
};

PairShape shape_of_pair(const NdArray& a, const NdArray& b, const Contraction& contraction) {
  const std::size_t own_a = a.ndim() - contraction.num_summed;
  const std::size_t own_b = contraction.num_batch + contraction.num_summed;
  const auto product = [](const Shape& shape, std::size_t begin, std::size_t end) {
    return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(begin),
                           shape.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{1},
                           std::multiplies<>());
  };
  PairShape pair{product(a.shape(), 0, contraction.num_batch),
                 product(a.shape(), contraction.num_batch, own_a),
                 product(a.shape(), own_a, a.ndim()),
                 product(b.shape(), own_b, b.ndim()),
                 {}};
  pair.out.assign(a.shape().begin(), a.shape().begin() + static_cast<std::ptrdiff_t>(own_a));
  pair.out.insert(pair.out.end(), b.shape().begin() + static_cast<std::ptrdiff_t>(own_b), b.shape().end());
  return pair;
}

/// Matrices are multiplied where they lie: transposed ones, parts of larger ones.
template <class T>
bool add_matrix_product(const NdArray& a, const NdArray& b, T* out) {
  if (a.ndim() != 2 || b.ndim() != 2) return false;
  const auto left = view_of<T>(a);
  const auto right = view_of<T>(b);
  if (!left || !right) return false;
  multiplication<T>()(a.shape()[0], b.shape()[1], a.shape()[1], *left, *right, out);
  return true;
}

template <class T>
void add_product(const NdArray& chunk_a, const NdArray& chunk_b, const Contraction& contraction,
                 TaskContext& context, T* out) {
  context.check_stopped();
  if constexpr (!std::is_same_v<T, std::int64_t>) {
    if (contraction.num_batch == 0 && contraction.num_summed == 1 &&
        add_matrix_product<T>(chunk_a, chunk_b, out))
      return;
  }
  const NdArray a = chunk_a.packed();
  const NdArray b = chunk_b.packed();
  const PairShape pair = shape_of_pair(a, b, contraction);
  for (std::int64_t k = 0; k < pair.batch; ++k) {
    context.check_stopped();
    const T* left = a.values<T>().data() + k * pair.rows * pair.inner;
    const T* right = b.values<T>().data() + k * pair.inner * pair.columns;
    T* to = out + k * pair.rows * pair.columns;
    if constexpr (std::is_same_v<T, std::int64_t>) {
      multiply_integers(pair.rows, pair.columns, pair.inner, left, right, to);
    } else {
      multiplication<T>()(pair.rows, pair.columns, pair.inner, {left, std::max<std::int64_t>(pair.inner, 1)},
                          {right, std::max<std::int64_t>(pair.columns, 1)}, to);
    }
  }
}

/// The products of pairs, added to what came before (the first input, if there is an odd number).
NdArray add_products(std::span<const NdArray> chunks, const Contraction& contraction, TaskContext& context) {
  const bool continued = chunks.size() % 2 == 1;
  const std::size_t first = continued ? 1 : 0;
  const PairShape shape = shape_of_pair(chunks[first], chunks[first + 1], contraction);
  if (std::max({shape.rows, shape.inner, shape.columns}) > INT_MAX) {
    throw InvalidArgument("expected chunks of less than 2^31 rows and columns to multiply; rechunk them");
  }
  const DType dtype = chunks[first].dtype();
  BufferBuilder out = room_for(dtype, shape.out);
  if (continued)
    std::copy_n(chunks[0].packed().data(), out.size(), out.data());
  else
    std::fill_n(out.data(), out.size(), std::uint8_t{0});
  visit_type(dtype, Multiplied(), "product", [&](auto zero) {
    using T = decltype(zero);
    for (std::size_t i = first; i < chunks.size(); i += 2) {
      add_product<T>(chunks[i], chunks[i + 1], contraction, context, out.as<T>());
    }
    return 0;
  });
  return make_array(dtype, shape.out, std::move(out));
}

NdArray product_of_chunks(std::span<const NdArray> chunks, TaskContext& context, const std::size_t& num_batch,
                          const std::size_t& num_summed) {
  return add_products(chunks, {num_batch, num_summed}, context);
}

constexpr ChunkCall kProduct("product", product_of_chunks);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kProduct>();

/// `axes` of an array alone, for align().
Array axes_of(const Array& x, const std::vector<std::size_t>& axes) {
  std::vector<std::vector<std::int64_t>> chunks;
  for (const std::size_t axis : axes) chunks.push_back(x.chunks().axis(axis));
  return Array(std::make_shared<const Step>("Axes", "", Key{}, x.dtype(), Chunks(std::move(chunks)),
                                            std::vector<lazy::NodePtr>{}, LowerFunction()));
}

Array with_axes(const Array& x, const std::vector<std::size_t>& axes, const Chunks& chunks) {
  std::map<std::int64_t, AxisChunking> wanted;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (chunks.known(i)) wanted.emplace(static_cast<std::int64_t>(axes[i]), chunks.axis(i));
  }
  return x.rechunk(Chunking::some(std::move(wanted)));
}

std::vector<TaskOutput> lower_contract(lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs,
                                       const Chunks& after, const Contraction& contraction) {
  const Chunks& a = as_array(inputs[0]).chunks();
  const Chunks& b = as_array(inputs[1]).chunks();
  const std::size_t own_a = a.ndim() - contraction.num_summed;
  std::vector<std::vector<std::int64_t>> summed_axes(a.axes().begin() + static_cast<std::ptrdiff_t>(own_a),
                                                     a.axes().end());
  const Chunks summed(std::move(summed_axes));
  const std::size_t bytes = static_cast<std::size_t>(after.largest()) * as_array(inputs[0]).dtype().size();
  const auto operation = kProduct({.memory = {bytes, 0}}, contraction.num_batch, contraction.num_summed);
  std::vector<TaskOutput> blocks;
  for (std::size_t block = 0; block < after.size(); ++block) {
    const std::vector<std::size_t> place = after.place(block);
    std::vector<TaskOutput> pending;
    for (std::size_t k = 0; k < summed.size(); ++k) {
      const std::vector<std::size_t> inner = summed.place(k);
      std::vector<std::size_t> at_a(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(own_a));
      at_a.insert(at_a.end(), inner.begin(), inner.end());
      std::vector<std::size_t> at_b(place.begin(),
                                    place.begin() + static_cast<std::ptrdiff_t>(contraction.num_batch));
      at_b.insert(at_b.end(), inner.begin(), inner.end());
      at_b.insert(at_b.end(), place.begin() + static_cast<std::ptrdiff_t>(own_a), place.end());
      pending.push_back(lowering.blocks(inputs[0])[a.number(at_a)]);
      pending.push_back(lowering.blocks(inputs[1])[b.number(at_b)]);
      if (pending.size() >= 2 * kPairs || k + 1 == summed.size())
        pending = {{lowering.graph().add(operation, pending)}};
    }
    blocks.push_back(pending[0]);
  }
  return blocks;
}

/// The chunks of the answer as the arguments' own say.
Chunks product_chunks(const Array& a, const Array& b, const Contraction& contraction) {
  const auto own_a = static_cast<std::ptrdiff_t>(a.ndim() - contraction.num_summed);
  const auto own_b = static_cast<std::ptrdiff_t>(contraction.num_batch + contraction.num_summed);
  std::vector<std::vector<std::int64_t>> axes(a.chunks().axes().begin(), a.chunks().axes().begin() + own_a);
  axes.insert(axes.end(), b.chunks().axes().begin() + own_b, b.chunks().axes().end());
  return Chunks(std::move(axes));
}

/// So many multiplications are one task at least, and so many tasks one product of chunks at most.
constexpr double kTaskWork = 0x1p31;
constexpr double kMostTasks = 8;

/// `a` with its rows in several chunks where the product of two chunks is long work, so that threads share
/// it: chunks of the usual size are few.
Array with_shorter_chunks(const Array& a, const Array& b, const Contraction& contraction) {
  const bool has_rows = a.ndim() > contraction.num_summed;
  if (!has_rows || !a.chunks().known() || !b.chunks().known() || a.size() == 0 || b.size() == 0) return a;
  auto work = static_cast<double>(a.chunks().largest());
  for (std::size_t i = contraction.num_summed; i < b.ndim(); ++i)
    work *= static_cast<double>(std::ranges::max(b.chunks().axis(i)));
  // What is cut so comes together behind the product: enough tasks are not cut again.
  const auto already = static_cast<double>(product_chunks(a, b, contraction).size());
  const auto pieces = static_cast<std::int64_t>(std::min(work / kTaskWork, kMostTasks / already));
  if (pieces < 2) return a;
  std::vector<std::int64_t> rows;
  for (const std::int64_t length : a.chunks().axis(0)) {
    const std::int64_t size = std::max<std::int64_t>((length + pieces - 1) / pieces, 1);
    for (std::int64_t left = length; left > 0; left -= size) rows.push_back(std::min(left, size));
  }
  return a.rechunk(Chunking::some({{0, rows}}));
}

/// The axes that both sides share, those that stay first, as each side counts them.
struct SharedAxes {
  std::vector<std::size_t> of_a, of_b;
};

SharedAxes shared_axes(const Array& a, const Array& b, const Contraction& contraction) {
  SharedAxes shared;
  for (std::size_t i = 0; i < contraction.num_batch; ++i) {
    shared.of_a.push_back(i);
    shared.of_b.push_back(i);
  }
  for (std::size_t i = 0; i < contraction.num_summed; ++i) {
    shared.of_a.push_back(a.ndim() - contraction.num_summed + i);
    shared.of_b.push_back(contraction.num_batch + i);
  }
  for (std::size_t i = 0; i < shared.of_a.size(); ++i) {
    const std::int64_t length_a = a.shape()[shared.of_a[i]];
    const std::int64_t length_b = b.shape()[shared.of_b[i]];
    if (length_a != length_b && length_a >= 0 && length_b >= 0) {
      throw InvalidArgument("expected equal lengths to multiply along, found the shapes " +
                            to_string(a.shape()) + " and " + to_string(b.shape()));
    }
  }
  return shared;
}

/// `x` whose axes from `begin` to `end` are cut as those of `as` from `first` on.
Array cut_axes(const Array& x, std::size_t begin, std::size_t end, const Chunks& as, std::size_t first) {
  std::map<std::int64_t, AxisChunking> wanted;
  for (std::size_t i = begin; i < end; ++i)
    wanted.emplace(static_cast<std::int64_t>(i), as.axis(first + i - begin));
  return x.rechunk(Chunking::some(std::move(wanted)));
}

}  // namespace

Array contract(const Array& a, const Array& b, const Contraction& contraction) {
  const DType dtype = promote(a.dtype(), b.dtype());
  if (dtype.is_time()) throw TypeError("expected numbers to multiply, found " + dtype.name());
  if (!dtype.is_float() && !dtype.is_complex() && dtype != DType(K::kInt64)) {
    return contract(a.astype(K::kInt64), b.astype(K::kInt64), contraction).astype(dtype);
  }
  const SharedAxes shared = shared_axes(a, b, contraction);
  const Chunks common = align({axes_of(a, shared.of_a), axes_of(b, shared.of_b)}).chunks;
  Array left = with_axes(a.astype(dtype), shared.of_a, common);
  Array right = with_axes(b.astype(dtype), shared.of_b, common);
  const Chunks planned = product_chunks(left, right, contraction);
  const Chunks after =
      limit_chunks(planned, dtype.size(), std::max(left.chunks().largest(), right.chunks().largest()));
  if (after != planned) {
    const std::size_t own_a = a.ndim() - contraction.num_summed;
    left = cut_axes(left, 0, own_a, after, 0);
    right = cut_axes(cut_axes(right, 0, contraction.num_batch, after, 0), shared.of_b.size(), right.ndim(),
                     after, own_a);
  }
  if (contraction.num_batch == 0) {
    const Array shorter = with_shorter_chunks(left, right, contraction);
    if (shorter.node() != left.node()) return contract(shorter, right, contraction).rechunk(Chunking(after));
  }
  KeyBuilder identity("array.contract");
  const Key key = identity.add(static_cast<std::uint64_t>(contraction.num_batch))
                      .add(static_cast<std::uint64_t>(contraction.num_summed))
                      .finish();
  return Array(
      std::make_shared<const Step>("Contract", std::to_string(contraction.num_summed) + " axes", key, dtype,
                                   after, std::vector<lazy::NodePtr>{left.node(), right.node()},
                                   [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
                                     return lower_contract(lowering, inputs, after, contraction);
                                   }));
}

}  // namespace treadle::array
