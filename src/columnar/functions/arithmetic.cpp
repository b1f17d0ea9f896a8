#include "columnar/functions/arithmetic_operations.h"
#include "columnar/functions/register.h"
#include "columnar/functions/text_joining.h"
#include "columnar/functions/types.h"

// add, subtract, multiply, negate. Integers wrap around, as in Polars; the sql. variants throw instead.
namespace treadle::columnar::functions {
namespace {

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

/// Decimals and integers as decimals of their own scales; nothing if the product's scale would leave no
/// digits.
std::optional<ResolvedFunction> resolve_exact_product(const DataType& a, const DataType& b) {
  const auto as_decimal = [](const DataType& type) {
    return type.id() == TypeId::kDecimal128 ? type : DataType::decimal(38, 0);
  };
  const DataType x = as_decimal(a), y = as_decimal(b);
  if (x.scale() < 0 || y.scale() < 0 || x.scale() + y.scale() > 30) return std::nullopt;
  return ResolvedFunction{DataType::decimal(38, x.scale() + y.scale()), {x, y}, run_decimals<ExactMultiply>};
}

template <class Op, bool kChecked>
ResolvedFunction resolve_arithmetic(std::span<const DataType> types) {
  if (auto times = resolve_times<Op>(types, kChecked)) return *times;
  if (std::is_same_v<Op, Add> && is_text(types[0]) && types[0] == types[1]) {
    return {types[0], {types[0], types[1]}, run_concatenate_pair};
  }
  auto type = common_type(types);
  if (type && type->id() == TypeId::kBool) type = DataType(TypeId::kUInt32);
  if (type && type->id() == TypeId::kNull) type = DataType(TypeId::kInt64);
  if (!type || !type->is_numeric()) {
    throw_no_kernel(Op::name, "two numbers, or times and durations that go together", types);
  }
  if (std::is_same_v<Op, Multiply> && kChecked && type->id() == TypeId::kDecimal128) {
    if (auto product = resolve_exact_product(types[0], types[1])) return *product;
  }
  if (type->id() == TypeId::kDecimal128)
    return {DataType::decimal(38, type->scale()), {*type, *type}, run_decimals<Op>};
  return {*type, {*type, *type}, kChecked ? run_checked<Op> : run_numbers<Op>};
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
