#pragma once

#include <cstdint>

#include "array/kernels/visit.h"

namespace treadle::array {

/// The order of datetimes and timedeltas as they are stored: NaT, the least number, behind all others.
struct TimeBefore {
  bool operator()(std::int64_t a, std::int64_t b) const { return place(a) < place(b); }

 private:
  static std::uint64_t place(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63)) - 1;
  }
};

/// Calls `body` with a value of the type that elements of `dtype` are stored as, and NumPy's order of them.
template <class Body>
auto visit_order(DType dtype, Body&& body) {
  if (dtype.is_time()) return body(std::int64_t{}, TimeBefore());
  return visit_type(dtype, Everything(), "order", [&](auto zero) { return body(zero, SortedBefore()); });
}

}  // namespace treadle::array
