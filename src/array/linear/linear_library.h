#pragma once

#include <complex>
#include <cstdint>

namespace treadle::array {

/// What the library `treadle_linear` offers: BLAS and LAPACK on packed matrices, row after row, and
/// FFTW. Each call
/// runs in the calling thread alone. Sizes fit 32 bits: the callers see to it.
struct LinearLibrary {
  /// out += a (rows x inner) times b (inner x columns).
  template <class T>
  using Multiply = void (*)(std::int64_t rows, std::int64_t columns, std::int64_t inner, const T* a,
                            const T* b, T* out);
  Multiply<float> multiply_float;
  Multiply<double> multiply_double;
  Multiply<std::complex<float>> multiply_complex_float;
  Multiply<std::complex<double>> multiply_complex_double;

  /// a (rows x columns) becomes Q (rows x k), `r` (k x columns), k = min(rows, columns).
  template <class T>
  using Qr = std::int64_t (*)(std::int64_t rows, std::int64_t columns, T* a, T* r);
  Qr<double> qr_double;
  Qr<std::complex<double>> qr_complex;
  /// u (rows x k), s (k), vt (k x columns); `a` is used up. Not 0: it did not converge.
  template <class T>
  using Svd = std::int64_t (*)(std::int64_t rows, std::int64_t columns, T* a, T* u, double* s, T* vt);
  Svd<double> svd_double;
  Svd<std::complex<double>> svd_complex;
  /// b (n x columns) becomes x with a x = b; `a` is used up. Not 0: singular.
  template <class T>
  using Solve = std::int64_t (*)(std::int64_t n, std::int64_t columns, T* a, T* b);
  Solve<double> solve_double;
  Solve<std::complex<double>> solve_complex;
  /// `a` becomes its lower Cholesky factor, zeros above. Not 0: not positive definite.
  template <class T>
  using Cholesky = std::int64_t (*)(std::int64_t n, T* a);
  Cholesky<double> cholesky_double;
  Cholesky<std::complex<double>> cholesky_complex;

  /// `outer` times `inner` lines of n elements, whose elements lie `inner` apart. Not scaled.
  template <class T>
  using Fft = void (*)(std::int64_t outer, std::int64_t n, std::int64_t inner, const std::complex<T>* in,
                       std::complex<T>* out, bool forward);
  Fft<float> fft_float;
  Fft<double> fft_double;
  /// Lines of n real elements become n / 2 + 1 complex ones.
  template <class T>
  using RealFft = void (*)(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* in,
                           std::complex<T>* out);
  RealFft<float> real_fft_float;
  RealFft<double> real_fft_double;
  /// The other way; `n`: of the answer.
  template <class T>
  using InverseRealFft = void (*)(std::int64_t outer, std::int64_t n, std::int64_t inner,
                                  const std::complex<T>* in, T* out);
  InverseRealFft<float> inverse_real_fft_float;
  InverseRealFft<double> inverse_real_fft_double;
};

/// The library, loaded at first use. Thread-safe. Throws IoError if it cannot be loaded.
const LinearLibrary& linear_library();

}  // namespace treadle::array

/// The one symbol that is looked up by name.
extern "C" const treadle::array::LinearLibrary* treadle_linear_library();
