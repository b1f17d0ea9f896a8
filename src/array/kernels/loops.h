#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "array/kernels/ufunc.h"
#include "treadle/nd_array.h"

// From a function of elements to loops over tiles, one for each type in a list.
namespace treadle::array {

template <class... T>
struct Types {};

using Signed = Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
using Unsigned = Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
/// In NumPy's order, which decides between loops that would both do.
using Integers = Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                       std::int64_t, std::uint64_t>;
using Floats = Types<float, double>;
using Complexes = Types<std::complex<float>, std::complex<double>>;

template <class... A, class... B>
Types<A..., B...> join(Types<A...>, Types<B...>);
template <class A, class B>
using Join = decltype(join(A(), B()));
using Bool = Types<bool>;
using Reals = Join<Integers, Floats>;
using Numbers = Join<Reals, Complexes>;
using Everything = Join<Bool, Numbers>;

template <class T>
inline constexpr bool is_complex_v = false;
template <class T>
inline constexpr bool is_complex_v<std::complex<T>> = true;

template <class T>
constexpr ElementKind kind_of() {
  return element_kind_of<T>().value();
}

template <class Function, class Out, class... In, std::size_t... I>
void run_loop(const void* const* arguments, void* out, std::size_t count, std::index_sequence<I...>) {
  const std::tuple<const In* __restrict...> in{static_cast<const In*>(arguments[I])...};
  auto* __restrict to = static_cast<Out*>(out);
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Out>(Function()(std::get<I>(in)[i]...));
}

template <class Function, class Out, class... In>
Loop make_loop() {
  return {{kind_of<In>()...}, kind_of<Out>(), [](const void* const* arguments, void* out, std::size_t count) {
            run_loop<Function, Out, In...>(arguments, out, count, std::index_sequence_for<In...>());
          }};
}

/// T -> what Function makes of it. Integers narrower than int come back as themselves.
template <class Function, class... T>
void add_unary(UfuncTable& table, std::string_view name, Types<T...>) {
  (table.add(name, make_loop<Function, T, T>()), ...);
}
template <class Function, class Out, class... T>
void add_unary_to(UfuncTable& table, std::string_view name, Types<T...>) {
  (table.add(name, make_loop<Function, Out, T>()), ...);
}
template <class Function, class... T>
void add_binary(UfuncTable& table, std::string_view name, Types<T...>) {
  (table.add(name, make_loop<Function, T, T, T>()), ...);
}
template <class Function, class Out, class... T>
void add_binary_to(UfuncTable& table, std::string_view name, Types<T...>) {
  (table.add(name, make_loop<Function, Out, T, T>()), ...);
}

}  // namespace treadle::array
