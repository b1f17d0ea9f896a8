#include <array>
#include <cmath>
#include <limits>

#include "array/kernels/loops.h"

namespace treadle::array {
namespace {

template <class To, class From>
To cast(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (is_complex_v<To>) {
    using Part = typename To::value_type;
    if constexpr (is_complex_v<From>)
      return To(static_cast<Part>(value.real()), static_cast<Part>(value.imag()));
    else
      return To(static_cast<Part>(value), Part{0});
  } else if constexpr (is_complex_v<From>) {
    return cast<To>(value.real());
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // What x86's conversions make of it, without being undefined.
    constexpr double kEdge = 9223372036854775808.0;
    const auto wide = static_cast<double>(value);
    if constexpr (std::is_same_v<To, std::uint64_t>) {
      if (wide >= kEdge && wide < 2 * kEdge) return static_cast<To>(wide);
    }
    const bool fits = wide >= -kEdge && wide < kEdge;
    return static_cast<To>(fits ? static_cast<std::int64_t>(wide) : std::numeric_limits<std::int64_t>::min());
  } else {
    return static_cast<To>(value);
  }
}

template <class From, class To>
struct Cast {
  To operator()(From value) const { return cast<To>(value); }
};

constexpr std::size_t kNumStored = 13;  // kinds with a C++ type of their own
using Row = std::array<TileFunction, kNumStored>;

template <class From, class... To>
Row row(Types<To...>) {
  return {make_loop<Cast<From, To>, To, From>().run...};
}

template <class... From>
std::array<Row, kNumStored> table(Types<From...> types) {
  return {row<From>(types)...};
}

// In the order of ElementKind.
using Stored = Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                     std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;

std::size_t stored(ElementKind kind) {
  return static_cast<std::size_t>(DType(kind).is_time() ? ElementKind::kInt64 : kind);
}

}  // namespace

TileFunction cast_function(ElementKind from, ElementKind to) {
  static const std::array<Row, kNumStored> functions = table(Stored());
  return functions[stored(from)][stored(to)];
}

}  // namespace treadle::array
