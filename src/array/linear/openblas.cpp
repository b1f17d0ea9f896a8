#include <cblas.h>
// LAPACKE's complex types as C++'s.
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <complex>
#include <type_traits>
// In this order: lapacke.h reads the names above.
#include <lapacke.h>

#include <algorithm>
#include <vector>

#include "array/linear/fourier.h"
#include "array/linear/linear_library.h"

namespace treadle::array {
namespace {

using Complex = std::complex<double>;

int as_int(std::int64_t size) { return static_cast<int>(size); }

template <class T>
constexpr bool kIsDouble = std::is_same_v<T, double>;

template <class T>
void multiply(std::int64_t rows, std::int64_t columns, std::int64_t inner, MatrixView<T> a, MatrixView<T> b,
              T* out) {
  const T one{1};
  const auto m = as_int(rows);
  const auto n = as_int(columns);
  const auto k = as_int(inner);
  if (m == 0 || n == 0 || k == 0) return;
  const auto turn_a = a.by_columns ? CblasTrans : CblasNoTrans;
  const auto turn_b = b.by_columns ? CblasTrans : CblasNoTrans;
  const auto lda = as_int(a.stride);
  const auto ldb = as_int(b.stride);
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasRowMajor, turn_a, turn_b, m, n, k, one, a.data, lda, b.data, ldb, one, out, n);
  } else if constexpr (kIsDouble<T>) {
    cblas_dgemm(CblasRowMajor, turn_a, turn_b, m, n, k, one, a.data, lda, b.data, ldb, one, out, n);
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    cblas_cgemm(CblasRowMajor, turn_a, turn_b, m, n, k, &one, a.data, lda, b.data, ldb, &one, out, n);
  } else {
    cblas_zgemm(CblasRowMajor, turn_a, turn_b, m, n, k, &one, a.data, lda, b.data, ldb, &one, out, n);
  }
}

/// Reflectors in blocks, each factored by recursion (Elmroth and Gustavson, 2000): much less memory traffic
/// than column by column, which is what tall matrices wait for.
template <class T>
std::int64_t qr(std::int64_t rows, std::int64_t columns, T* a, T* q) {
  const int m = as_int(rows);
  const int n = as_int(columns);
  const int k = std::min(m, n);
  const int width = std::min(k, k <= 128 ? 16 : 48);
  std::vector<T> blocks(static_cast<std::size_t>(width) * static_cast<std::size_t>(k));
  std::vector<T> work(static_cast<std::size_t>(width) * static_cast<std::size_t>(n));
  std::fill_n(q, rows * k, T{});
  for (std::int64_t i = 0; i < k; ++i) q[i * (rows + 1)] = T{1};
  // The functions without LAPACKE's search for NaN, which goes on into the answer as NumPy's does.
  T* const t = blocks.data();
  if constexpr (kIsDouble<T>) {
    const int failed = LAPACKE_dgeqrt_work(LAPACK_COL_MAJOR, m, n, width, a, m, t, width, work.data());
    if (failed != 0) return failed;
    return LAPACKE_dgemqrt_work(LAPACK_COL_MAJOR, 'L', 'N', m, k, k, width, a, m, t, width, q, m,
                                work.data());
  } else {
    const int failed = LAPACKE_zgeqrt_work(LAPACK_COL_MAJOR, m, n, width, a, m, t, width, work.data());
    if (failed != 0) return failed;
    return LAPACKE_zgemqrt_work(LAPACK_COL_MAJOR, 'L', 'N', m, k, k, width, a, m, t, width, q, m,
                                work.data());
  }
}

template <class T>
std::int64_t svd(std::int64_t rows, std::int64_t columns, T* a, T* u, double* s, T* vt) {
  const int m = as_int(rows);
  const int n = as_int(columns);
  const int k = std::min(m, n);
  if constexpr (kIsDouble<T>)
    return LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', m, n, a, m, s, u, m, vt, k);
  else
    return LAPACKE_zgesdd(LAPACK_COL_MAJOR, 'S', m, n, a, m, s, u, m, vt, k);
}

template <class T>
std::int64_t cholesky(std::int64_t n, T* a, std::int64_t stride) {
  if (n == 0) return 0;
  if constexpr (kIsDouble<T>)
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', as_int(n), a, as_int(stride));
  else
    return LAPACKE_zpotrf_work(LAPACK_COL_MAJOR, 'L', as_int(n), a, as_int(stride));
}

template <class T>
std::int64_t lu(std::int64_t rows, std::int64_t columns, T* a, std::int64_t stride, std::int32_t* pivots) {
  if (rows == 0 || columns == 0) return 0;
  if constexpr (kIsDouble<T>)
    return LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, as_int(rows), as_int(columns), a, as_int(stride), pivots);
  else
    return LAPACKE_zgetrf_work(LAPACK_COL_MAJOR, as_int(rows), as_int(columns), a, as_int(stride), pivots);
}

template <class T>
void exchange_rows(std::int64_t columns, T* a, std::int64_t stride, std::int64_t count,
                   const std::int32_t* pivots) {
  if (columns == 0 || count == 0) return;
  if constexpr (kIsDouble<T>)
    LAPACKE_dlaswp_work(LAPACK_COL_MAJOR, as_int(columns), a, as_int(stride), 1, as_int(count), pivots, 1);
  else
    LAPACKE_zlaswp_work(LAPACK_COL_MAJOR, as_int(columns), a, as_int(stride), 1, as_int(count), pivots, 1);
}

template <class T>
void solve_triangle(typename Factoring<T>::Triangle triangle, std::int64_t rows, std::int64_t columns,
                    const T* t, std::int64_t stride, T* b, std::int64_t b_stride) {
  const T one{1};
  if (rows == 0 || columns == 0) return;
  const auto side = triangle.from_the_right ? CblasRight : CblasLeft;
  const auto half = triangle.lower ? CblasLower : CblasUpper;
  const auto turn = triangle.adjoint ? CblasConjTrans : CblasNoTrans;
  const auto diagonal = triangle.unit_diagonal ? CblasUnit : CblasNonUnit;
  const int m = as_int(rows);
  const int n = as_int(columns);
  if constexpr (kIsDouble<T>) {
    cblas_dtrsm(CblasColMajor, side, half, turn, diagonal, m, n, one, t, as_int(stride), b, as_int(b_stride));
  } else {
    cblas_ztrsm(CblasColMajor, side, half, turn, diagonal, m, n, &one, t, as_int(stride), b,
                as_int(b_stride));
  }
}

template <class T>
void subtract_product(std::int64_t rows, std::int64_t columns, std::int64_t inner,
                      typename Factoring<T>::Factor a, typename Factoring<T>::Factor b, T* c,
                      std::int64_t c_stride) {
  const T one{1};
  const T minus_one{-1};
  if (rows == 0 || columns == 0 || inner == 0) return;
  const auto turn_a = a.adjoint ? CblasConjTrans : CblasNoTrans;
  const auto turn_b = b.adjoint ? CblasConjTrans : CblasNoTrans;
  const int m = as_int(rows);
  const int n = as_int(columns);
  const int k = as_int(inner);
  if constexpr (kIsDouble<T>) {
    cblas_dgemm(CblasColMajor, turn_a, turn_b, m, n, k, minus_one, a.data, as_int(a.stride), b.data,
                as_int(b.stride), one, c, as_int(c_stride));
  } else {
    cblas_zgemm(CblasColMajor, turn_a, turn_b, m, n, k, &minus_one, a.data, as_int(a.stride), b.data,
                as_int(b.stride), &one, c, as_int(c_stride));
  }
}

template <class T>
constexpr Factoring<T> factoring_of() {
  return {qr<T>, svd<T>, cholesky<T>, lu<T>, exchange_rows<T>, solve_triangle<T>, subtract_product<T>};
}

}  // namespace
}  // namespace treadle::array

const treadle::array::LinearLibrary* treadle_linear_library() {
  using namespace treadle::array;
  static const LinearLibrary library = [] {
    // Tasks are what runs side by side.
    openblas_set_num_threads(1);
    LinearLibrary made{};
    made.multiply_float = multiply<float>;
    made.multiply_double = multiply<double>;
    made.multiply_complex_float = multiply<std::complex<float>>;
    made.multiply_complex_double = multiply<Complex>;
    made.factoring_double = factoring_of<double>();
    made.factoring_complex = factoring_of<Complex>();
    add_fourier(made);
    return made;
  }();
  return &library;
}
