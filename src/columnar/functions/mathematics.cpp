#include <cmath>

#include "columnar/decimal.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// abs, sign, floor, ceil, round, sqrt, exp, log, pow.
namespace treadle::columnar::functions {
namespace {

template <class Map>
Datum run_unary(Arguments arguments, std::int64_t length, const DataType& result, const Map& map) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return visit_fixed_width(result.id(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return fixed_width(result, rows, column.validity(), map_values<T>(column.values_as<T>(), rows, map));
    });
  });
}

constexpr auto kAbs = [](auto value) -> decltype(value) {
  using T = decltype(value);
  if constexpr (std::is_floating_point_v<T>)
    return std::abs(value);
  else if constexpr (std::is_unsigned_v<T>)
    return value;
  else if constexpr (std::is_same_v<T, int128_t>)
    return value < 0 ? -value : value;
  else
    return value < 0 ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(value)) : value;
};
constexpr auto kSign = [](auto value) -> decltype(value) {
  using T = decltype(value);
  return value > T{} ? T{1} : value < T{} ? static_cast<T>(-1) : value;  // NaN and -0.0 stay
};

template <double (*F)(double), float (*G)(float)>
struct Floating {
  template <class T>
  T operator()(T value) const {
    if constexpr (std::is_same_v<T, float>)
      return G(value);
    else if constexpr (std::is_same_v<T, double>)
      return F(value);
    else
      return value;
  }
};
using Floor = Floating<std::floor, std::floor>;
using Ceil = Floating<std::ceil, std::ceil>;
using Sqrt = Floating<std::sqrt, std::sqrt>;
using Exp = Floating<std::exp, std::exp>;
using Log = Floating<std::log, std::log>;

template <class F>
Datum run_floating(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_unary(arguments, length, result, F{});
}

template <const auto& kMap>
Datum run_map(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_unary(arguments, length, result, kMap);
}

/// Down (-1), up (1) or to the nearest (0, half away from zero) multiple of 10^digits.
int128_t rounded(int128_t value, int digits, int direction) {
  if (digits <= 0) return value;
  if (digits > 38) return 0;
  const int128_t power = power_of_ten(digits);
  int128_t rest = value % power;
  const int128_t below = value - rest;
  if (rest == 0) return value;
  if (direction < 0) return rest < 0 ? below - power : below;
  if (direction > 0) return rest > 0 ? below + power : below;
  const bool up = (rest < 0 ? -rest : rest) * 2 >= power;
  return below + (up ? (rest < 0 ? -power : power) : 0);
}

template <int kDirection>
Datum run_decimal_to_whole(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_unary(arguments, length, result, [&](auto value) -> decltype(value) {
    if constexpr (std::is_same_v<decltype(value), int128_t>)
      return rounded(value, result.scale(), kDirection);
    else
      return value;
  });
}

/// Half to even of the scaled value, as Polars and NumPy do. Numbers too large to have digits there stay as
/// they are.
struct RoundTo {
  explicit RoundTo(std::int64_t digits)
      : behind_point(digits >= 0),
        power(std::pow(10.0, static_cast<double>(digits < 0 ? -digits : digits))) {}
  double operator()(double value) const noexcept {
    const double scaled = behind_point ? value * power : value / power;
    const double whole = std::rint(scaled);
    const double back = behind_point ? whole / power : whole * power;
    return std::abs(scaled) < 0x1p53 ? back : value;
  }
  bool behind_point;
  double power;
};

Datum run_round(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::int64_t digits =
      arguments.size() > 1 ? integer_parameter(arguments[1], "round", "number of digits") : 0;
  const RoundTo round_to(digits);
  return run_unary(arguments.first(1), length, result, [&](auto value) -> decltype(value) {
    using T = decltype(value);
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(round_to(value));
    else if constexpr (std::is_same_v<T, int128_t>)
      return rounded(value, static_cast<int>(result.scale() - digits), 0);
    else
      return static_cast<T>(rounded(value, static_cast<int>(digits < -40 ? 40 : -digits), 0));
  });
}

[[noreturn]] void throw_negative_exponent(std::int64_t exponent) {
  throw InvalidArgument("an integer's power takes exponents of at least 0; found " +
                        std::to_string(exponent) + "; cast the base to float64");
}

template <class T>
T integer_power(T base, std::int64_t exponent) noexcept {
  std::uint64_t factor = static_cast<std::uint64_t>(static_cast<std::int64_t>(base)), out = 1;
  for (; exponent > 0; exponent >>= 1, factor *= factor) {
    if ((exponent & 1) != 0) out *= factor;
  }
  return static_cast<T>(out);
}

/// Wraps around, as multiplication does.
Datum run_integer_power(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const BufferPtr validity = joint_validity(row, rows);
    const Operand<std::int64_t> exponents(row[1]);
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t exponent = exponents.values ? exponents.values[i] : exponents.scalar;
      if (exponent < 0 && (validity == nullptr || get_bit(validity->data(), i)))
        throw_negative_exponent(exponent);
    }
    return visit_number(result.id(), [&](auto tag) -> Column {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_floating_point_v<T>)
        throw InternalError("floats have their own powers");
      else
        return fixed_width(result, rows, validity,
                           map_values<T>(Operand<T>(row[0]), exponents, rows, integer_power<T>));
    });
  });
}

Datum run_power(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(
        result, rows, joint_validity(row, rows),
        map_values<double>(Operand<double>(row[0]), Operand<double>(row[1]), rows,
                           [](double base, double exponent) { return std::pow(base, exponent); }));
  });
}

DataType number_or_float(const DataType& type) {
  return type.id() == TypeId::kNull ? DataType(TypeId::kFloat64) : type;
}

template <const auto& kMap>
ResolvedFunction resolve_map(std::span<const DataType> types, std::string_view name) {
  const DataType type = number_or_float(types[0]);
  if (!type.is_numeric() && type.id() != TypeId::kDuration)
    throw_no_kernel(name, "a number or a duration", types);
  return {type, {type}, run_map<kMap>};
}

ResolvedFunction resolve_abs(std::span<const DataType> types) { return resolve_map<kAbs>(types, "abs"); }

ResolvedFunction resolve_sign(std::span<const DataType> types) {
  const DataType type = number_or_float(types[0]);
  if (type.id() == TypeId::kDecimal128) return {TypeId::kFloat64, {TypeId::kFloat64}, run_map<kSign>};
  if (!type.is_numeric()) throw_no_kernel("sign", "a number", types);
  return {type, {type}, run_map<kSign>};
}

template <class F, int kDirection>
ResolvedFunction resolve_to_whole(std::span<const DataType> types) {
  const DataType type = number_or_float(types[0]);
  if (!type.is_numeric()) throw_no_kernel(kDirection < 0 ? "floor" : "ceil", "a number", types);
  return {
      type, {type}, type.id() == TypeId::kDecimal128 ? run_decimal_to_whole<kDirection> : run_floating<F>};
}

ResolvedFunction resolve_round(std::span<const DataType> types) {
  const DataType type = number_or_float(types[0]);
  if (!type.is_numeric() || (types.size() > 1 && !types[1].is_integer())) {
    throw_no_kernel("round", "a number and how many digits are kept", types);
  }
  ResolvedFunction out{type, {type}, run_round};
  if (types.size() > 1) out.arguments.emplace_back(TypeId::kInt64);
  return out;
}

template <class F>
ResolvedFunction resolve_floating(std::span<const DataType> types, std::string_view name) {
  const DataType type = number_or_float(types[0]);
  if (!type.is_numeric()) throw_no_kernel(name, "a number", types);
  const DataType result = type.id() == TypeId::kFloat32 ? TypeId::kFloat32 : TypeId::kFloat64;
  return {result, {result}, run_floating<F>};
}

ResolvedFunction resolve_power(std::span<const DataType> types) {
  if (types[0].is_integer() && types[1].is_integer())
    return {types[0], {types[0], TypeId::kInt64}, run_integer_power};
  const auto number = [](const DataType& type) { return type.is_numeric() || type.id() == TypeId::kNull; };
  if (!number(types[0]) || !number(types[1])) throw_no_kernel("pow", "two numbers", types);
  return {TypeId::kFloat64, {TypeId::kFloat64, TypeId::kFloat64}, run_power};
}

/// PostgreSQL's power() answers with a double for integers, too.
ResolvedFunction resolve_sql_power(std::span<const DataType> types) {
  const DataType floats[] = {TypeId::kFloat64, TypeId::kFloat64};
  const auto number = [](const DataType& type) { return type.is_numeric() || type.id() == TypeId::kNull; };
  return resolve_power(number(types[0]) && number(types[1]) ? std::span<const DataType>(floats) : types);
}

}  // namespace

void register_mathematics(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  registry.add({"abs", 1, 1, resolve_abs});
  registry.add({"sign", 1, 1, resolve_sign});
  registry.add({"floor", 1, 1, resolve_to_whole<Floor, -1>});
  registry.add({"ceil", 1, 1, resolve_to_whole<Ceil, 1>});
  registry.add({"round", 1, 2, resolve_round});
  registry.add({"sqrt", 1, 1, [](Types types) { return resolve_floating<Sqrt>(types, "sqrt"); }});
  registry.add({"exp", 1, 1, [](Types types) { return resolve_floating<Exp>(types, "exp"); }});
  registry.add({"log", 1, 1, [](Types types) { return resolve_floating<Log>(types, "log"); }});
  registry.add({"pow", 2, 2, resolve_power});
  registry.add({"sql.pow", 2, 2, resolve_sql_power});
}

}  // namespace treadle::columnar::functions
