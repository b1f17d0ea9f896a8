#include <cmath>
#include <complex>
#include <numbers>

#include "array/kernels/loops.h"

// Functions of complex numbers; for real ones where they answer with their own type.
namespace treadle::array {
namespace {

#define TREADLE_COMPLEX_FUNCTION(Name, expression) \
  struct Name {                                    \
    template <class T>                             \
    T operator()(T a) const {                      \
      return expression;                           \
    }                                              \
  };
TREADLE_COMPLEX_FUNCTION(Sqrt, std::sqrt(a))
TREADLE_COMPLEX_FUNCTION(Exp, std::exp(a))
TREADLE_COMPLEX_FUNCTION(Log, std::log(a))
TREADLE_COMPLEX_FUNCTION(Log10, std::log10(a))
TREADLE_COMPLEX_FUNCTION(Sin, std::sin(a))
TREADLE_COMPLEX_FUNCTION(Cos, std::cos(a))
TREADLE_COMPLEX_FUNCTION(Tan, std::tan(a))
TREADLE_COMPLEX_FUNCTION(Arcsin, std::asin(a))
TREADLE_COMPLEX_FUNCTION(Arccos, std::acos(a))
TREADLE_COMPLEX_FUNCTION(Arctan, std::atan(a))
TREADLE_COMPLEX_FUNCTION(Sinh, std::sinh(a))
TREADLE_COMPLEX_FUNCTION(Cosh, std::cosh(a))
TREADLE_COMPLEX_FUNCTION(Tanh, std::tanh(a))
TREADLE_COMPLEX_FUNCTION(Arcsinh, std::asinh(a))
TREADLE_COMPLEX_FUNCTION(Arccosh, std::acosh(a))
TREADLE_COMPLEX_FUNCTION(Arctanh, std::atanh(a))
#undef TREADLE_COMPLEX_FUNCTION

struct Conjugate {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_complex_v<T>)
      return std::conj(a);
    else
      return a;
  }
};
struct Real {
  template <class T>
  auto operator()(T a) const {
    if constexpr (is_complex_v<T>)
      return a.real();
    else
      return a;
  }
};
struct Imaginary {
  template <class T>
  auto operator()(T a) const {
    if constexpr (is_complex_v<T>)
      return a.imag();
    else
      return T{};
  }
};
/// 0 for positive numbers, pi for negative ones.
struct Angle {
  template <class T>
  auto operator()(T a) const {
    if constexpr (is_complex_v<T>)
      return std::atan2(a.imag(), a.real());
    else
      return std::atan2(T{0}, a);
  }
};
struct IsNan {
  template <class T>
  bool operator()(T a) const {
    return std::isnan(a.real()) || std::isnan(a.imag());
  }
};
struct IsInf {
  template <class T>
  bool operator()(T a) const {
    return std::isinf(a.real()) || std::isinf(a.imag());
  }
};
struct IsFinite {
  template <class T>
  bool operator()(T a) const {
    return std::isfinite(a.real()) && std::isfinite(a.imag());
  }
};

template <class Function>
void add_parts(UfuncTable& table, std::string_view name) {
  add_unary<Function>(table, name, Floats());
  table.add(name, make_loop<Function, float, std::complex<float>>());
  table.add(name, make_loop<Function, double, std::complex<double>>());
}

}  // namespace

void add_complex_functions(UfuncTable& table) {
  add_unary<Sqrt>(table, "sqrt", Complexes());
  add_unary<Exp>(table, "exp", Complexes());
  add_unary<Log>(table, "log", Complexes());
  add_unary<Log10>(table, "log10", Complexes());
  add_unary<Sin>(table, "sin", Complexes());
  add_unary<Cos>(table, "cos", Complexes());
  add_unary<Tan>(table, "tan", Complexes());
  add_unary<Arcsin>(table, "arcsin", Complexes());
  add_unary<Arccos>(table, "arccos", Complexes());
  add_unary<Arctan>(table, "arctan", Complexes());
  add_unary<Sinh>(table, "sinh", Complexes());
  add_unary<Cosh>(table, "cosh", Complexes());
  add_unary<Tanh>(table, "tanh", Complexes());
  add_unary<Arcsinh>(table, "arcsinh", Complexes());
  add_unary<Arccosh>(table, "arccosh", Complexes());
  add_unary<Arctanh>(table, "arctanh", Complexes());
  add_unary_to<IsNan, bool>(table, "isnan", Complexes());
  add_unary_to<IsInf, bool>(table, "isinf", Complexes());
  add_unary_to<IsFinite, bool>(table, "isfinite", Complexes());
  add_unary<Conjugate>(table, "conjugate", Numbers());
  add_unary<Real>(table, "real", Join<Bool, Integers>());
  add_unary<Imaginary>(table, "imag", Join<Bool, Integers>());
  add_parts<Real>(table, "real");
  add_parts<Imaginary>(table, "imag");
  add_unary<Angle>(table, "angle", Floats());
  table.add("angle", make_loop<Angle, float, std::complex<float>>());
  table.add("angle", make_loop<Angle, double, std::complex<double>>());
}

}  // namespace treadle::array
