#include <cblas.h>
// LAPACKE's complex types as C++'s.
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <complex>
// In this order: lapacke.h reads the names above.
#include <lapacke.h>

#include <algorithm>
#include <vector>

#include "array/linear/fourier.h"
#include "array/linear/linear_library.h"

namespace treadle::array {
namespace {

int as_int(std::int64_t size) { return static_cast<int>(size); }

template <class T>
void multiply(std::int64_t rows, std::int64_t columns, std::int64_t inner, const T* a, const T* b, T* out) {
  const T one{1};
  const auto m = as_int(rows);
  const auto n = as_int(columns);
  const auto k = as_int(inner);
  if (m == 0 || n == 0 || k == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, one, a, k, b, n, one, out, n);
  } else if constexpr (std::is_same_v<T, double>) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, one, a, k, b, n, one, out, n);
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    cblas_cgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, &one, a, k, b, n, &one, out, n);
  } else {
    cblas_zgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, &one, a, k, b, n, &one, out, n);
  }
}

template <class T>
std::int64_t qr(std::int64_t rows, std::int64_t columns, T* a, T* r) {
  const int m = as_int(rows);
  const int n = as_int(columns);
  const int k = std::min(m, n);
  std::vector<T> reflectors(static_cast<std::size_t>(std::max(k, 1)));
  int failed = 0;
  if constexpr (std::is_same_v<T, double>)
    failed = LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, m, n, a, n, reflectors.data());
  else
    failed = LAPACKE_zgeqrf(LAPACK_ROW_MAJOR, m, n, a, n, reflectors.data());
  if (failed != 0) return failed;
  for (int row = 0; row < k; ++row) {
    for (int column = 0; column < n; ++column) r[row * n + column] = column < row ? T{} : a[row * n + column];
  }
  // The reflectors lie in the first k columns.
  if constexpr (std::is_same_v<T, double>)
    failed = LAPACKE_dorgqr(LAPACK_ROW_MAJOR, m, k, k, a, n, reflectors.data());
  else
    failed = LAPACKE_zungqr(LAPACK_ROW_MAJOR, m, k, k, a, n, reflectors.data());
  for (std::int64_t row = 1; k < n && row < m; ++row) std::copy_n(a + row * n, k, a + row * k);
  return failed;
}

template <class T>
std::int64_t svd(std::int64_t rows, std::int64_t columns, T* a, T* u, double* s, T* vt) {
  const int m = as_int(rows);
  const int n = as_int(columns);
  const int k = std::min(m, n);
  if constexpr (std::is_same_v<T, double>)
    return LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', m, n, a, n, s, u, k, vt, n);
  else
    return LAPACKE_zgesdd(LAPACK_ROW_MAJOR, 'S', m, n, a, n, s, u, k, vt, n);
}

template <class T>
std::int64_t solve(std::int64_t n, std::int64_t columns, T* a, T* b) {
  std::vector<lapack_int> pivots(static_cast<std::size_t>(n));
  const int size = as_int(n);
  const int width = as_int(columns);
  if constexpr (std::is_same_v<T, double>)
    return LAPACKE_dgesv(LAPACK_ROW_MAJOR, size, width, a, size, pivots.data(), b, width);
  else
    return LAPACKE_zgesv(LAPACK_ROW_MAJOR, size, width, a, size, pivots.data(), b, width);
}

template <class T>
std::int64_t cholesky(std::int64_t n, T* a) {
  int failed = 0;
  if constexpr (std::is_same_v<T, double>)
    failed = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', as_int(n), a, as_int(n));
  else
    failed = LAPACKE_zpotrf(LAPACK_ROW_MAJOR, 'L', as_int(n), a, as_int(n));
  for (std::int64_t row = 0; row < n; ++row) std::fill(a + row * n + row + 1, a + (row + 1) * n, T{});
  return failed;
}

}  // namespace
}  // namespace treadle::array

const treadle::array::LinearLibrary* treadle_linear_library() {
  using namespace treadle::array;
  using Complex = std::complex<double>;
  static const LinearLibrary library = [] {
    // Tasks are what runs side by side.
    openblas_set_num_threads(1);
    LinearLibrary made{};
    made.multiply_float = multiply<float>;
    made.multiply_double = multiply<double>;
    made.multiply_complex_float = multiply<std::complex<float>>;
    made.multiply_complex_double = multiply<Complex>;
    made.qr_double = qr<double>;
    made.qr_complex = qr<Complex>;
    made.svd_double = svd<double>;
    made.svd_complex = svd<Complex>;
    made.solve_double = solve<double>;
    made.solve_complex = solve<Complex>;
    made.cholesky_double = cholesky<double>;
    made.cholesky_complex = cholesky<Complex>;
    add_fourier(made);
    return made;
  }();
  return &library;
}
