#include "array/linear/tall_qr.h"

#include <algorithm>
#include <string>
#include <vector>

#include "array/kernels/copy.h"
#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/factor_step.h"
#include "array/linear/matrices.h"
#include "array/nodes/step.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

std::vector<NdArray> qr_chunk(const NdArray& matrix) {
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  const std::int64_t k = std::min(rows, columns);
  const DType dtype = matrix.dtype();
  return visit_type(dtype, Factored(), "QR factorisation", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder a = copied_by_columns(matrix);
    BufferBuilder q = room_for(dtype, {rows, k});
    BufferBuilder r = room_for(dtype, {k, columns});
    if (k > 0) {
      const std::int64_t failed = factoring(zero).qr(rows, columns, a.as<T>(), q.as<T>());
      if (failed != 0) throw InternalError("LAPACK's QR answered with " + std::to_string(failed));
    }
    for (std::int64_t row = 0; row < k; ++row) {
      for (std::int64_t column = 0; column < columns; ++column)
        r.as<T>()[row * columns + column] = column < row ? T{} : a.as<T>()[column * rows + row];
    }
    return std::vector<NdArray>{from_columns(dtype, rows, k, std::move(q)),
                                make_array(dtype, {k, columns}, std::move(r))};
  });
}

NdArray multiply_chunks(const NdArray& a, const NdArray& b) {
  const Shape shape = {a.shape()[0], b.shape()[1]};
  return visit_type(a.dtype(), Factored(), "product", [&](auto zero) {
    using T = decltype(zero);
    const NdArray left = by_columns(a);
    const NdArray right = by_columns(b);
    BufferBuilder out = room_for(a.dtype(), shape);
    std::fill_n(out.as<T>(), num_elements(shape), T{});
    const MatrixView<T> first{reinterpret_cast<const T*>(left.data()), stride_of(left), true};
    const MatrixView<T> second{reinterpret_cast<const T*>(right.data()), stride_of(right), true};
    if constexpr (std::is_same_v<T, double>)
      linear_library().multiply_double(shape[0], shape[1], a.shape()[1], first, second, out.as<T>());
    else
      linear_library().multiply_complex_double(shape[0], shape[1], a.shape()[1], first, second, out.as<T>());
    return make_array(a.dtype(), shape, std::move(out));
  });
}

/// Q (R) of a chunk of whatever number of rows, as of one that has `k` rows at least: zeros fill it up.
NdArray filled_up(const NdArray& factor, std::size_t axis, std::int64_t k) {
  if (factor.shape()[axis] >= k) return factor;
  Shape shape = factor.shape();
  shape[axis] = k;
  BufferBuilder bytes = room_for(factor.dtype(), shape);
  std::fill_n(bytes.data(), bytes.size(), std::uint8_t{0});
  copy_elements(factor, bytes.data(), packed_strides(shape, factor.dtype().size()));
  return make_array(factor.dtype(), std::move(shape), std::move(bytes));
}

std::vector<NdArray> qr_call(std::span<const NdArray> chunks, TaskContext&) { return qr_chunk(chunks[0]); }

/// Of a chunk of any number of rows: Q and R as wide as there are columns, and the rows.
std::vector<NdArray> open_qr_call(std::span<const NdArray> chunks, TaskContext&,
                                  const std::int64_t& columns) {
  const std::vector<NdArray> factors = qr_chunk(chunks[0]);
  return {filled_up(factors[0], 1, columns), filled_up(factors[1], 0, columns),
          NdArray::of(std::vector{chunks[0].shape()[0]}, {1})};
}

/// The first input, if the counts behind it add up to its columns at least.
NdArray check_rows(std::span<const NdArray> chunks, TaskContext&) {
  std::int64_t rows = 0;
  for (const NdArray& count : chunks.subspan(1)) rows += count.item<std::int64_t>();
  const std::int64_t columns = chunks[0].shape()[1];
  if (rows >= columns) return chunks[0];
  throw InvalidArgument("expected at least " + std::to_string(columns) +
                        " rows of a matrix with as many columns and rows in chunks of unknown sizes, found " +
                        std::to_string(rows) + "; call compute_chunk_sizes() first");
}

NdArray multiply_call(std::span<const NdArray> chunks, TaskContext&) {
  return multiply_chunks(chunks[0], chunks[1]);
}

constexpr ChunkCall kQr("qr", qr_call);
constexpr ChunkCall kQrOpen("qr.open", open_qr_call);
constexpr ChunkCall kRows("qr.rows", check_rows);
constexpr ChunkCall kJoinQ("qr.join", multiply_call);
[[maybe_unused]] const bool kRegistered = register_chunk_call<kQr>() && register_chunk_call<kQrOpen>() &&
                                          register_chunk_call<kRows>() && register_chunk_call<kJoinQ>();

/// Q's of each chunk of one column of chunks below each other, R's below each other.
std::pair<Array, Array> qr_of_chunks(const Array& a) {
  const std::int64_t columns = a.shape()[1];
  std::vector<std::int64_t> ks;
  for (const std::int64_t rows : a.chunks().axis(0)) ks.push_back(std::min(rows, columns));
  const FactorWork work = [](CallShape shape) { return kQr(std::move(shape)); };
  // Chunks of fewer rows than columns have a narrower Q; they were joined before.
  const std::int64_t width = *std::max_element(ks.begin(), ks.end());
  return {factor_step("QR", a, 0, 2, a.dtype(), Chunks({a.chunks().axis(0), {width}}), work),
          factor_step("QR", a, 1, 2, a.dtype(), Chunks({ks, {columns}}), work)};
}

/// What `r` is made of, if `counts` (one a chunk) add up to its columns at least.
Array with_rows_enough(const Array& r, const Array& counts) {
  const Key key = KeyBuilder("array.qr.rows").finish();
  return Array(std::make_shared<const Step>(
      "CheckRows", "", key, r.dtype(), r.chunks(), std::vector<lazy::NodePtr>{r.node(), counts.node()},
      [](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const auto operation = kRows({});
        std::vector<TaskOutput> blocks = lowering.blocks(inputs[0]);
        const std::vector<TaskOutput>& counted = lowering.blocks(inputs[1]);
        blocks.insert(blocks.end(), counted.begin(), counted.end());
        return std::vector<TaskOutput>{{lowering.graph().add(operation, blocks)}};
      }));
}

/// The same of chunks of unknown numbers of rows: each has a square R and a Q as wide, filled up with zeros.
/// All R's are one chunk.
std::pair<Array, Array> qr_of_open_chunks(const Array& a) {
  const std::int64_t columns = a.shape()[1];
  const FactorWork work = [columns](CallShape shape) { return kQrOpen(std::move(shape), columns); };
  const auto part = [&](std::uint32_t slot, DType dtype, std::vector<std::vector<std::int64_t>> chunks) {
    return factor_step("QROpen", a, slot, 3, dtype, Chunks(std::move(chunks)), work);
  };
  const std::vector<std::int64_t>& rows = a.chunks().axis(0);
  const Array r = part(1, a.dtype(), {std::vector(rows.size(), columns), {columns}});
  const Array counts = part(2, K::kInt64, {std::vector(rows.size(), std::int64_t{1})});
  return {part(0, a.dtype(), {rows, {columns}}), with_rows_enough(r.rechunk(-1), counts)};
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
      [after](lazy::Lowering& lowering, const std::vector<lazy::NodePtr>& inputs) {
        const std::size_t bytes =
            static_cast<std::size_t>(after.largest()) * as_array(inputs[0]).dtype().size();
        const auto operation = kJoinQ({.memory = {bytes, 0}});
        std::vector<TaskOutput> blocks;
        for (std::size_t block = 0; block < after.size(); ++block) {
          blocks.push_back({lowering.graph().add(
              operation, {lowering.blocks(inputs[0])[block], lowering.blocks(inputs[1])[block]})});
        }
        return blocks;
      }));
}

}  // namespace

std::pair<Array, Array> tall_qr(const Array& matrix) {
  const bool known = matrix.chunks().known(0);
  const Array a = known ? with_tall_chunks(matrix) : matrix;
  auto [q, r] = known ? qr_of_chunks(a) : qr_of_open_chunks(a);
  if (known && a.chunks().axis(0).size() == 1) return {q, r};
  // The R's of all chunks together are a matrix again, and much smaller.
  const auto [q2, r2] = qr_of_chunks(r.rechunk(-1));
  const std::int64_t columns = a.shape()[1];
  const std::vector<std::int64_t> rows =
      known ? r.chunks().axis(0) : std::vector(a.chunks().axis(0).size(), columns);
  return {multiply_blocks(q, q2.rechunk(Chunking({rows, std::int64_t{-1}}))), r2};
}

}  // namespace treadle::array
