#pragma once

#include <optional>
#include <span>
#include <type_traits>

#include "columnar/functions/kernel.h"
#include "treadle/error.h"

// The three operations, and their kernels for numbers, decimals and times: each in a file of its own.
namespace treadle::columnar::functions {

/// Unsigned arithmetic of at least 32 bits: wraps around where signed would be undefined.
template <class T>
using Wrapping = std::conditional_t<(sizeof(T) < 4), std::uint32_t, std::make_unsigned_t<T>>;

struct Add {
  static constexpr std::string_view name = "add";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    else
      return a + b;
  }
  template <class T>
  static bool overflows(T a, T b, T& out) noexcept {
    return __builtin_add_overflow(a, b, &out);
  }
};

struct Subtract {
  static constexpr std::string_view name = "subtract";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
    else
      return a - b;
  }
  template <class T>
  static bool overflows(T a, T b, T& out) noexcept {
    return __builtin_sub_overflow(a, b, &out);
  }
};

struct Multiply {
  static constexpr std::string_view name = "multiply";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
    else
      return a * b;
  }
  template <class T>
  static bool overflows(T a, T b, T& out) noexcept {
    return __builtin_mul_overflow(a, b, &out);
  }
};

/// Of decimals, PostgreSQL's product: exact, at the sum of both scales.
struct ExactMultiply : Multiply {};

/// Integers wrap around. Times and durations are integers here.
template <class Op>
Datum run_numbers(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return visit_fixed_width(result.id(), [&](auto tag) -> Column {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, int128_t>) {
        throw InternalError("decimals have their own kernels");
      } else {
        return fixed_width(
            result, rows, joint_validity(row, rows),
            map_values<T>(Operand<T>(row[0]), Operand<T>(row[1]), rows, Op::template apply<T>));
      }
    });
  });
}

/// Both decimals have the result's scale. Throws InvalidArgument for more than 38 digits.
template <class Op>
Datum run_decimals(Arguments arguments, std::int64_t length, const DataType& result);

/// Points in time, durations and factors. `sql`: PostgreSQL's counting of days in integers, too. Nothing if
/// neither type is a date, a time or a duration, or if they do not go together.
template <class Op>
std::optional<ResolvedFunction> resolve_times(std::span<const DataType> types, bool sql);

[[noreturn]] void throw_overflow(const DataType& type);

}  // namespace treadle::columnar::functions
