#include "array/linear/matrices.h"

#include <algorithm>
#include <utility>

#include "array/align.h"
#include "array/kernels/copy.h"
#include "array/kernels/make_array.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

NdArray turned(const NdArray& matrix) {
  constexpr std::size_t kTurned[] = {1, 0};
  return matrix.transposed(kTurned);
}

}  // namespace

DType working_type(DType dtype) {
  if (dtype.is_time()) throw TypeError("expected numbers for linear algebra, found " + dtype.name());
  return dtype.is_complex() ? K::kComplex128 : K::kFloat64;
}

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

BufferBuilder copied_by_columns(const NdArray& matrix) {
  BufferBuilder bytes = room_for(matrix.dtype(), matrix.shape());
  copy_elements(turned(matrix), bytes.data());
  return bytes;
}

NdArray from_columns(DType dtype, std::int64_t rows, std::int64_t columns, BufferBuilder&& bytes) {
  return turned(make_array(dtype, {columns, rows}, std::move(bytes)));
}

NdArray by_columns(const NdArray& matrix) {
  const auto size = static_cast<std::int64_t>(matrix.dtype().size());
  const bool lies_so =
      matrix.size() == 0 || (matrix.strides()[0] == size && matrix.strides()[1] % size == 0 &&
                             matrix.strides()[1] >= size * matrix.shape()[0]);
  if (lies_so) return matrix;
  return from_columns(matrix.dtype(), matrix.shape()[0], matrix.shape()[1], copied_by_columns(matrix));
}

std::int64_t stride_of(const NdArray& by_columns) {
  const auto size = static_cast<std::int64_t>(by_columns.dtype().size());
  return std::max(by_columns.strides()[1] / size, std::max<std::int64_t>(by_columns.shape()[0], 1));
}

Array conjugate_transpose(const Array& x) {
  return x.dtype().is_complex() ? apply("conjugate", {x.transpose()}) : x.transpose();
}

}  // namespace treadle::array
