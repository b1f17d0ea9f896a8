#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <type_traits>

#include "array/kernels/loops.h"
#include "treadle/error.h"

// Sums, products, quotients, powers. Integers wrap around as NumPy's do; an integer divided by 0 is 0.
namespace treadle::array {
namespace {

/// The type in which integers wrap around without being undefined.
template <class T>
using Wide = std::conditional_t<std::is_integral_v<T>,
                                std::make_unsigned_t<std::conditional_t<std::is_integral_v<T>, T, int>>, T>;

template <class T>
constexpr Wide<T> wide(T value) {
  return static_cast<Wide<T>>(value);
}

// NOLINTBEGIN(bugprone-implicit-widening-of-multiplication-result): narrow integers wrap when they are stored
struct Add {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(wide(a) + wide(b));
  }
};
struct Subtract {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(wide(a) - wide(b));
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_complex_v<T>) {
      // Without C's recovery of infinities: what NumPy does.
      return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
    } else if constexpr (std::is_integral_v<T> && sizeof(T) < 4) {
      return static_cast<T>(std::uint32_t{wide(a)} * std::uint32_t{wide(b)});
    } else {
      return static_cast<T>(wide(a) * wide(b));
    }
  }
};
// NOLINTEND(bugprone-implicit-widening-of-multiplication-result)
struct Either {
  bool operator()(bool a, bool b) const { return a | b; }
};
struct Both {
  bool operator()(bool a, bool b) const { return a & b; }
};

struct Divide {
  template <class T>
  auto operator()(T a, T b) const {
    if constexpr (is_complex_v<T>)
      return quotient(a, b);
    else if constexpr (std::is_integral_v<T>)
      return static_cast<double>(a) / static_cast<double>(b);
    else
      return a / b;
  }
  /// After Smith (1962): scaled by the larger part of the divisor.
  template <class T>
  static std::complex<T> quotient(std::complex<T> a, std::complex<T> b) {
    if (std::abs(b.real()) >= std::abs(b.imag())) {
      if (b.real() == 0 && b.imag() == 0)
        return {a.real() / std::abs(b.real()), a.imag() / std::abs(b.real())};
      const T ratio = b.imag() / b.real();
      const T scale = T{1} / (b.real() + b.imag() * ratio);
      return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
    }
    const T ratio = b.real() / b.imag();
    const T scale = T{1} / (b.imag() + b.real() * ratio);
    return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
  }
};

/// Python's %: the sign of the divisor.
struct Remainder {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      T rest = std::fmod(a, b);
      if (b == 0) return rest;
      if (rest != 0) return (b < 0) != (rest < 0) ? rest + b : rest;
      return std::copysign(T{0}, b);
    } else {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
        const T rest = static_cast<T>(a % b);
        return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
      } else {
        return static_cast<T>(a % b);
      }
    }
  }
};

/// Python's //: rounded down.
struct FloorDivide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (b == 0) return a / b;
      const T rest = std::fmod(a, b);
      T quotient = (a - rest) / b;
      if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
      if (quotient == 0) return std::copysign(T{0}, a / b);
      const T down = std::floor(quotient);
      return quotient - down > T{0.5} ? down + 1 : down;
    } else {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return Subtract()(T{0}, a);
        const T quotient = static_cast<T>(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
      } else {
        return static_cast<T>(a / b);
      }
    }
  }
};

struct Fmod {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else if (b == 0)
      return 0;
    else if constexpr (std::is_signed_v<T>)
      return b == -1 ? T{0} : static_cast<T>(a % b);
    else
      return static_cast<T>(a % b);
  }
};

[[noreturn]] void refuse_negative_power() {
  throw InvalidArgument(
      "integers to negative integer powers are not allowed: power() wants exponents of at "
      "least 0, or floats");
}

struct Power {
  template <class T>
  T operator()(T base, T exponent) const {
    if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_signed_v<T>) {
        if (exponent < 0) refuse_negative_power();
      }
      T result = 1;
      for (auto rest = wide(exponent); rest != 0; rest = static_cast<decltype(rest)>(rest >> 1)) {
        if (rest & 1) result = Multiply()(result, base);
        base = Multiply()(base, base);
      }
      return result;
    } else if constexpr (is_complex_v<T>) {
      if (exponent == T{0}) return T{1};
      if (base == T{0}) {
        using Part = typename T::value_type;
        constexpr Part kNan = std::numeric_limits<Part>::quiet_NaN();
        return exponent.real() > 0 ? T{0} : T{kNan, kNan};
      }
      return std::pow(base, exponent);
    } else {
      if (exponent == T{2}) return base * base;
      return std::pow(base, exponent);
    }
  }
};

struct Negative {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(Wide<T>{0} - wide(a));
    else
      return -a;
  }
};
struct Positive {
  template <class T>
  T operator()(T a) const {
    return a;
  }
};
struct Absolute {
  template <class T>
  auto operator()(T a) const {
    if constexpr (is_complex_v<T>)
      return std::hypot(a.real(), a.imag());
    else if constexpr (std::is_floating_point_v<T>)
      return std::abs(a);
    else if constexpr (std::is_signed_v<T>)
      return a < 0 ? Negative()(a) : a;
    else
      return a;
  }
};
struct Sign {
  template <class T>
  T operator()(T a) const {
    if constexpr (is_complex_v<T>) {
      const auto size = std::hypot(a.real(), a.imag());
      if (size == 0) return T{0};
      if (!std::isinf(size)) return a / size;
      // Along an axis infinity has a direction.
      using Part = typename T::value_type;
      if (std::isinf(a.real()) && std::isinf(a.imag())) return {std::numeric_limits<Part>::quiet_NaN(), 0};
      return std::isinf(a.real()) ? T{std::copysign(Part{1}, a.real()), 0}
                                  : T{0, std::copysign(Part{1}, a.imag())};
    } else {
      if (a != a) return a;
      return static_cast<T>((a > T{0}) - (a < T{0}));
    }
  }
};
struct Square {
  template <class T>
  T operator()(T a) const {
    return Multiply()(a, a);
  }
};
struct Reciprocal {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_integral_v<T>)
      return a == 0 ? T{0} : static_cast<T>(1 / a);
    else
      return Divide()(T{1}, a);
  }
};

template <class T>
bool is_nan(T a) {
  return a != a;
}

/// NaN wins.
struct Maximum {
  template <class T>
  T operator()(T a, T b) const {
    return a > b || is_nan(a) ? a : b;
  }
};
struct Minimum {
  template <class T>
  T operator()(T a, T b) const {
    return a < b || is_nan(a) ? a : b;
  }
};
/// NaN loses.
struct Fmax {
  template <class T>
  T operator()(T a, T b) const {
    return a >= b || is_nan(b) ? a : b;
  }
};
struct Fmin {
  template <class T>
  T operator()(T a, T b) const {
    return a <= b || is_nan(b) ? a : b;
  }
};
struct Clip {
  template <class T>
  T operator()(T value, T least, T most) const {
    return Minimum()(Maximum()(value, least), most);
  }
};
struct Gcd {
  template <class T>
  T operator()(T a, T b) const {
    while (b != 0) a = std::exchange(b, Remainder()(Absolute()(a), Absolute()(b)));
    return Absolute()(a);
  }
};
struct Lcm {
  template <class T>
  T operator()(T a, T b) const {
    const T divisor = Gcd()(a, b);
    return divisor == 0 ? T{0} : Absolute()(Multiply()(static_cast<T>(a / divisor), b));
  }
};

template <class... T>
void add_clip(UfuncTable& table, Types<T...>) {
  (table.add("clip", make_loop<Clip, T, T, T, T>()), ...);
}

}  // namespace

void add_arithmetic(UfuncTable& table) {
  add_binary<Either>(table, "add", Bool());
  add_binary<Add>(table, "add", Numbers());
  add_binary<Subtract>(table, "subtract", Numbers());
  add_binary<Both>(table, "multiply", Bool());
  add_binary<Multiply>(table, "multiply", Numbers());
  add_binary_to<Divide, double>(table, "divide", Integers());
  add_binary<Divide>(table, "divide", Join<Floats, Complexes>());
  add_binary<Remainder>(table, "remainder", Reals());
  add_binary<FloorDivide>(table, "floor_divide", Reals());
  add_binary<Fmod>(table, "fmod", Reals());
  add_binary<Power>(table, "power", Numbers());
  add_binary<Power>(table, "float_power", Types<double, std::complex<double>>());
  add_unary<Negative>(table, "negative", Numbers());
  add_unary<Positive>(table, "positive", Numbers());
  add_unary<Positive>(table, "absolute", Bool());
  add_unary<Absolute>(table, "absolute", Reals());
  table.add("absolute", make_loop<Absolute, float, std::complex<float>>());
  table.add("absolute", make_loop<Absolute, double, std::complex<double>>());
  add_unary<Absolute>(table, "fabs", Floats());
  add_unary<Sign>(table, "sign", Numbers());
  add_unary<Square>(table, "square", Numbers());
  add_unary<Reciprocal>(table, "reciprocal", Numbers());
  add_binary<Either>(table, "maximum", Bool());
  add_binary<Maximum>(table, "maximum", Reals());
  add_binary<Both>(table, "minimum", Bool());
  add_binary<Minimum>(table, "minimum", Reals());
  add_binary<Either>(table, "fmax", Bool());
  add_binary<Fmax>(table, "fmax", Reals());
  add_binary<Both>(table, "fmin", Bool());
  add_binary<Fmin>(table, "fmin", Reals());
  add_clip(table, Join<Bool, Reals>());
  add_binary<Gcd>(table, "gcd", Integers());
  add_binary<Lcm>(table, "lcm", Integers());
}

}  // namespace treadle::array
