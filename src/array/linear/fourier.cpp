#include "array/linear/fourier.h"

#include <fftw3.h>

#include <mutex>
#include <new>

namespace treadle::array {
namespace {

// FFTW makes one plan at a time; plans run side by side. Estimated plans depend on the size only: measured
// ones would differ from run to run, and so would the last bits.
constexpr unsigned kFlags = FFTW_ESTIMATE | FFTW_UNALIGNED;

std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

template <class T>
struct Fftw;

// The two precisions of FFTW's functions under one name.
// NOLINTBEGIN(bugprone-macro-parentheses): types and parts of names
#define TREADLE_FFTW(T, prefix)                                                                             \
  template <>                                                                                               \
  struct Fftw<T> {                                                                                          \
    using Complex = prefix##complex;                                                                        \
    using Plan = prefix##plan;                                                                              \
    static Plan plan(int n, int many, Complex* in, Complex* out, int sign) {                                \
      return prefix##plan_many_dft(1, &n, many, in, nullptr, many, 1, out, nullptr, many, 1, sign, kFlags); \
    }                                                                                                       \
    static Plan plan(int n, int many, T* in, Complex* out, int) {                                           \
      return prefix##plan_many_dft_r2c(1, &n, many, in, nullptr, many, 1, out, nullptr, many, 1, kFlags);   \
    }                                                                                                       \
    static Plan plan(int n, int many, Complex* in, T* out, int) {                                           \
      return prefix##plan_many_dft_c2r(1, &n, many, in, nullptr, many, 1, out, nullptr, many, 1,            \
                                       kFlags | FFTW_PRESERVE_INPUT);                                       \
    }                                                                                                       \
    static void run(Plan plan, Complex* in, Complex* out) { prefix##execute_dft(plan, in, out); }           \
    static void run(Plan plan, T* in, Complex* out) { prefix##execute_dft_r2c(plan, in, out); }             \
    static void run(Plan plan, Complex* in, T* out) { prefix##execute_dft_c2r(plan, in, out); }             \
    static void destroy(Plan plan) { prefix##destroy_plan(plan); }                                          \
  };
TREADLE_FFTW(float, fftwf_)
TREADLE_FFTW(double, fftw_)
// NOLINTEND(bugprone-macro-parentheses)
#undef TREADLE_FFTW

template <class T, class In, class Out>
void transform(std::int64_t outer, std::int64_t n, std::int64_t inner, In* in, std::int64_t in_length,
               Out* out, std::int64_t out_length, int sign) {
  using Functions = Fftw<T>;
  if (outer == 0 || n == 0 || inner == 0) return;
  typename Functions::Plan plan = nullptr;
  {
    const std::scoped_lock lock(planner());
    plan = Functions::plan(static_cast<int>(n), static_cast<int>(inner), in, out, sign);
  }
  if (plan == nullptr) throw std::bad_alloc();
  for (std::int64_t i = 0; i < outer; ++i)
    Functions::run(plan, in + i * in_length * inner, out + i * out_length * inner);
  const std::scoped_lock lock(planner());
  Functions::destroy(plan);
}

// FFTW's complex numbers lie as C++'s do; its inputs are not constant but are left as they are.
template <class T>
auto* raw(const std::complex<T>* values) {
  return reinterpret_cast<typename Fftw<T>::Complex*>(const_cast<std::complex<T>*>(values));
}

template <class T>
void fft(std::int64_t outer, std::int64_t n, std::int64_t inner, const std::complex<T>* in,
         std::complex<T>* out, bool forward) {
  transform<T>(outer, n, inner, raw(in), n, raw(out), n, forward ? FFTW_FORWARD : FFTW_BACKWARD);
}

template <class T>
void real_fft(std::int64_t outer, std::int64_t n, std::int64_t inner, const T* in, std::complex<T>* out) {
  transform<T>(outer, n, inner, const_cast<T*>(in), n, raw(out), n / 2 + 1, FFTW_FORWARD);
}

template <class T>
void inverse_real_fft(std::int64_t outer, std::int64_t n, std::int64_t inner, const std::complex<T>* in,
                      T* out) {
  transform<T>(outer, n, inner, raw(in), n / 2 + 1, out, n, FFTW_BACKWARD);
}

}  // namespace

void add_fourier(LinearLibrary& library) {
  library.transforms_float = {fft<float>, real_fft<float>, inverse_real_fft<float>};
  library.transforms_double = {fft<double>, real_fft<double>, inverse_real_fft<double>};
}

}  // namespace treadle::array
