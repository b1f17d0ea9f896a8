#include <type_traits>

#include "columnar/calendar.h"
#include "columnar/decimal.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/text_joining.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// add, subtract, multiply, negate. Integers wrap around, as in Polars; the sql. variants throw instead.
namespace treadle::columnar::functions {
namespace {

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

[[noreturn]] void throw_overflow(const DataType& type) {
  throw InvalidArgument(
      type.to_string() +
      " out of range: the result of an addition, subtraction or multiplication does not fit");
}

/// Rows that are null may hold anything and must not throw: they are looked at only when something
/// overflowed.
template <class Op>
Datum run_checked(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return visit_number(result.id(), [&](auto tag) -> Column {
      using T = typename decltype(tag)::type;
      const BufferPtr validity = joint_validity(row, rows);
      if constexpr (std::is_floating_point_v<T>) {
        return fixed_width(
            result, rows, validity,
            map_values<T>(Operand<T>(row[0]), Operand<T>(row[1]), rows, Op::template apply<T>));
      } else {
        const Operand<T> a(row[0]), b(row[1]);
        bool overflow = false;
        BufferPtr values = map_values<T>(a, b, rows, [&](T x, T y) {
          T out{};
          overflow |= Op::overflows(x, y, out);
          return out;
        });
        for (std::int64_t i = 0; overflow && i < rows; ++i) {
          T out{};
          const T x = a.values ? a.values[i] : a.scalar, y = b.values ? b.values[i] : b.scalar;
          if ((validity == nullptr || get_bit(validity->data(), i)) && Op::overflows(x, y, out))
            throw_overflow(result);
        }
        return fixed_width(result, rows, validity, std::move(values));
      }
    });
  });
}

/// Both decimals have the result's scale, except for factors, which keep theirs.
template <class Op>
Datum run_decimals(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Operand<int128_t> a(row[0]), b(row[1]);
    const BufferPtr validity = joint_validity(row, rows);
    BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(int128_t));
    const auto power = power_of_ten(result.scale());
    for (std::int64_t i = 0; i < rows; ++i) {
      int128_t out = 0;
      const int128_t x = a.values ? a.values[i] : a.scalar, y = b.values ? b.values[i] : b.scalar;
      bool overflow = Op::overflows(x, y, out);
      if constexpr (std::is_same_v<Op, Multiply>) {
        // Both factors have the scale: the product has it twice, and one is taken away, rounding half away
        // from zero.
        if (!overflow)
          out = out / power + (((out % power < 0 ? -(out % power) : out % power) * 2 >= power && power > 1)
                                   ? (out < 0 ? -1 : 1)
                                   : 0);
      }
      overflow = overflow || !fits_precision(out, 38);
      if (overflow && (validity == nullptr || get_bit(validity->data(), i))) throw_overflow(result);
      values.as<int128_t>()[i] = out;
    }
    return fixed_width(result, rows, validity, values.finish());
  });
}

/// date + duration, date - duration: whole days count, rounding down.
template <class Op>
Datum run_date_shift(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const DataType& duration = is_scalar(row[1]) ? scalar_of(row[1]).type() : column_of(row[1]).type();
    const std::int64_t per_day = ticks_per_day(duration.unit());
    return fixed_width(
        result, rows, joint_validity(row, rows),
        map_values<std::int32_t>(Operand<std::int32_t>(row[0]), Operand<std::int64_t>(row[1]), rows,
                                 [&](std::int32_t days, std::int64_t ticks) {
                                   const std::int64_t moved = Op::template apply<std::int64_t>(0, ticks);
                                   return static_cast<std::int32_t>(days + floor_div(moved, per_day));
                                 }));
  });
}

Datum run_duration_times_float(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return fixed_width(
        result, rows, joint_validity(row, rows),
        map_values<std::int64_t>(Operand<std::int64_t>(row[0]), Operand<double>(row[1]), rows,
                                 [](std::int64_t ticks, double factor) {
                                   const double product = static_cast<double>(ticks) * factor;
                                   return std::abs(product) < 0x1p63 ? static_cast<std::int64_t>(product) : 0;
                                 }));
  });
}

/// Types of which one is a duration, or the difference of two points in time.
template <class Op>
std::optional<ResolvedFunction> resolve_times(const DataType& a, const DataType& b) {
  const bool adds = std::is_same_v<Op, Add>, subtracts = std::is_same_v<Op, Subtract>;
  const Kernel ticks = run_numbers<Op>;
  if (a.id() == TypeId::kDate && b.id() == TypeId::kDuration && (adds || subtracts)) {
    return ResolvedFunction{a, {a, b}, run_date_shift<Op>};
  }
  if (a.id() == TypeId::kTimestamp && b.id() == TypeId::kDuration && (adds || subtracts)) {
    const TimeUnit unit = finer(a.unit(), b.unit());
    const DataType result = DataType::timestamp(unit, a.zone());
    return ResolvedFunction{result, {result, DataType::duration(unit)}, ticks};
  }
  if (a.id() == TypeId::kDuration && b.id() == TypeId::kDuration && (adds || subtracts)) {
    const DataType result = DataType::duration(finer(a.unit(), b.unit()));
    return ResolvedFunction{result, {result, result}, ticks};
  }
  if (subtracts && a.id() == TypeId::kDate && b.id() == TypeId::kDate) {
    const DataType point = DataType::timestamp(TimeUnit::kMicro);
    return ResolvedFunction{DataType::duration(TimeUnit::kMicro), {point, point}, ticks};
  }
  if (subtracts && a.is_temporal() && b.is_temporal()) {
    if (const auto point = common_type(a, b))
      return ResolvedFunction{DataType::duration(point->unit()), {*point, *point}, ticks};
  }
  return std::nullopt;
}

std::optional<ResolvedFunction> resolve_scaled_duration(const DataType& a, const DataType& b) {
  if (a.id() != TypeId::kDuration) return std::nullopt;
  if (b.is_integer()) return ResolvedFunction{a, {a, TypeId::kInt64}, run_numbers<Multiply>};
  if (b.is_float()) return ResolvedFunction{a, {a, TypeId::kFloat64}, run_duration_times_float};
  return std::nullopt;
}

Datum swapped_scaled_duration(Arguments arguments, std::int64_t length, const DataType& result) {
  const Datum turned[] = {arguments[1], arguments[0]};
  const DataType& factor = is_scalar(turned[1]) ? scalar_of(turned[1]).type() : column_of(turned[1]).type();
  return factor.is_float() ? run_duration_times_float(turned, length, result)
                           : run_numbers<Multiply>(turned, length, result);
}

/// PostgreSQL counts days in integers: date + 1, date - date.
template <class Op>
std::optional<ResolvedFunction> resolve_sql_days(const DataType& a, const DataType& b) {
  if (a.id() != TypeId::kDate || std::is_same_v<Op, Multiply>) return std::nullopt;
  if (b.is_integer()) return ResolvedFunction{a, {a, TypeId::kInt32}, run_numbers<Op>};
  if (b.id() != TypeId::kDate || std::is_same_v<Op, Add>) return std::nullopt;
  return ResolvedFunction{TypeId::kInt32, {a, b}, run_numbers<Op>};
}

template <class Op, bool kChecked>
ResolvedFunction resolve_arithmetic(std::span<const DataType> types) {
  const DataType &a = types[0], &b = types[1];
  const bool adds = std::is_same_v<Op, Add>;
  if (auto days = kChecked ? resolve_sql_days<Op>(a, b) : std::nullopt) return *days;
  if (auto times = resolve_times<Op>(a, b)) return *times;
  if (adds && a.id() == TypeId::kDuration) {
    if (auto times = resolve_times<Op>(b, a)) {
      if (b.id() == TypeId::kDate)
        times->kernel = [](Arguments arguments, std::int64_t length, const DataType& result) {
          const Datum turned[] = {arguments[1], arguments[0]};
          return run_date_shift<Add>(turned, length, result);
        };
      std::swap(times->arguments[0], times->arguments[1]);
      return *times;
    }
  }
  if constexpr (std::is_same_v<Op, Multiply>) {
    if (auto scaled = resolve_scaled_duration(a, b)) return *scaled;
    if (auto scaled = resolve_scaled_duration(b, a)) {
      return {b, {scaled->arguments[1], scaled->arguments[0]}, swapped_scaled_duration};
    }
  }
  if (adds && is_text(a) && a == b) return {a, {a, a}, run_concatenate_pair};
  auto type = common_type(a, b);
  if (type && type->id() == TypeId::kBool) type = DataType(TypeId::kUInt32);
  if (type && type->id() == TypeId::kNull) type = DataType(TypeId::kInt64);
  if (type && type->id() == TypeId::kDecimal128)
    return {DataType::decimal(38, type->scale()), {*type, *type}, run_decimals<Op>};
  if (type && type->is_numeric())
    return {*type, {*type, *type}, kChecked ? run_checked<Op> : run_numbers<Op>};
  throw_no_kernel(Op::name, "two numbers, or times and durations that go together", types);
}

Datum run_negate(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return visit_fixed_width(result.id(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      BufferPtr values = map_values<T>(column.values_as<T>(), rows, [](T value) {
        if constexpr (std::is_integral_v<T>)
          return Subtract::apply<T>(0, value);
        else
          return -value;
      });
      return fixed_width(result, rows, column.validity(), std::move(values));
    });
  });
}

ResolvedFunction resolve_negate(std::span<const DataType> types) {
  const DataType& type = types[0];
  if (type.id() == TypeId::kNull) return {TypeId::kInt64, {TypeId::kInt64}, run_negate};
  if (type.is_signed_integer() || type.is_float() || type.id() == TypeId::kDecimal128 ||
      type.id() == TypeId::kDuration) {
    return {type, {type}, run_negate};
  }
  throw_no_kernel("negate", "a signed number or a duration", types);
}

}  // namespace

void register_arithmetic(FunctionRegistry& registry) {
  registry.add({"add", 2, 2, resolve_arithmetic<Add, false>});
  registry.add({"subtract", 2, 2, resolve_arithmetic<Subtract, false>});
  registry.add({"multiply", 2, 2, resolve_arithmetic<Multiply, false>});
  registry.add({"sql.add", 2, 2, resolve_arithmetic<Add, true>});
  registry.add({"sql.subtract", 2, 2, resolve_arithmetic<Subtract, true>});
  registry.add({"sql.multiply", 2, 2, resolve_arithmetic<Multiply, true>});
  registry.add({"negate", 1, 1, resolve_negate});
}

}  // namespace treadle::columnar::functions
