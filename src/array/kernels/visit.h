#pragma once

#include <optional>
#include <string>

#include "array/kernels/loops.h"
#include "treadle/error.h"

namespace treadle::array {

/// Calls `body` with a value of the type that elements of `dtype` are stored as, if it is among `Types`.
/// Throws TypeError naming `what` otherwise.
template <class Body, class... T>
auto visit_type(DType dtype, Types<T...>, const char* what, Body&& body) {
  using Result = std::common_type_t<decltype(body(T{}))...>;
  const ElementKind stored = dtype.is_time() ? ElementKind::kInt64 : dtype.kind();
  if constexpr (std::is_void_v<Result>) {
    if (((kind_of<T>() == stored && (body(T{}), true)) || ...)) return;
    throw TypeError(std::string("expected elements that have a ") + what + ", found " + dtype.name());
  } else {
    std::optional<Result> result;
    ((kind_of<T>() == stored ? void(result = body(T{})) : void()), ...);
    if (!result)
      throw TypeError(std::string("expected elements that have a ") + what + ", found " + dtype.name());
    return std::move(*result);
  }
}

/// The order of sorted elements: NaN behind all others; complex numbers by their real parts first.
struct SortedBefore {
  template <class T>
  bool operator()(T a, T b) const {
    if constexpr (is_complex_v<T>) {
      const SortedBefore before;
      return before(a.real(), b.real()) || (!before(b.real(), a.real()) && before(a.imag(), b.imag()));
    } else {
      return a < b || (b != b && a == a);
    }
  }
};

}  // namespace treadle::array
