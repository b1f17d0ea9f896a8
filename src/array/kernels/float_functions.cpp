#include <cmath>
#include <numbers>

#include "array/kernels/loops.h"
#include "array/kernels/transcendental.h"

// Functions of real numbers, with the C library's accuracy (under 1 ulp).
namespace treadle::array {
namespace {

#define TREADLE_FLOAT_FUNCTION(Name, expression) \
  struct Name {                                  \
    template <class T>                           \
    T operator()(T a) const {                    \
      return static_cast<T>(expression);         \
    }                                            \
  };
TREADLE_FLOAT_FUNCTION(Sqrt, std::sqrt(a))
TREADLE_FLOAT_FUNCTION(Cbrt, std::cbrt(a))
TREADLE_FLOAT_FUNCTION(Exp2, std::exp2(a))
TREADLE_FLOAT_FUNCTION(Expm1, std::expm1(a))
TREADLE_FLOAT_FUNCTION(Log2, std::log2(a))
TREADLE_FLOAT_FUNCTION(Log10, std::log10(a))
TREADLE_FLOAT_FUNCTION(Log1p, std::log1p(a))
TREADLE_FLOAT_FUNCTION(Tan, std::tan(a))
TREADLE_FLOAT_FUNCTION(Arcsin, std::asin(a))
TREADLE_FLOAT_FUNCTION(Arccos, std::acos(a))
TREADLE_FLOAT_FUNCTION(Arctan, std::atan(a))
TREADLE_FLOAT_FUNCTION(Sinh, std::sinh(a))
TREADLE_FLOAT_FUNCTION(Cosh, std::cosh(a))
TREADLE_FLOAT_FUNCTION(Tanh, std::tanh(a))
TREADLE_FLOAT_FUNCTION(Arcsinh, std::asinh(a))
TREADLE_FLOAT_FUNCTION(Arccosh, std::acosh(a))
TREADLE_FLOAT_FUNCTION(Arctanh, std::atanh(a))
TREADLE_FLOAT_FUNCTION(Floor, std::floor(a))
TREADLE_FLOAT_FUNCTION(Ceil, std::ceil(a))
TREADLE_FLOAT_FUNCTION(Trunc, std::trunc(a))
TREADLE_FLOAT_FUNCTION(Rint, std::nearbyint(a))
TREADLE_FLOAT_FUNCTION(Degrees, a*(T{180} / std::numbers::pi_v<T>))
TREADLE_FLOAT_FUNCTION(Radians, a*(std::numbers::pi_v<T> / T{180}))
#undef TREADLE_FLOAT_FUNCTION

struct Same {
  template <class T>
  T operator()(T a) const {
    return a;
  }
};
struct IsNan {
  template <class T>
  bool operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::isnan(a);
    else
      return false;
  }
};
struct IsInf {
  template <class T>
  bool operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::isinf(a);
    else
      return false;
  }
};
struct IsFinite {
  template <class T>
  bool operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::isfinite(a);
    else
      return true;
  }
};
struct SignBit {
  template <class T>
  bool operator()(T a) const {
    return std::signbit(a);
  }
};

struct Arctan2 {
  template <class T>
  T operator()(T y, T x) const {
    return std::atan2(y, x);
  }
};
struct Hypot {
  template <class T>
  T operator()(T a, T b) const {
    return std::hypot(a, b);
  }
};
struct CopySign {
  template <class T>
  T operator()(T a, T b) const {
    return std::copysign(a, b);
  }
};
struct NextAfter {
  template <class T>
  T operator()(T a, T b) const {
    return std::nextafter(a, b);
  }
};
struct LogAddExp {
  template <class T>
  T operator()(T a, T b) const {
    if (a == b) return a + std::numbers::ln2_v<T>;
    if (std::isnan(a) || std::isnan(b)) return a + b;
    const T most = a > b ? a : b;
    return most + std::log1p(std::exp(-std::abs(a - b)));
  }
};
struct LogAddExp2 {
  template <class T>
  T operator()(T a, T b) const {
    if (a == b) return a + T{1};
    if (std::isnan(a) || std::isnan(b)) return a + b;
    const T most = a > b ? a : b;
    return most + std::log1p(std::exp2(-std::abs(a - b))) * std::numbers::log2e_v<T>;
  }
};
struct Heaviside {
  template <class T>
  T operator()(T a, T at_zero) const {
    if (std::isnan(a)) return a;
    return a == 0 ? at_zero : a < 0 ? T{0} : T{1};
  }
};
struct Ldexp {
  template <class T>
  T operator()(T a, std::int64_t exponent) const {
    constexpr std::int64_t kMost = 1 << 20;
    return std::ldexp(a, static_cast<int>(exponent > kMost ? kMost : exponent < -kMost ? -kMost : exponent));
  }
};

/// floor() and its like leave integers as they are.
template <class Function>
void add_rounding(UfuncTable& table, std::string_view name) {
  add_unary<Same>(table, name, Join<Bool, Integers>());
  add_unary<Function>(table, name, Floats());
}

void add_vector_functions(UfuncTable& table) {
  const auto add = [&](ElementKind kind, const TranscendentalLoops& loops) {
    table.add("sin", {{kind}, kind, loops.sin});
    table.add("cos", {{kind}, kind, loops.cos});
    table.add("exp", {{kind}, kind, loops.exp});
    table.add("log", {{kind}, kind, loops.log});
  };
  add(ElementKind::kFloat32, transcendental_of_float());
  add(ElementKind::kFloat64, transcendental_of_double());
}

}  // namespace

void add_float_functions(UfuncTable& table) {
  add_vector_functions(table);
  add_unary<Sqrt>(table, "sqrt", Floats());
  add_unary<Cbrt>(table, "cbrt", Floats());
  add_unary<Exp2>(table, "exp2", Floats());
  add_unary<Expm1>(table, "expm1", Floats());
  add_unary<Log2>(table, "log2", Floats());
  add_unary<Log10>(table, "log10", Floats());
  add_unary<Log1p>(table, "log1p", Floats());
  add_unary<Tan>(table, "tan", Floats());
  add_unary<Arcsin>(table, "arcsin", Floats());
  add_unary<Arccos>(table, "arccos", Floats());
  add_unary<Arctan>(table, "arctan", Floats());
  add_unary<Sinh>(table, "sinh", Floats());
  add_unary<Cosh>(table, "cosh", Floats());
  add_unary<Tanh>(table, "tanh", Floats());
  add_unary<Arcsinh>(table, "arcsinh", Floats());
  add_unary<Arccosh>(table, "arccosh", Floats());
  add_unary<Arctanh>(table, "arctanh", Floats());
  add_unary<Degrees>(table, "degrees", Floats());
  add_unary<Radians>(table, "radians", Floats());
  add_rounding<Floor>(table, "floor");
  add_rounding<Ceil>(table, "ceil");
  add_rounding<Trunc>(table, "trunc");
  add_unary<Rint>(table, "rint", Floats());
  const Join<Bool, Reals> real;
  add_unary_to<IsNan, bool>(table, "isnan", real);
  add_unary_to<IsInf, bool>(table, "isinf", real);
  add_unary_to<IsFinite, bool>(table, "isfinite", real);
  add_unary_to<SignBit, bool>(table, "signbit", Floats());
  add_binary<Arctan2>(table, "arctan2", Floats());
  add_binary<Hypot>(table, "hypot", Floats());
  add_binary<CopySign>(table, "copysign", Floats());
  add_binary<NextAfter>(table, "nextafter", Floats());
  add_binary<LogAddExp>(table, "logaddexp", Floats());
  add_binary<LogAddExp2>(table, "logaddexp2", Floats());
  add_binary<Heaviside>(table, "heaviside", Floats());
  table.add("ldexp", make_loop<Ldexp, float, float, std::int64_t>());
  table.add("ldexp", make_loop<Ldexp, double, double, std::int64_t>());
}

}  // namespace treadle::array
