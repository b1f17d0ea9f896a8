#pragma once

#include <complex>
#include <cstdint>

namespace treadle::array {

/// Elements of a matrix in memory, read only: row after row, or column after column; from one row (column) to
/// the next are `stride` elements.
template <class T>
struct MatrixView {
  const T* data;
  std::int64_t stride;
  bool by_columns = false;
};

/// LAPACK's work on matrices that lie column after column, `stride` elements from one to the next. Functions
/// that can fail answer with LAPACK's number, 0 if all is well.
template <class T>
struct Factoring {
  /// `a` (packed) becomes R, k = min(rows, columns) rows of it, with other numbers below its diagonal; `q`
  /// (rows x k).
  std::int64_t (*qr)(std::int64_t rows, std::int64_t columns, T* a, T* q);
  /// u (rows x k), s (k), vt (k x columns), all packed; `a` is used up. Not 0: it did not converge.
  std::int64_t (*svd)(std::int64_t rows, std::int64_t columns, T* a, T* u, double* s, T* vt);
  /// The lower triangle of `a` becomes its Cholesky factor. Not 0: not positive definite.
  std::int64_t (*cholesky)(std::int64_t n, T* a, std::int64_t stride);
  /// `a` becomes L below U; row i was exchanged with row pivots[i], counted from 1. Not 0: a zero on U's
  /// diagonal.
  std::int64_t (*lu)(std::int64_t rows, std::int64_t columns, T* a, std::int64_t stride,
                     std::int32_t* pivots);
  /// Exchanges row i with row pivots[i], for i from 0 to `count`.
  void (*exchange_rows)(std::int64_t columns, T* a, std::int64_t stride, std::int64_t count,
                        const std::int32_t* pivots);
  /// Which triangle of a square matrix is looked at, and whether its conjugate transpose is meant.
  struct Triangle {
    bool lower = true;
    bool unit_diagonal = false;
    bool adjoint = false;
    /// x t = b instead of t x = b.
    bool from_the_right = false;
  };
  /// b (rows x columns) becomes x with t x = b.
  void (*solve_triangle)(Triangle triangle, std::int64_t rows, std::int64_t columns, const T* t,
                         std::int64_t stride, T* b, std::int64_t b_stride);
  /// A factor of a product, or its conjugate transpose.
  struct Factor {
    const T* data;
    std::int64_t stride;
    bool adjoint = false;
  };
  /// c (rows x columns) -= a (rows x inner) times b (inner x columns).
  void (*subtract_product)(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor a, Factor b,
                           T* c, std::int64_t c_stride);
};

/// FFTW's work.
template <class T>
struct Transforms {
  /// `outer` times `inner` lines of n elements, whose elements lie `inner` apart. Not scaled.
  void (*complex_lines)(std::int64_t outer, std::int64_t n, std::int64_t inner, const std::complex<T>* in,
                        std::complex<T>* out, bool forward);
  /// Lines of n real elements become n / 2 + 1 complex ones.
  void (*real_lines)(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* in,
                     std::complex<T>* out);
  /// The other way; `n`: of the answer.
  void (*inverse_real_lines)(std::int64_t outer, std::int64_t n, std::int64_t inner,
                             const std::complex<T>* in, T* out);
};

/// out (packed, row after row) += a (rows x inner) times b (inner x columns).
template <class T>
using Multiply = void (*)(std::int64_t rows, std::int64_t columns, std::int64_t inner, MatrixView<T> a,
                          MatrixView<T> b, T* out);

/// What the library `treadle_linear` offers: BLAS, LAPACK and FFTW. Each call runs in the calling thread
/// alone. Sizes fit 32 bits: the callers see to it.
struct LinearLibrary {
  Multiply<float> multiply_float;
  Multiply<double> multiply_double;
  Multiply<std::complex<float>> multiply_complex_float;
  Multiply<std::complex<double>> multiply_complex_double;
  Factoring<double> factoring_double;
  Factoring<std::complex<double>> factoring_complex;
  Transforms<float> transforms_float;
  Transforms<double> transforms_double;
};

/// The library, loaded at first use. Thread-safe. Throws IoError if it cannot be loaded.
const LinearLibrary& linear_library();

inline const Factoring<double>& factoring(double) { return linear_library().factoring_double; }
inline const Factoring<std::complex<double>>& factoring(std::complex<double>) {
  return linear_library().factoring_complex;
}

inline const Transforms<float>& transforms(float) { return linear_library().transforms_float; }
inline const Transforms<double>& transforms(double) { return linear_library().transforms_double; }

}  // namespace treadle::array

/// The one symbol that is looked up by name.
extern "C" const treadle::array::LinearLibrary* treadle_linear_library();
