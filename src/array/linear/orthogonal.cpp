#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/factor_step.h"
#include "array/linear/matrices.h"
#include "array/linear/tall_qr.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

// QR and singular values.
namespace treadle::array {
namespace {

using K = ElementKind;

/// Throws InvalidArgument unless it is a matrix; its rows may be unknown, if each chunk has all columns.
void require_columns(const Array& a, const char* what) {
  const bool rows_only = a.ndim() == 2 && a.chunks().known(1) && a.chunks().axis(1).size() == 1;
  if (!rows_only) require_matrix(a, what);
}

std::vector<NdArray> svd_chunk(const NdArray& matrix) {
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  const std::int64_t k = std::min(rows, columns);
  const DType dtype = matrix.dtype();
  return visit_type(dtype, Factored(), "singular values", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder a = copied_by_columns(matrix);
    BufferBuilder u = room_for(dtype, {rows, k});
    BufferBuilder s = room_for(K::kFloat64, {k});
    BufferBuilder vt = room_for(dtype, {k, columns});
    if (k > 0 && factoring(zero).svd(rows, columns, a.as<T>(), u.as<T>(), s.as<double>(), vt.as<T>()) != 0) {
      throw InvalidArgument(
          "expected a matrix whose singular values converge, found NaN or infinities in it");
    }
    return std::vector<NdArray>{from_columns(dtype, rows, k, std::move(u)),
                                make_array(K::kFloat64, {k}, std::move(s)),
                                from_columns(dtype, k, columns, std::move(vt))};
  });
}

std::vector<NdArray> svd_call(std::span<const NdArray> chunks, TaskContext&) { return svd_chunk(chunks[0]); }

constexpr ChunkCall kSvd("svd", svd_call);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kSvd>();

/// Singular values of a matrix of one chunk.
Svd svd_of_chunk(const Array& a) {
  const std::int64_t k = std::min(a.shape()[0], a.shape()[1]);
  const FactorWork work = [](CallShape shape) { return kSvd(std::move(shape)); };
  const auto part = [&](std::uint32_t slot, DType type, Chunks chunks) {
    return factor_step("SVD", a, slot, 3, type, std::move(chunks), work);
  };
  return {part(0, a.dtype(), Chunks({{a.shape()[0]}, {k}})),
          part(1, K::kFloat64, Chunks(std::vector(1, std::vector{k}))),
          part(2, a.dtype(), Chunks({{k}, {a.shape()[1]}}))};
}

}  // namespace

std::pair<Array, Array> qr(const Array& matrix) {
  require_columns(matrix, "QR");
  const DType dtype = answer_type(matrix.dtype());
  const Array a = matrix.astype(working_type(dtype));
  if (a.chunks().axis(1).size() == 1) {
    auto [q, r] = tall_qr(a);
    return {q.astype(dtype), r.astype(dtype)};
  }
  if (a.chunks().axis(0).size() > 1) {
    throw InvalidArgument("expected one column or one row of chunks, found the chunks " +
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
  require_columns(matrix, "singular values");
  const DType dtype = answer_type(matrix.dtype());
  const Array a = matrix.astype(working_type(dtype));
  if (a.chunks().axis(1).size() > 1 && a.chunks().axis(0).size() > 1) {
    throw InvalidArgument("expected one column or one row of chunks, found the chunks " +
                          a.chunks().to_string() +
                          "; call rechunk with -1 for one of the axes first, or svd_compressed()");
  }
  const bool known = a.chunks().known();
  if (known && a.shape()[0] < a.shape()[1] && a.chunks().size() > 1) {
    const Svd turned = svd(matrix.transpose());
    return {turned.vt.transpose(), turned.s, turned.u.transpose()};
  }
  // Cut along the shorter axis: rows are cut instead.
  if (a.chunks().axis(1).size() > 1)
    return svd(matrix.rechunk(Chunking::some({{0, AxisChunking()}, {1, std::int64_t{-1}}})));
  Svd parts{a, a, a};
  if (a.chunks().size() > 1 || !known) {
    const auto [q, r] = tall_qr(a);
    parts = svd_of_chunk(r);
    parts.u = matmul(q, parts.u);
  } else {
    parts = svd_of_chunk(a);
  }
  return {parts.u.astype(dtype), parts.s.astype(real_type(dtype)), parts.vt.astype(dtype)};
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
  const auto basis_of = [](const Array& x) {
    return qr(x.rechunk(Chunking::some({{1, std::int64_t{-1}}}))).first;
  };
  Array basis = basis_of(matmul(a, directions.astype(a.dtype())));
  for (int i = 0; i < num_power_iterations; ++i) {
    const Array back = basis_of(matmul(conjugate_transpose(a), basis));
    basis = basis_of(matmul(a, back));
  }
  const Array small_matrix = matmul(conjugate_transpose(basis), a);
  const Svd small = svd(small_matrix.rechunk(Chunking::some({{0, std::int64_t{-1}}})));
  const Slice first{0, rank};
  return {index(matmul(basis, small.u), {Slice{}, first}).astype(dtype),
          index(small.s, {first}).astype(real_type(dtype)), index(small.vt, {first}).astype(dtype)};
}

}  // namespace treadle::array
