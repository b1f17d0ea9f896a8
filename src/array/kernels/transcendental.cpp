#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "array/kernels/transcendental.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first: it includes this file once per instruction set.
#include <hwy/highway.h>

#include <cmath>

#include "array/kernels/transcendental.h"

// Sine, cosine, exponential and logarithm after fdlibm (Ng, Sun Microsystems, 1993): the argument is reduced
// exactly, a polynomial does the rest. Vectors in which an element needs more (huge, not a number, next to a
// multiple of pi/2) go element by element to the C library.
HWY_BEFORE_NAMESPACE();
namespace treadle::array::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using Int = hn::RebindToSigned<D>;

HWY_INLINE V num(double value) { return hn::Set(D(), value); }

/// c[0] + x (c[1] + x (c[2] + ...)): rounded after each product and sum.
template <class... Rest>
HWY_INLINE V polynomial(V x, double first, Rest... rest) {
  if constexpr (sizeof...(rest) == 0)
    return num(first);
  else
    return hn::Add(num(first), hn::Mul(x, polynomial(x, rest...)));
}

/// Adding it leaves the nearest integer in the low bits.
constexpr double kToInteger = 6755399441055744.0;

/// x less a multiple of pi/2, as a sum of two numbers.
struct Reduced {
  V value, tail;
  /// The multiple's low bits.
  hn::Vec<Int> quadrant;
  /// Where this is not exact enough.
  hn::Mask<D> hard;
};

HWY_INLINE Reduced reduce_angle(V x) {
  const V shifted = hn::Add(hn::Mul(x, num(6.36619772367581382433e-01)), num(kToInteger));
  const V multiple = hn::Sub(shifted, num(kToInteger));
  const V first = hn::Sub(x, hn::Mul(multiple, num(1.57079632673412561417e+00)));
  const V second = hn::Mul(multiple, num(6.07710050630396597660e-11));
  const V rest = hn::Sub(first, second);
  const V lost =
      hn::Sub(hn::Mul(multiple, num(2.02226624879595063154e-21)), hn::Sub(hn::Sub(first, rest), second));
  Reduced reduced;
  reduced.value = hn::Sub(rest, lost);
  reduced.tail = hn::Sub(hn::Sub(rest, reduced.value), lost);
  reduced.quadrant = hn::BitCast(Int(), shifted);
  const auto too_large = hn::Not(hn::Lt(hn::Abs(x), num(1e6)));
  const auto cancelled =
      hn::And(hn::Lt(hn::Abs(reduced.value), num(0x1p-40)), hn::Ne(multiple, hn::Zero(D())));
  reduced.hard = hn::Or(too_large, cancelled);
  return reduced;
}

HWY_INLINE V sine_of(V y, V tail) {
  const V z = hn::Mul(y, y);
  const V cube = hn::Mul(z, y);
  const V r = polynomial(z, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
                         2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10);
  const V inner = hn::Sub(hn::Mul(z, hn::Sub(hn::Mul(num(0.5), tail), hn::Mul(cube, r))), tail);
  return hn::Sub(y, hn::Sub(inner, hn::Mul(cube, num(-1.66666666666666324348e-01))));
}

HWY_INLINE V cosine_of(V y, V tail) {
  const V z = hn::Mul(y, y);
  const V r = hn::Mul(
      z, polynomial(z, 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
                    -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11));
  const V half = hn::Mul(num(0.5), z);
  const V w = hn::Sub(num(1), half);
  return hn::Add(w, hn::Add(hn::Sub(hn::Sub(num(1), w), half), hn::Sub(hn::Mul(z, r), hn::Mul(y, tail))));
}

/// sin(x + quarters * pi/2).
HWY_INLINE V circular(const Reduced& reduced, int quarters) {
  const auto quadrant = hn::Add(reduced.quadrant, hn::Set(Int(), quarters));
  const auto odd = hn::RebindMask(D(), hn::TestBit(quadrant, hn::Set(Int(), 1)));
  const V value =
      hn::IfThenElse(odd, cosine_of(reduced.value, reduced.tail), sine_of(reduced.value, reduced.tail));
  // Bit 1 of the quadrant is the sign.
  const auto sign = hn::ShiftLeft<62>(hn::And(quadrant, hn::Set(Int(), 2)));
  return hn::Xor(value, hn::BitCast(D(), sign));
}

struct Sin {
  static double scalar(double x) { return std::sin(x); }
  HWY_INLINE V operator()(V x, hn::Mask<D>& hard) const {
    const Reduced reduced = reduce_angle(x);
    hard = reduced.hard;
    return circular(reduced, 0);
  }
};
struct Cos {
  static double scalar(double x) { return std::cos(x); }
  HWY_INLINE V operator()(V x, hn::Mask<D>& hard) const {
    const Reduced reduced = reduce_angle(x);
    hard = reduced.hard;
    return circular(reduced, 1);
  }
};

struct Exp {
  static double scalar(double x) { return std::exp(x); }
  HWY_INLINE V operator()(V x, hn::Mask<D>& hard) const {
    hard = hn::Not(hn::Lt(hn::Abs(x), num(708)));
    const V shifted = hn::Add(hn::Mul(x, num(1.44269504088896338700e+00)), num(kToInteger));
    const V k = hn::Sub(shifted, num(kToInteger));
    const V high = hn::Sub(x, hn::Mul(k, num(6.93147180369123816490e-01)));
    const V low = hn::Mul(k, num(1.90821492927058770002e-10));
    const V r = hn::Sub(high, low);
    const V t = hn::Mul(r, r);
    const V c = hn::Sub(r, hn::Mul(t, polynomial(t, 1.66666666666666019037e-01, -2.77777777770155933842e-03,
                                                 6.61375632143793436117e-05, -1.65339022054652515390e-06,
                                                 4.13813679705723846039e-08)));
    const V quotient = hn::Div(hn::Mul(r, c), hn::Sub(num(2), c));
    const V y = hn::Sub(num(1), hn::Sub(hn::Sub(low, quotient), high));
    // 2^k by its exponent: k is above -1023.
    const auto bits = hn::BitCast(Int(), shifted);
    const auto exponent = hn::ShiftLeft<52>(hn::Add(bits, hn::Set(Int(), 1023)));
    return hn::Mul(y, hn::BitCast(D(), exponent));
  }
};

struct Log {
  static double scalar(double x) { return std::log(x); }
  HWY_INLINE V operator()(V x, hn::Mask<D>& hard) const {
    hard = hn::Not(hn::And(hn::Ge(x, num(0x1p-1022)), hn::Lt(x, num(0x1p1023))));
    // x = 2^k * m with m between the roots of 1/2 and 2.
    const auto bits = hn::BitCast(Int(), x);
    const auto from_root = hn::Add(bits, hn::Set(Int(), 0x3FF0000000000000LL - 0x3FE6A09E667F3BCDLL));
    const auto exponent = hn::Sub(hn::ShiftRight<52>(from_root), hn::Set(Int(), 1023));
    const V m = hn::BitCast(D(), hn::Sub(bits, hn::ShiftLeft<52>(exponent)));
    // A small integer as a double: its bits below those of a power of two.
    const V power = hn::BitCast(D(), hn::Add(exponent, hn::BitCast(Int(), num(kToInteger))));
    const V k = hn::Sub(power, num(kToInteger));
    const V f = hn::Sub(m, num(1));
    const V s = hn::Div(f, hn::Add(num(2), f));
    const V z = hn::Mul(s, s);
    const V w = hn::Mul(z, z);
    const V even = hn::Mul(
        w, polynomial(w, 3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01));
    const V odd = hn::Mul(z, polynomial(w, 6.666666666666735130e-01, 2.857142874366239149e-01,
                                        1.818357216161805012e-01, 1.479819860511658591e-01));
    const V half = hn::Mul(num(0.5), hn::Mul(f, f));
    const V inner =
        hn::Add(hn::Mul(s, hn::Add(half, hn::Add(even, odd))), hn::Mul(k, num(1.90821492927058770002e-10)));
    return hn::Sub(hn::Mul(k, num(6.93147180369123816490e-01)), hn::Sub(hn::Sub(half, inner), f));
  }
};

HWY_INLINE V load(const double* from) { return hn::LoadU(D(), from); }
HWY_INLINE V load(const float* from) {
  const hn::Rebind<float, D> narrow;
  return hn::PromoteTo(D(), hn::LoadU(narrow, from));
}
HWY_INLINE void store(V value, double* to) { hn::StoreU(value, D(), to); }
HWY_INLINE void store(V value, float* to) {
  const hn::Rebind<float, D> narrow;
  hn::StoreU(hn::DemoteTo(narrow, value), narrow, to);
}

template <class Function, class T>
HWY_INLINE void run_vector(const T* from, T* to) {
  hn::Mask<D> hard;
  const V result = Function()(load(from), hard);
  if (HWY_LIKELY(hn::AllFalse(D(), hard))) return store(result, to);
  // Only those elements: what an element becomes must not depend on its neighbours.
  alignas(64) double results[hn::MaxLanes(D())];
  hn::Store(result, D(), results);
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(D(), hard, bits);
  for (std::size_t i = 0; i < hn::Lanes(D()); ++i) {
    const bool is_hard = (bits[i / 8] >> (i % 8) & 1) != 0;
    to[i] = static_cast<T>(is_hard ? Function::scalar(static_cast<double>(from[i])) : results[i]);
  }
}

template <class Function, class T>
void run(const void* const* arguments, void* out, std::size_t count) {
  const T* from = static_cast<const T*>(arguments[0]);
  T* to = static_cast<T*>(out);
  const std::size_t lanes = hn::Lanes(D());
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) run_vector<Function>(from + i, to + i);
  if (i == count) return;
  T rest[hn::MaxLanes(D())] = {};
  T results[hn::MaxLanes(D())];
  for (std::size_t k = i; k < count; ++k) rest[k - i] = from[k];
  run_vector<Function>(rest, results);
  for (std::size_t k = i; k < count; ++k) to[k] = results[k - i];
}

void sin_double(const void* const* in, void* out, std::size_t n) { run<Sin, double>(in, out, n); }
void cos_double(const void* const* in, void* out, std::size_t n) { run<Cos, double>(in, out, n); }
void exp_double(const void* const* in, void* out, std::size_t n) { run<Exp, double>(in, out, n); }
void log_double(const void* const* in, void* out, std::size_t n) { run<Log, double>(in, out, n); }
void sin_float(const void* const* in, void* out, std::size_t n) { run<Sin, float>(in, out, n); }
void cos_float(const void* const* in, void* out, std::size_t n) { run<Cos, float>(in, out, n); }
void exp_float(const void* const* in, void* out, std::size_t n) { run<Exp, float>(in, out, n); }
void log_float(const void* const* in, void* out, std::size_t n) { run<Log, float>(in, out, n); }

}  // namespace treadle::array::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace treadle::array {

HWY_EXPORT(sin_double);
HWY_EXPORT(cos_double);
HWY_EXPORT(exp_double);
HWY_EXPORT(log_double);
HWY_EXPORT(sin_float);
HWY_EXPORT(cos_float);
HWY_EXPORT(exp_float);
HWY_EXPORT(log_float);

// Dispatched at each call: which instruction set it is, is known at the first one only.
#define TREADLE_DISPATCHED(function)                               \
  [](const void* const* arguments, void* out, std::size_t count) { \
    HWY_DYNAMIC_DISPATCH(function)(arguments, out, count);         \
  }

TranscendentalLoops transcendental_of_double() {
  return {TREADLE_DISPATCHED(sin_double), TREADLE_DISPATCHED(cos_double), TREADLE_DISPATCHED(exp_double),
          TREADLE_DISPATCHED(log_double)};
}

TranscendentalLoops transcendental_of_float() {
  return {TREADLE_DISPATCHED(sin_float), TREADLE_DISPATCHED(cos_float), TREADLE_DISPATCHED(exp_float),
          TREADLE_DISPATCHED(log_float)};
}
#undef TREADLE_DISPATCHED

}  // namespace treadle::array
#endif
