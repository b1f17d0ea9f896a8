#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "columnar/int128.h"
#include "treadle/data_type.h"
#include "treadle/error.h"

namespace treadle::columnar {

/// Names a C++ type as a value, so that a generic lambda can take it: `[](auto tag) { using T = typename
/// decltype(tag)::type; }`.
template <class T>
struct TypeTag {
  using type = T;
};

/// Calls `f` with the tag of the C++ type that integers and floats of this kind are stored as.
/// Throws InternalError for others: resolve() has refused them before.
template <class F>
decltype(auto) visit_number(TypeId id, F&& f) {
  switch (id) {
    case TypeId::kInt8:
      return f(TypeTag<std::int8_t>{});
    case TypeId::kInt16:
      return f(TypeTag<std::int16_t>{});
    case TypeId::kInt32:
      return f(TypeTag<std::int32_t>{});
    case TypeId::kInt64:
      return f(TypeTag<std::int64_t>{});
    case TypeId::kUInt8:
      return f(TypeTag<std::uint8_t>{});
    case TypeId::kUInt16:
      return f(TypeTag<std::uint16_t>{});
    case TypeId::kUInt32:
      return f(TypeTag<std::uint32_t>{});
    case TypeId::kUInt64:
      return f(TypeTag<std::uint64_t>{});
    case TypeId::kFloat32:
      return f(TypeTag<float>{});
    case TypeId::kFloat64:
      return f(TypeTag<double>{});
    default:
      throw InternalError("a kernel for numbers met " + DataType(id).to_string());
  }
}

/// The same for every fixed-width type: dates as int32, times, timestamps and durations as int64, decimals as
/// int128.
template <class F>
decltype(auto) visit_fixed_width(TypeId id, F&& f) {
  switch (id) {
    case TypeId::kDate:
      return f(TypeTag<std::int32_t>{});
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kDuration:
      return f(TypeTag<std::int64_t>{});
    case TypeId::kDecimal128:
      return f(TypeTag<int128_t>{});
    default:
      return visit_number(id, std::forward<F>(f));
  }
}

/// Calls `f` with the unsigned type of this many bytes: for kernels that only move values.
template <class F>
decltype(auto) visit_width(int bytes, F&& f) {
  switch (bytes) {
    case 1:
      return f(TypeTag<std::uint8_t>{});
    case 2:
      return f(TypeTag<std::uint16_t>{});
    case 4:
      return f(TypeTag<std::uint32_t>{});
    case 8:
      return f(TypeTag<std::uint64_t>{});
    case 16:
      return f(TypeTag<uint128_t>{});
    default:
      throw InternalError("no value is " + std::to_string(bytes) + " bytes wide");
  }
}

inline bool is_text(const DataType& type) noexcept {
  return type.id() == TypeId::kUtf8 || type.id() == TypeId::kBinary;
}

}  // namespace treadle::columnar
