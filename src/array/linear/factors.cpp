#include <algorithm>
#include <cmath>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/linear_library.h"
#include "array/nodes/step.h"
#include "array/operations/chunk_operation.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// Factorisations. LAPACK works on one chunk in double precision; narrower types are cast there and back.
namespace treadle::array {
namespace {

using K = ElementKind;
using Axes = std::vector<std::int64_t>;
using Factored = Types<double, std::complex<double>>;

DType working_type(DType dtype) {
  if (dtype.is_time()) throw TypeError("expected numbers for linear algebra, found " + dtype.name());
  return dtype.is_complex() ? K::kComplex128 : K::kFloat64;
}

/// What NumPy answers with: integers are worked on as float64.
DType answer_type(DType dtype) { return dtype.is_float() || dtype.is_complex() ? dtype : DType(K::kFloat64); }

DType real_type(DType dtype) {
  return dtype == DType(K::kFloat32) || dtype == DType(K::kComplex64) ? K::kFloat32 : K::kFloat64;
}

void require_matrix(const Array& a, const char* what) {
  if (a.ndim() != 2) {
    throw InvalidArgument("expected a matrix for " + std::string(what) + ", found the shape " +
                          to_string(a.shape()));
  }
  require_known(a, what);
}

void require_square(const Array& a, const char* what) {
  require_matrix(a, what);
  if (a.shape()[0] != a.shape()[1]) {
    throw InvalidArgument("expected a square matrix for " + std::string(what) + ", found the shape " +
                          to_string(a.shape()));
  }
}

template <class T>
BufferBuilder copied(const NdArray& matrix) {
  const NdArray packed = matrix.packed();
  BufferBuilder bytes;
  bytes.append(packed.data(), packed.nbytes());
  return bytes;
}

std::vector<NdArray> qr_chunk(const NdArray& matrix) {
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  const std::int64_t k = std::min(rows, columns);
  return visit_type(matrix.dtype(), Factored(), "QR factorisation", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder q = copied<T>(matrix);
    BufferBuilder r = room_for(matrix.dtype(), {k, columns});
    if (k > 0) {
      std::int64_t failed = 0;
      if constexpr (std::is_same_v<T, double>)
        failed = linear_library().qr_double(rows, columns, q.as<T>(), r.as<T>());
      else
        failed = linear_library().qr_complex(rows, columns, q.as<T>(), r.as<T>());
      if (failed != 0) throw InternalError("LAPACK's QR answered with " + std::to_string(failed));
    }
    q.resize(static_cast<std::size_t>(rows * k) * sizeof(T));
    return std::vector<NdArray>{make_array(matrix.dtype(), {rows, k}, std::move(q)),
                                make_array(matrix.dtype(), {k, columns}, std::move(r))};
  });
}

std::vector<NdArray> svd_chunk(const NdArray& matrix) {
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  const std::int64_t k = std::min(rows, columns);
  return visit_type(matrix.dtype(), Factored(), "singular values", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder a = copied<T>(matrix);
    BufferBuilder u = room_for(matrix.dtype(), {rows, k});
    BufferBuilder s = room_for(K::kFloat64, {k});
    BufferBuilder vt = room_for(matrix.dtype(), {k, columns});
    if (k > 0) {
      std::int64_t failed = 0;
      if constexpr (std::is_same_v<T, double>) {
        failed = linear_library().svd_double(rows, columns, a.as<T>(), u.as<T>(), s.as<double>(), vt.as<T>());
      } else {
        failed =
            linear_library().svd_complex(rows, columns, a.as<T>(), u.as<T>(), s.as<double>(), vt.as<T>());
      }
      if (failed != 0)
        throw InvalidArgument(
            "expected a matrix whose singular values converge, found NaN or infinities in it");
    }
    return std::vector<NdArray>{make_array(matrix.dtype(), {rows, k}, std::move(u)),
                                make_array(K::kFloat64, {k}, std::move(s)),
                                make_array(matrix.dtype(), {k, columns}, std::move(vt))};
  });
}

NdArray solve_chunk(const NdArray& matrix, const NdArray& right) {
  const std::int64_t n = matrix.shape()[0];
  return visit_type(matrix.dtype(), Factored(), "solution", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder a = copied<T>(matrix);
    BufferBuilder b = copied<T>(right);
    std::int64_t failed = 0;
    if (n > 0 && right.shape()[1] > 0) {
      if constexpr (std::is_same_v<T, double>)
        failed = linear_library().solve_double(n, right.shape()[1], a.as<T>(), b.as<T>());
      else
        failed = linear_library().solve_complex(n, right.shape()[1], a.as<T>(), b.as<T>());
    }
    if (failed != 0) throw InvalidArgument("expected a matrix that can be inverted, found a singular one");
    return make_array(matrix.dtype(), right.shape(), std::move(b));
  });
}

NdArray cholesky_chunk(const NdArray& matrix) {
  return visit_type(matrix.dtype(), Factored(), "Cholesky factorisation", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder a = copied<T>(matrix);
    std::int64_t failed = 0;
    if constexpr (std::is_same_v<T, double>)
      failed = linear_library().cholesky_double(matrix.shape()[0], a.as<T>());
    else
      failed = linear_library().cholesky_complex(matrix.shape()[0], a.as<T>());
    if (failed != 0) throw InvalidArgument("expected a positive definite matrix, found one that is not");
    return make_array(matrix.dtype(), matrix.shape(), std::move(a));
  });
}

/// A step of one task a chunk that makes several arrays; `slot` is the one that comes out.
Array factor(const char* kind, const Array& x, std::uint32_t slot, std::uint32_t num_slots, DType dtype,
             Chunks chunks, ChunksFunction function) {
  KeyBuilder identity(kind);
  const Key work = identity.finish();
  const Key key = KeyBuilder(kind).add(slot).finish();
  const std::size_t bytes = 3 * static_cast<std::size_t>(x.chunks().largest()) * x.dtype().size();
  return Array(std::make_shared<const Step>(
      kind, std::to_string(slot), key, dtype, std::move(chunks), std::vector<lazy::NodePtr>{x.node()},
      [=, function = std::move(function)](lazy::Lowering& lowering,
                                          const std::vector<lazy::NodePtr>& inputs) {
        const auto operation = chunks_operation(kind, work, num_slots, {bytes, 0}, function);
        std::vector<TaskOutput> blocks;
        for (const TaskOutput& block : lowering.blocks(inputs[0])) {
          blocks.push_back({lowering.graph().add(operation, {block}), slot});
        }
        return blocks;
      }));
}

/// Q and R of each chunk of one column of chunks: Q's below each other, R's below each other.
std::pair<Array, Array> qr_of_chunks(const Array& a) {
  const std::int64_t columns = a.shape()[1];
  std::vector<std::int64_t> ks;
  for (const std::int64_t rows : a.chunks().axis(0)) ks.push_back(std::min(rows, columns));
  const ChunksFunction function = [](std::span<const NdArray> chunks, TaskContext&) {
    return qr_chunk(chunks[0]);
  };
  // Chunks of fewer rows than columns have a narrower Q; they were joined before.
  const std::int64_t width = *std::max_element(ks.begin(), ks.end());
  return {factor("QR", a, 0, 2, a.dtype(), Chunks({a.chunks().axis(0), {width}}), function),
          factor("QR", a, 1, 2, a.dtype(), Chunks({ks, {columns}}), function)};
}

/// Chunks of at least as many rows as there are columns, if there are as many rows at all.
Array with_tall_chunks(const Array& a) {
  const std::int64_t columns = a.shape()[1];
  std::vector<std::int64_t> rows;
  for (const std::int64_t length : a.chunks().axis(0)) {
    if (!rows.empty() && (rows.back() < columns || length < columns))
      rows.back() += length;
    else
      rows.push_back(length);
  }
  return a.rechunk(Chunking({rows, std::int64_t{-1}}));
}

/// Blocks of a stacked matrix's Q: the k-th goes with the k-th chunk.
Array multiply_blocks(const Array& q, const Array& second) {
  const Chunks after({q.chunks().axis(0), {second.shape()[1]}});
  KeyBuilder identity("array.qr.join");
  const Key key = identity.finish();
  return Array(std::make_shared<const Step>(
      "JoinQ", "", key, q.dtype(), after, std::vector<lazy::NodePtr>{q.node(), second.node()},
      [after, key](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t bytes =
            static_cast<std::size_t>(after.largest()) * as_array(inputs[0]).dtype().size();
        const auto operation =
            chunk_operation("qr.join", key, {bytes, 0}, [](std::span<const NdArray> chunks, TaskContext&) {
              const NdArray a = chunks[0].packed();
              const NdArray b = chunks[1].packed();
              BufferBuilder out = room_for(a.dtype(), {a.shape()[0], b.shape()[1]});
              std::fill_n(out.data(), out.size(), std::uint8_t{0});
              if (a.dtype() == DType(K::kFloat64)) {
                linear_library().multiply_double(a.shape()[0], b.shape()[1], a.shape()[1],
                                                 a.values<double>().data(), b.values<double>().data(),
                                                 out.as<double>());
              } else {
                using Complex = std::complex<double>;
                linear_library().multiply_complex_double(a.shape()[0], b.shape()[1], a.shape()[1],
                                                         a.values<Complex>().data(),
                                                         b.values<Complex>().data(), out.as<Complex>());
              }
              return make_array(a.dtype(), {a.shape()[0], b.shape()[1]}, std::move(out));
            });
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          blocks.push_back({lowering.graph().add(
              operation, {lowering.blocks(inputs[0])[block], lowering.blocks(inputs[1])[block]})});
        }
        return blocks;
      }));
}

std::pair<Array, Array> tall_qr(const Array& matrix) {
  const Array a = with_tall_chunks(matrix);
  auto [q, r] = qr_of_chunks(a);
  if (a.chunks().axis(0).size() == 1) return {q, r};
  // The R's of all chunks together are a matrix again, and much smaller.
  const auto [q2, r2] = qr_of_chunks(r.rechunk(-1));
  const Array second = q2.rechunk(Chunking({r.chunks().axis(0), std::int64_t{-1}}));
  return {multiply_blocks(q, second), r2};
}

Array conjugate_transpose(const Array& x) { return apply("conjugate", {x.transpose()}); }

}  // namespace

std::pair<Array, Array> qr(const Array& matrix) {
  require_matrix(matrix, "QR");
  const DType dtype = answer_type(matrix.dtype());
  const Array a = matrix.astype(working_type(dtype));
  const bool one_column = a.chunks().axis(1).size() == 1;
  const bool one_row = a.chunks().axis(0).size() == 1;
  if (one_column && (one_row || a.shape()[0] >= a.shape()[1])) {
    auto [q, r] = tall_qr(a);
    return {q.astype(dtype), r.astype(dtype)};
  }
  if (!one_row) {
    throw InvalidArgument(
        "expected one column of chunks with at least as many rows as columns, or one row of chunks, found "
        "the "
        "chunks " +
        a.chunks().to_string() + "; call rechunk with -1 for one of the axes first");
  }
  // Short and wide: the leading square decides Q.
  const std::int64_t rows = a.shape()[0];
  const std::int64_t lead = std::min(rows, a.shape()[1]);
  const auto [q, r] = tall_qr(index(a, {Slice{}, Slice{0, lead}}).rechunk(-1));
  if (lead == a.shape()[1]) return {q.astype(dtype), r.astype(dtype)};
  const Array rest = matmul(conjugate_transpose(q), index(a, {Slice{}, Slice{lead, {}}}));
  return {q.astype(dtype), concatenate({r, rest}, 1).astype(dtype)};
}

Svd svd(const Array& matrix) {
  require_matrix(matrix, "singular values");
  const DType dtype = answer_type(matrix.dtype());
  const Array a = matrix.astype(working_type(dtype));
  if (a.chunks().axis(1).size() > 1 && a.chunks().axis(0).size() > 1) {
    throw InvalidArgument("expected one column or one row of chunks, found the chunks " +
                          a.chunks().to_string() +
                          "; call rechunk with -1 for one of the axes first, or svd_compressed()");
  }
  if (a.chunks().axis(1).size() > 1 || (a.shape()[0] < a.shape()[1] && a.chunks().size() > 1)) {
    const Svd turned = svd(matrix.transpose());
    return {turned.vt.transpose(), turned.s, turned.u.transpose()};
  }
  const std::int64_t k = std::min(a.shape()[0], a.shape()[1]);
  const bool tall = a.chunks().size() > 1;
  std::optional<Array> q;
  Array square = a;
  if (tall) {
    auto [left, right] = tall_qr(a);
    q = left;
    square = right;
  }
  const ChunksFunction function = [](std::span<const NdArray> chunks, TaskContext&) {
    return svd_chunk(chunks[0]);
  };
  const auto part = [&](std::uint32_t slot, DType type, Chunks chunks) {
    return factor("SVD", square, slot, 3, type, std::move(chunks), function);
  };
  const Array u = part(0, a.dtype(), Chunks({{square.shape()[0]}, {k}}));
  return {(q ? matmul(*q, u) : u).astype(dtype),
          part(1, K::kFloat64, Chunks(std::vector(1, std::vector{k}))).astype(real_type(dtype)),
          part(2, a.dtype(), Chunks({{k}, {a.shape()[1]}})).astype(dtype)};
}

Svd svd_compressed(const Array& matrix, std::int64_t rank, Random& random, int num_power_iterations,
                   std::int64_t num_oversamples) {
  require_matrix(matrix, "singular values");
  const std::int64_t least = std::min(matrix.shape()[0], matrix.shape()[1]);
  if (rank < 1 || rank > least) {
    throw InvalidArgument("expected a rank between 1 and " + std::to_string(least) + ", found " +
                          std::to_string(rank));
  }
  const DType dtype = answer_type(matrix.dtype());
  const Array a = matrix.astype(working_type(dtype));
  const std::int64_t width = std::min(rank + std::max<std::int64_t>(num_oversamples, 0), least);
  const Array directions =
      random.normal(0, 1, {a.shape()[1], width}, Chunking({a.chunks().axis(1), std::int64_t{-1}}));
  Array basis = qr(matmul(a, directions.astype(a.dtype()))).first;
  for (int i = 0; i < num_power_iterations; ++i) {
    const Array back = qr(matmul(conjugate_transpose(a), basis)).first;
    basis = qr(matmul(a, back)).first;
  }
  const Svd small = svd(matmul(conjugate_transpose(basis), a));
  const Slice first{0, rank};
  return {index(matmul(basis, small.u), {Slice{}, first}).astype(dtype),
          index(small.s, {first}).astype(real_type(dtype)), index(small.vt, {first}).astype(dtype)};
}

Array solve(const Array& a, const Array& b) {
  require_square(a, "solve");
  require_known(b, "solve");
  if (b.ndim() == 1) return squeeze(solve(a, expand_dims(b, {1})), {{1}});
  if (b.ndim() != 2 || b.shape()[0] != a.shape()[0]) {
    throw InvalidArgument("expected right sides of " + std::to_string(a.shape()[0]) +
                          " rows, found the shape " + to_string(b.shape()));
  }
  const DType dtype = answer_type(promote(a.dtype(), b.dtype()));
  const Array matrix = a.astype(working_type(dtype)).rechunk(-1);
  const Array right = b.astype(working_type(dtype)).rechunk(Chunking::some({{0, std::int64_t{-1}}}));
  const Chunks after = right.chunks();
  KeyBuilder identity("array.solve");
  const Key key = identity.finish();
  const std::size_t bytes =
      matrix.node() == nullptr ? 0 : static_cast<std::size_t>(matrix.size()) * matrix.dtype().size();
  return Array(std::make_shared<const Step>(
                   "Solve", "", key, matrix.dtype(), after,
                   std::vector<lazy::NodePtr>{matrix.node(), right.node()},
                   [=](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
                     const auto operation =
                         chunk_operation("solve", key, {as_array(inputs[1]).chunk_bytes(), bytes},
                                         [](std::span<const NdArray> chunks, TaskContext&) {
                                           return solve_chunk(chunks[0], chunks[1]);
                                         });
                     std::vector<TaskOutput> blocks;
                     for (const TaskOutput& block : lowering.blocks(inputs[1])) {
                       blocks.push_back(
                           {lowering.graph().add(operation, {lowering.blocks(inputs[0])[0], block})});
                     }
                     return blocks;
                   }))
      .astype(dtype);
}

Array inv(const Array& a) {
  require_square(a, "the inverse");
  return solve(
      a, eye(a.shape()[0], {}, 0, answer_type(a.dtype()), Chunking({std::int64_t{-1}, a.chunks().axis(1)})));
}

Array cholesky(const Array& a) {
  require_square(a, "the Cholesky factor");
  const DType dtype = answer_type(a.dtype());
  const Array whole = a.astype(working_type(dtype)).rechunk(-1);
  return factor("Cholesky", whole, 0, 1, whole.dtype(), whole.chunks(),
                [](std::span<const NdArray> chunks, TaskContext&) {
                  return std::vector<NdArray>{cholesky_chunk(chunks[0])};
                })
      .astype(dtype);
}

Array lstsq(const Array& a, const Array& b) {
  const auto [q, r] = qr(a);
  return solve(r, tensordot(conjugate_transpose(q), b, 1));
}

Array norm(const Array& x, std::optional<double> order, const ReduceOptions& options) {
  const std::size_t num_axes = options.axes ? options.axes->size() : x.ndim();
  const Array size =
      apply("absolute", {x.dtype().is_float() || x.dtype().is_complex() ? x : x.astype(K::kFloat64)});
  const bool matrix = num_axes == 2 && order;
  if (!order || (num_axes == 1 && *order == 2)) return apply("sqrt", {apply("square", {size}).sum(options)});
  if (num_axes > 2 || num_axes == 0 || (matrix && std::abs(*order) != 1 && !std::isinf(*order))) {
    throw InvalidArgument("expected an order that a norm over " + std::to_string(num_axes) +
                          " axes has, found " + NdArray::scalar(*order).to_string());
  }
  if (matrix) {
    const Axes axes = options.axes.value_or(Axes{0, 1});
    // Sums along the rows for infinities, down the columns for 1; then the largest or least of them.
    const std::size_t first = std::isinf(*order) ? 1 : 0;
    const Array sums = size.sum({{{axes[first]}}, true});
    const Array best = *order > 0 ? sums.max({axes, true}) : sums.min({axes, true});
    return options.keep_axes ? best : squeeze(best, axes);
  }
  if (std::isinf(*order)) return *order > 0 ? size.max(options) : size.min(options);
  if (*order == 0) return apply("not_equal", {x, 0}).sum(options).astype(size.dtype());
  if (*order == 1) return size.sum(options);
  return apply("power", {apply("power", {size, *order}).sum(options), 1 / *order});
}

}  // namespace treadle::array
