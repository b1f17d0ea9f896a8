#include <algorithm>
#include <cmath>
#include <type_traits>

#include "columnar/decimal.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// Division. By Polars' rules: "/" is true division, floor_divide rounds down, modulo has the divisor's sign,
// integers by 0 give null. By PostgreSQL's (sql.): integers are cut towards zero, the remainder has the
// dividend's sign, 0 is an error.
namespace treadle::columnar::functions {
namespace {

struct FloorDivide {
  static constexpr std::string_view name = "floor_divide";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return std::floor(a / b);
    else if constexpr (std::is_unsigned_v<T>)
      return static_cast<T>(a / b);
    else {
      if (b == T(-1)) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
      return static_cast<T>(a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0));
    }
  }
};

struct Modulo {
  static constexpr std::string_view name = "modulo";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return a - std::floor(a / b) * b;
    else if constexpr (std::is_unsigned_v<T>)
      return static_cast<T>(a % b);
    else {
      if (b == T(-1)) return 0;
      const T rest = static_cast<T>(a % b);
      return static_cast<T>(rest + ((rest != 0 && (rest < 0) != (b < 0)) ? b : 0));
    }
  }
};

struct TruncateDivide {
  static constexpr std::string_view name = "sql.divide";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return a / b;
    else if constexpr (std::is_unsigned_v<T>)
      return static_cast<T>(a / b);
    else
      return b == T(-1) ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a)) : static_cast<T>(a / b);
  }
};

struct Remainder {
  static constexpr std::string_view name = "sql.modulo";
  template <class T>
  static T apply(T a, T b) noexcept {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else if constexpr (std::is_unsigned_v<T>)
      return static_cast<T>(a % b);
    else
      return b == T(-1) ? T(0) : static_cast<T>(a % b);
  }
};

template <class T>
T at(const Operand<T>& operand, std::int64_t row) noexcept {
  return operand.values == nullptr ? operand.scalar : operand.values[row];
}

/// Whether each divisor is zero, as bits; null if none is.
template <class T>
BufferPtr zero_divisors(const Operand<T>& divisor, std::int64_t length) {
  if (divisor.values == nullptr) return divisor.scalar == T{} ? make_bits(length, true) : nullptr;
  bool any = false;
  for (std::int64_t i = 0; i < length; ++i) any |= divisor.values[i] == T{};
  return any ? bits_from_rows(length, [&](std::int64_t i) { return divisor.values[i] == T{}; }) : nullptr;
}

[[noreturn]] void throw_division_by_zero(std::string_view name) {
  throw InvalidArgument("division by zero in " + std::string(name) + "; NULLIF(divisor, 0) makes it null");
}

/// Integers: `T{1}` stands in for a divisor of zero, whose row becomes null or, in SQL, an error.
template <class Op, bool kSql, class T>
Column divide_rows(Arguments row, std::int64_t rows, const DataType& result) {
  const Operand<T> a(row[0]), b(row[1]);
  BufferPtr validity = joint_validity(row, rows);
  const BufferPtr zeros = kSql || std::is_integral_v<T> ? zero_divisors(b, rows) : nullptr;
  if (zeros == nullptr)
    return fixed_width(result, rows, validity, map_values<T>(a, b, rows, Op::template apply<T>));
  const BufferPtr divided_by_zero = and_bits(zeros, validity, rows);
  if (kSql && count_ones(divided_by_zero->data(), rows) != 0) throw_division_by_zero(Op::name);
  validity = bits_from_words(rows, [&](std::int64_t word) {
    return ~load_word(zeros->data(), word, rows) &
           (validity ? load_word(validity->data(), word, rows) : ~std::uint64_t{0});
  });
  return fixed_width(result, rows, validity, map_values<T>(a, b, rows, [](T x, T y) {
                       return Op::template apply<T>(x, y == T{} ? T{1} : y);
                     }));
}

template <class Op, bool kSql>
Datum run_division(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return visit_fixed_width(result.id(), [&](auto tag) -> Column {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, int128_t>)
        throw InternalError("decimals have their own kernels");
      else
        return divide_rows<Op, kSql, T>(row, rows, result);
    });
  });
}

/// One decimal division at the result's scale. Nothing for a result of more than 38 digits.
enum class DecimalDivision : std::uint8_t { kQuotient, kFloor, kModulo, kRemainder };

std::optional<int128_t> divide_decimals(DecimalDivision kind, int128_t a, int128_t b, int scale) {
  const int128_t quotient = a / b, rest = a % b;
  const bool below = rest != 0 && (rest < 0) != (b < 0);
  switch (kind) {
    case DecimalDivision::kRemainder:
      return rest;
    case DecimalDivision::kModulo:
      return below ? rest + b : rest;
    case DecimalDivision::kFloor:
      return rescale(quotient - (below ? 1 : 0), 0, scale);
    case DecimalDivision::kQuotient:
      break;
  }
  // Long division: whole part, then one digit after the other, then one more to round.
  const bool negative = (a < 0) != (b < 0);
  int128_t left = rest < 0 ? -rest : rest, out = quotient < 0 ? -quotient : quotient;
  const int128_t divisor = b < 0 ? -b : b;
  for (int digit = 0; digit < scale; ++digit) {
    if (!fits_precision(out, 37)) return std::nullopt;
    int next = 0;
    // left * 10 can leave 128 bits: ten times by addition, each step below twice the divisor.
    int128_t sum = 0;
    for (int i = 0; i < 10; ++i) {
      sum += left;
      if (sum >= divisor) sum -= divisor, ++next;
    }
    left = sum;
    out = out * 10 + next;
  }
  if (left >= divisor - left) ++out;
  return negative ? -out : out;
}

template <DecimalDivision kKind, bool kSql>
Datum run_decimals(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Operand<int128_t> a(row[0]), b(row[1]);
    const BufferPtr validity = joint_validity(row, rows);
    BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(int128_t)), valid;
    valid.resize_zeroed(bitmap_bytes(rows));
    for (std::int64_t i = 0; i < rows; ++i) {
      values.as<int128_t>()[i] = 0;
      if (validity != nullptr && !get_bit(validity->data(), i)) continue;
      if (at(b, i) == 0) {
        if (kSql) throw_division_by_zero("sql.divide");
        continue;
      }
      const auto out = divide_decimals(kKind, at(a, i), at(b, i), result.scale());
      if (!out || !fits_precision(*out, 38))
        throw InvalidArgument("a decimal division has more than 38 digits");
      values.as<int128_t>()[i] = *out;
      set_bit(valid.data(), i);
    }
    return fixed_width(result, rows, valid.finish(), values.finish());
  });
}

Datum run_duration_by_integer(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_division<TruncateDivide, false>(arguments, length, result);
}

Datum run_duration_by_float(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(result, rows, joint_validity(row, rows),
                       map_values<std::int64_t>(
                           Operand<std::int64_t>(row[0]), Operand<double>(row[1]), rows,
                           [](std::int64_t ticks, double divisor) {
                             const double quotient = static_cast<double>(ticks) / divisor;
                             return std::abs(quotient) < 0x1p63 ? static_cast<std::int64_t>(quotient) : 0;
                           }));
  });
}

/// How many times one duration goes into the other: both have one unit.
Datum run_duration_ratio(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(result, rows, joint_validity(row, rows),
                       map_values<double>(Operand<std::int64_t>(row[0]), Operand<std::int64_t>(row[1]), rows,
                                          [](std::int64_t a, std::int64_t b) {
                                            return static_cast<double>(a) / static_cast<double>(b);
                                          }));
  });
}

std::optional<DataType> number_type(std::span<const DataType> types) {
  const auto type = common_type(types);
  if (!type) return std::nullopt;
  if (type->id() == TypeId::kBool || type->id() == TypeId::kNull) return DataType(TypeId::kInt64);
  return type->is_numeric() ? type : std::nullopt;
}

std::optional<ResolvedFunction> resolve_duration(const DataType& a, const DataType& b) {
  if (a.id() != TypeId::kDuration) return std::nullopt;
  if (b.is_integer()) return ResolvedFunction{a, {a, TypeId::kInt64}, run_duration_by_integer};
  if (b.is_float()) return ResolvedFunction{a, {a, TypeId::kFloat64}, run_duration_by_float};
  if (b.id() != TypeId::kDuration) return std::nullopt;
  const DataType common = DataType::duration(finer(a.unit(), b.unit()));
  return ResolvedFunction{TypeId::kFloat64, {common, common}, run_duration_ratio};
}

ResolvedFunction resolve_divide(std::span<const DataType> types) {
  if (auto duration = resolve_duration(types[0], types[1])) return *duration;
  const auto type = number_type(types);
  if (!type) throw_no_kernel("divide", "two numbers, or a duration and a number or duration", types);
  if (type->id() == TypeId::kDecimal128) {
    return {DataType::decimal(38, type->scale()),
            {*type, *type},
            run_decimals<DecimalDivision::kQuotient, false>};
  }
  const DataType result = type->id() == TypeId::kFloat32 ? TypeId::kFloat32 : TypeId::kFloat64;
  return {result, {result, result}, run_division<TruncateDivide, false>};
}

template <class Op, bool kSql, DecimalDivision kDecimals>
ResolvedFunction resolve_division(std::span<const DataType> types) {
  if (kSql && std::is_same_v<Op, TruncateDivide>) {
    if (auto duration = resolve_duration(types[0], types[1])) return *duration;
  }
  auto type = number_type(types);
  if (!type) throw_no_kernel(Op::name, "two numbers", types);
  if (type->id() != TypeId::kDecimal128) return {*type, {*type, *type}, run_division<Op, kSql>};
  // PostgreSQL's quotients have at least 16 digits behind the point.
  const bool widens = kSql && kDecimals == DecimalDivision::kQuotient;
  const DataType result = DataType::decimal(38, widens ? std::max(type->scale(), 16) : type->scale());
  return {result, {*type, *type}, run_decimals<kDecimals, kSql>};
}

}  // namespace

void register_division(FunctionRegistry& registry) {
  registry.add({"divide", 2, 2, resolve_divide});
  registry.add({"floor_divide", 2, 2, resolve_division<FloorDivide, false, DecimalDivision::kFloor>});
  registry.add({"modulo", 2, 2, resolve_division<Modulo, false, DecimalDivision::kModulo>});
  registry.add({"sql.divide", 2, 2, resolve_division<TruncateDivide, true, DecimalDivision::kQuotient>});
  registry.add({"sql.modulo", 2, 2, resolve_division<Remainder, true, DecimalDivision::kRemainder>});
}

}  // namespace treadle::columnar::functions
