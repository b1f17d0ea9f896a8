#pragma once

#include <algorithm>
#include <complex>
#include <optional>

#include "array/kernels/loops.h"
#include "array/linear/linear_library.h"
#include "memory/buffer.h"
#include "treadle/array.h"

// Chunks as matrices, for what linear algebra does with them.
namespace treadle::array {

/// What factorisations work in: double precision; narrower types are cast there and back.
using Factored = Types<double, std::complex<double>>;

/// Throws TypeError for datetimes.
DType working_type(DType dtype);
/// What NumPy answers with: integers are worked on as float64.
DType answer_type(DType dtype);
/// Of absolute values.
DType real_type(DType dtype);

/// Throw InvalidArgument, naming `what` it is for, showing the shape.
void require_matrix(const Array& a, const char* what);
void require_square(const Array& a, const char* what);

/// A copy, column after column.
BufferBuilder copied_by_columns(const NdArray& matrix);
/// A matrix of elements that lie column after column.
NdArray from_columns(DType dtype, std::int64_t rows, std::int64_t columns, BufferBuilder&& bytes);
/// Itself if its columns lie one behind the other, `stride_of()` apart, else such a copy.
NdArray by_columns(const NdArray& matrix);
/// Elements from a column of by_columns() to the next.
std::int64_t stride_of(const NdArray& by_columns);

/// How a matrix lies, if its rows or its columns lie in one piece each.
template <class T>
std::optional<MatrixView<T>> view_of(const NdArray& matrix) {
  constexpr auto kSize = static_cast<std::int64_t>(sizeof(T));
  const Shape& shape = matrix.shape();
  const auto& strides = matrix.strides();
  const auto* data = reinterpret_cast<const T*>(matrix.data());
  const auto fits = [&](std::size_t along, std::size_t across) {
    return (strides[along] == kSize || shape[along] == 1) && strides[across] % kSize == 0 &&
           strides[across] / kSize >= std::max<std::int64_t>(shape[along], 1);
  };
  if (fits(1, 0)) return MatrixView<T>{data, strides[0] / kSize, false};
  if (fits(0, 1)) return MatrixView<T>{data, strides[1] / kSize, true};
  return std::nullopt;
}

Array conjugate_transpose(const Array& x);

}  // namespace treadle::array
