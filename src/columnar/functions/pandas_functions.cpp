#include <cmath>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"

// Arithmetic of floats where pandas, following NumPy, answers otherwise than Polars: "//", "%" and round().
// Zeros divide to infinities and NaN, never to a missing value. Integers are divided as elsewhere, exactly.
namespace treadle::columnar::functions {
namespace {

/// What is left has the divisor's sign, a zero's sign included; the quotient agrees with it and is whole.
template <class T>
struct Division {
  T quotient;
  T rest;
};

template <class T>
Division<T> divide(T a, T b) noexcept {
  T rest = std::fmod(a, b);
  if (b == 0) return {a / b, rest};
  T quotient = (a - rest) / b;
  if (rest == 0) {
    rest = std::copysign(T{0}, b);
  } else if ((b < 0) != (rest < 0)) {
    rest += b;
    quotient -= T{1};
  }
  if (quotient == 0) return {std::copysign(T{0}, a / b), rest};
  // (a - rest) / b is whole but for rounding: the nearest whole number is meant.
  const T whole = std::floor(quotient);
  return {quotient - whole > T{0.5} ? whole + T{1} : whole, rest};
}

struct FloorDivide {
  static constexpr std::string_view name = "pandas.floor_divide", of_integers = "floor_divide";
  template <class T>
  static T apply(T a, T b) noexcept {
    return divide(a, b).quotient;
  }
};

struct Modulo {
  static constexpr std::string_view name = "pandas.modulo", of_integers = "modulo";
  template <class T>
  static T apply(T a, T b) noexcept {
    return divide(a, b).rest;
  }
};

/// Calls `run` with a value of the float type that the function was resolved to.
template <class Run>
Column by_float(const DataType& type, const Run& run) {
  return type.id() == TypeId::kFloat32 ? run(float{}) : run(double{});
}

template <class Op>
Datum run_division(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return by_float(result, [&](auto kind) {
      using T = decltype(kind);
      return fixed_width(result, rows, joint_validity(row, rows),
                         map_values<T>(Operand<T>(row[0]), Operand<T>(row[1]), rows, Op::template apply<T>));
    });
  });
}

DataType float_of(std::span<const DataType> types, std::string_view name) {
  const auto type = common_type(types);
  if (!type || (!type->is_float() && type->id() != TypeId::kNull))
    throw_no_kernel(name, "two numbers", types);
  return type->id() == TypeId::kNull ? DataType(TypeId::kFloat64) : *type;
}

template <class Op>
ResolvedFunction resolve_division(std::span<const DataType> types) {
  const auto common = common_type(types);
  if (common && common->is_integer()) return FunctionRegistry::builtin().find(Op::of_integers).resolve(types);
  const DataType type = float_of(types, Op::name);
  return {type, {type, type}, run_division<Op>};
}

/// Scaled by a power of ten, rounded half to even, scaled back: all in the type of the values, as NumPy does,
/// for very large values, too.
Datum run_round(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::int64_t digits = integer_parameter(arguments[1], "pandas.round", "number of digits");
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return by_float(result, [&](auto kind) {
      using T = decltype(kind);
      const T power = static_cast<T>(std::pow(10.0, static_cast<double>(digits < 0 ? -digits : digits)));
      BufferPtr values =
          digits == 0  ? map_values<T>(column.values_as<T>(), rows, [](T value) { return std::rint(value); })
          : digits > 0 ? map_values<T>(column.values_as<T>(), rows,
                                       [=](T value) { return std::rint(value * power) / power; })
                       : map_values<T>(column.values_as<T>(), rows,
                                       [=](T value) { return std::rint(value / power) * power; });
      return fixed_width(result, rows, column.validity(), std::move(values));
    });
  });
}

ResolvedFunction resolve_round(std::span<const DataType> types) {
  const DataType type = types[0].id() == TypeId::kNull ? DataType(TypeId::kFloat64) : types[0];
  if (!type.is_float() || !types[1].is_integer())
    throw_no_kernel("pandas.round", "a float and how many digits are kept", types);
  return {type, {type, TypeId::kInt64}, run_round};
}

}  // namespace

void register_pandas_functions(FunctionRegistry& registry) {
  registry.add({FloorDivide::name, 2, 2, resolve_division<FloorDivide>});
  registry.add({Modulo::name, 2, 2, resolve_division<Modulo>});
  registry.add({"pandas.round", 2, 2, resolve_round});
}

}  // namespace treadle::columnar::functions
