#include <cmath>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"

// is_null, is_not_null, is_nan.
namespace treadle::columnar::functions {
namespace {

Datum run_is_not_null(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return fixed_width(TypeId::kBool, rows, nullptr,
                       column.has_no_nulls() ? make_bits(rows, true) : column.validity());
  });
}

Datum run_is_null(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    BufferPtr bits =
        column.has_no_nulls() ? make_bits(rows, false) : bits_from_words(rows, [&](std::int64_t word) {
          return ~load_word(column.validity()->data(), word, rows);
        });
    return fixed_width(TypeId::kBool, rows, nullptr, std::move(bits));
  });
}

Datum run_is_nan(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    BufferPtr bits = visit_number(column.type().id(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* values = column.values_as<T>();
      return bits_from_rows(rows, [values](std::int64_t i) { return values[i] != values[i]; });
    });
    return fixed_width(TypeId::kBool, rows, column.validity(), std::move(bits));
  });
}

ResolvedFunction resolve_is_nan(std::span<const DataType> types) {
  const DataType& type = types[0];
  if (type.is_float()) return {TypeId::kBool, {type}, run_is_nan};
  if (type.is_numeric() || type.id() == TypeId::kNull) return {TypeId::kBool, {TypeId::kFloat64}, run_is_nan};
  throw_no_kernel("is_nan", "a number", types);
}

}  // namespace

void register_null_tests(FunctionRegistry& registry) {
  registry.add({"is_null", 1, 1, [](std::span<const DataType> types) -> ResolvedFunction {
                  return {TypeId::kBool, {types[0]}, run_is_null};
                }});
  registry.add({"is_not_null", 1, 1, [](std::span<const DataType> types) -> ResolvedFunction {
                  return {TypeId::kBool, {types[0]}, run_is_not_null};
                }});
  registry.add({"is_nan", 1, 1, resolve_is_nan});
}

}  // namespace treadle::columnar::functions
