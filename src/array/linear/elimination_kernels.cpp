#include "array/linear/elimination_kernels.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "array/kernels/make_array.h"
#include "array/kernels/visit.h"
#include "array/linear/matrices.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

/// What a matrix holds makes it none that can be computed with; in Python a numpy.linalg.LinAlgError, too.
class MatrixRefused final : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
  std::string_view kind() const noexcept override { return "LinAlgError"; }
};

[[noreturn]] void refuse_singular_matrix() {
  throw MatrixRefused("expected a matrix that can be inverted, found a singular one");
}

template <class T>
const T* elements(const NdArray& array) {
  return reinterpret_cast<const T*>(array.data());
}

/// Throws InvalidArgument if a number on the diagonal of a triangle is 0.
template <class T>
void require_regular(const T* diagonal, std::int64_t stride, std::int64_t width) {
  for (std::int64_t i = 0; i < width; ++i) {
    if (diagonal[i * (stride + 1)] == T{}) refuse_singular_matrix();
  }
}

bool forward(Elimination elimination) { return elimination != Elimination::kUpperTriangle; }

}  // namespace

std::vector<NdArray> factor_column(const EliminationStep& step, const NdArray& column, bool refuse_singular) {
  return visit_type(column.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = column.shape()[0];
    BufferBuilder bytes = copied_by_columns(column);
    T* diagonal = bytes.as<T>() + step.first;
    const auto& lapack = factoring(zero);
    std::vector<NdArray> made;
    BufferBuilder pivots;
    if (step.elimination == Elimination::kLu) {
      pivots = room_for(K::kInt32, {step.width});
      const std::int64_t failed =
          lapack.lu(n - step.first, step.width, diagonal, n, pivots.as<std::int32_t>());
      if (failed != 0 && refuse_singular) refuse_singular_matrix();
    } else {
      if (lapack.cholesky(step.width, diagonal, n) != 0)
        throw MatrixRefused("expected a positive definite matrix, found one that is not");
      lapack.solve_triangle({.lower = true, .adjoint = true, .from_the_right = true},
                            n - step.first - step.width, step.width, diagonal, n, diagonal + step.width, n);
    }
    made.push_back(from_columns(column.dtype(), n, step.width, std::move(bytes)));
    if (step.elimination == Elimination::kLu)
      made.push_back(make_array(K::kInt32, {step.width}, std::move(pivots)));
    return made;
  });
}

NdArray eliminate(const EliminationStep& step, std::span<const NdArray> factored, const NdArray& column) {
  return visit_type(column.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = column.shape()[0];
    const std::int64_t columns = column.shape()[1];
    const NdArray step_column = by_columns(factored[0]);
    const std::int64_t stride = stride_of(step_column);
    const T* diagonal = elements<T>(step_column) + step.first;
    BufferBuilder bytes = copied_by_columns(column);
    T* own = bytes.as<T>() + step.first;
    const auto& lapack = factoring(zero);
    const bool unit = step.elimination == Elimination::kLu;
    if (unit) lapack.exchange_rows(columns, own, n, step.width, elements<std::int32_t>(factored[1]));
    if (step.elimination == Elimination::kLowerTriangle) require_regular(diagonal, stride, step.width);
    lapack.solve_triangle({.lower = true, .unit_diagonal = unit}, step.width, columns, diagonal, stride, own,
                          n);
    lapack.subtract_product(n - step.first - step.width, columns, step.width, {diagonal + step.width, stride},
                            {own, n}, own + step.width, n);
    return from_columns(column.dtype(), n, columns, std::move(bytes));
  });
}

NdArray update_symmetric(const EliminationStep& step, const NdArray& factored, const NdArray& column,
                         std::int64_t first) {
  return visit_type(column.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = column.shape()[0];
    const std::int64_t columns = column.shape()[1];
    const NdArray step_column = by_columns(factored);
    const std::int64_t stride = stride_of(step_column);
    const T* rows = elements<T>(step_column) + first;
    BufferBuilder bytes = copied_by_columns(column);
    factoring(zero).subtract_product(n - first, columns, step.width, {rows, stride}, {rows, stride, true},
                                     bytes.as<T>() + first, n);
    return from_columns(column.dtype(), n, columns, std::move(bytes));
  });
}

NdArray substitute_back(const EliminationStep& step, const NdArray& factored, const NdArray& right) {
  return visit_type(right.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = right.shape()[0];
    const std::int64_t columns = right.shape()[1];
    const NdArray step_column = by_columns(factored);
    const std::int64_t stride = stride_of(step_column);
    const T* top = elements<T>(step_column);
    const T* diagonal = top + step.first;
    BufferBuilder bytes = copied_by_columns(right);
    T* all = bytes.as<T>();
    T* own = all + step.first;
    const auto& lapack = factoring(zero);
    if (step.elimination == Elimination::kCholesky) {
      const std::int64_t below = n - step.first - step.width;
      lapack.subtract_product(step.width, columns, below, {diagonal + step.width, stride, true},
                              {own + step.width, n}, own, n);
      lapack.solve_triangle({.lower = true, .adjoint = true}, step.width, columns, diagonal, stride, own, n);
    } else {
      if (!forward(step.elimination)) require_regular(diagonal, stride, step.width);
      lapack.solve_triangle({.lower = false}, step.width, columns, diagonal, stride, own, n);
      lapack.subtract_product(step.first, columns, step.width, {top, stride}, {own, n}, all, n);
    }
    return from_columns(right.dtype(), n, columns, std::move(bytes));
  });
}

NdArray lower_part(const EliminationStep& step, const NdArray& factored,
                   std::span<const std::int64_t> later_rows, std::span<const NdArray> later) {
  return visit_type(factored.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = factored.shape()[0];
    BufferBuilder bytes = copied_by_columns(factored);
    T* all = bytes.as<T>();
    for (std::size_t i = 0; i < later.size(); ++i) {
      factoring(zero).exchange_rows(step.width, all + later_rows[i], n, later[i].shape()[0],
                                    elements<std::int32_t>(later[i]));
    }
    for (std::int64_t column = 0; column < step.width; ++column) {
      const std::int64_t diagonal = step.first + column;
      std::fill_n(all + column * n, diagonal, T{});
      if (step.elimination == Elimination::kLu) all[column * n + diagonal] = T{1};
    }
    return from_columns(factored.dtype(), n, step.width, std::move(bytes));
  });
}

NdArray upper_part(const EliminationStep& step, const NdArray& factored) {
  return visit_type(factored.dtype(), Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t n = factored.shape()[0];
    BufferBuilder bytes = copied_by_columns(factored);
    for (std::int64_t column = 0; column < step.width; ++column) {
      const std::int64_t below = step.first + column + 1;
      std::fill_n(bytes.as<T>() + column * n + below, n - below, T{});
    }
    return from_columns(factored.dtype(), n, step.width, std::move(bytes));
  });
}

NdArray permutation_part(std::int64_t first, std::int64_t width, std::int64_t size, DType dtype,
                         std::span<const std::int64_t> rows, std::span<const NdArray> pivots) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = 0; i < pivots.size(); ++i) {
    for (std::int64_t k = 0; k < pivots[i].shape()[0]; ++k) {
      const std::int64_t with = rows[i] + elements<std::int32_t>(pivots[i])[k] - 1;
      std::swap(order[static_cast<std::size_t>(rows[i] + k)], order[static_cast<std::size_t>(with)]);
    }
  }
  return visit_type(dtype, Factored(), "factorisation", [&](auto zero) {
    using T = decltype(zero);
    BufferBuilder bytes = room_for(dtype, {size, width});
    std::fill_n(bytes.as<T>(), size * width, T{});
    for (std::int64_t column = 0; column < width; ++column)
      bytes.as<T>()[column * size + order[static_cast<std::size_t>(first + column)]] = T{1};
    return from_columns(dtype, size, width, std::move(bytes));
  });
}

}  // namespace treadle::array
