#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/function.h"
#include "columnar/scalar_column.h"
#include "columnar/type_dispatch.h"

// What kernels share: arguments that are columns or scalars, and who is null.
namespace treadle::columnar::functions {

using Arguments = std::span<const Datum>;

inline bool is_scalar(const Datum& datum) noexcept { return std::holds_alternative<Scalar>(datum); }
inline const Scalar& scalar_of(const Datum& datum) { return std::get<Scalar>(datum); }
inline const Column& column_of(const Datum& datum) { return std::get<Column>(datum); }
inline bool is_null_scalar(const Datum& datum) noexcept {
  return is_scalar(datum) && scalar_of(datum).is_null();
}

/// The argument as a column; a scalar is repeated.
inline Column as_column(const Datum& datum, std::int64_t length) {
  return is_scalar(datum) ? repeat(scalar_of(datum), length) : column_of(datum);
}

/// The scalar's value as a column of its type stores it.
template <class T>
T value_of(const Scalar& scalar);

/// A scalar parameter. Throws InvalidArgument naming function and parameter for a column or a null.
std::string_view text_parameter(const Datum& datum, std::string_view function, std::string_view parameter);
std::int64_t integer_parameter(const Datum& datum, std::string_view function, std::string_view parameter);

/// Where all columns among the arguments have values.
BufferPtr joint_validity(Arguments arguments, std::int64_t length);

/// Runs `run(arguments, length) -> Column`. If all arguments are scalars, it runs on one row and the answer
/// is a scalar; at least the first argument is always a column for `run`.
template <class Run>
Datum run_rows(Arguments arguments, std::int64_t length, const Run& run) {
  for (const Datum& argument : arguments) {
    if (!is_scalar(argument)) return run(arguments, length);
  }
  std::vector<Datum> row(arguments.begin(), arguments.end());
  row[0] = repeat(scalar_of(row[0]), 1);
  return scalar_at(run(Arguments(row), 1), 0);
}

/// The same for functions of which any null argument makes the result null: `run` sees no null scalar.
template <class Run>
Datum run_null_in_null_out(Arguments arguments, std::int64_t length, const DataType& result, const Run& run) {
  bool any_null = false, any_column = false;
  for (const Datum& argument : arguments) {
    any_null = any_null || is_null_scalar(argument);
    any_column = any_column || !is_scalar(argument);
  }
  if (any_null && any_column) return Column::nulls(result, length);
  if (any_null) return Scalar(result, std::monostate());
  return run_rows(arguments, length, run);
}

/// A fixed-width argument of a loop: values, or one value.
template <class T>
struct Operand {
  explicit Operand(const Datum& datum) {
    if (is_scalar(datum)) {
      scalar = value_of<T>(scalar_of(datum));
    } else {
      values = column_of(datum).values_as<T>();
    }
  }
  const T* values = nullptr;
  T scalar{};
};

/// out[i] = f(a[i], b[i]): three plain loops, so that each vectorises.
template <class R, class T, class U, class F>
BufferPtr map_values(const Operand<T>& a, const Operand<U>& b, std::int64_t length, F f) {
  BufferBuilder builder(static_cast<std::size_t>(length) * sizeof(R));
  R* out = builder.as<R>();
  if (a.values == nullptr) {
    for (std::int64_t i = 0; i < length; ++i) out[i] = f(a.scalar, b.values[i]);
  } else if (b.values == nullptr) {
    const U right = b.scalar;
    for (std::int64_t i = 0; i < length; ++i) out[i] = f(a.values[i], right);
  } else {
    for (std::int64_t i = 0; i < length; ++i) out[i] = f(a.values[i], b.values[i]);
  }
  return builder.finish();
}

template <class R, class T, class F>
BufferPtr map_values(const T* values, std::int64_t length, F f) {
  BufferBuilder builder(static_cast<std::size_t>(length) * sizeof(R));
  R* out = builder.as<R>();
  for (std::int64_t i = 0; i < length; ++i) out[i] = f(values[i]);
  return builder.finish();
}

inline Column fixed_width(const DataType& type, std::int64_t length, BufferPtr validity, BufferPtr values) {
  return {type, Layout::kPlain, length, std::move(validity), std::move(values)};
}

}  // namespace treadle::columnar::functions
