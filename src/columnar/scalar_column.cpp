#include "columnar/scalar_column.h"

#include <algorithm>
#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/decimal.h"
#include "columnar/format.h"
#include "columnar/type_dispatch.h"

namespace treadle::columnar {

Scalar scalar_at(const Column& column, std::int64_t row) {
  const DataType& type = column.type();
  if (!column.is_valid(row)) return type.is_nested() ? Scalar() : Scalar(type, std::monostate());
  if (is_text(type)) return {type, std::string(column.text(row))};
  if (type.id() == TypeId::kBool) return {type, get_bit(column.values()->data(), row)};
  if (type.is_nested() || type.id() == TypeId::kDecimal128) {
    std::string text;
    append_value(text, column, row);
    return {type.is_nested() ? DataType(TypeId::kUtf8) : type, std::move(text)};
  }
  return visit_fixed_width(type.id(), [&](auto tag) -> Scalar {
    using T = typename decltype(tag)::type;
    const T value = column.values_as<T>()[row];
    if constexpr (std::is_floating_point_v<T>)
      return {type, static_cast<double>(value)};
    else if constexpr (std::is_signed_v<T> || std::is_same_v<T, int128_t>)
      return {type, static_cast<std::int64_t>(value)};
    else
      return {type, static_cast<std::uint64_t>(value)};
  });
}

namespace {

template <class T>
Column repeat_value(const DataType& type, T value, std::int64_t length) {
  BufferBuilder values(static_cast<std::size_t>(length) * sizeof(T));
  std::fill_n(values.as<T>(), length, value);
  return {type, Layout::kPlain, length, nullptr, values.finish()};
}

Column repeat_text(const Scalar& scalar, std::int64_t length) {
  TextBuilder value;
  value.append(std::get<std::string>(scalar.storage()));
  BufferBuilder codes;
  codes.resize_zeroed(static_cast<std::size_t>(length) * 4);
  return Column::dictionary_coded(length, nullptr, codes.finish(),
                                  std::make_shared<const Column>(value.finish(scalar.type())));
}

}  // namespace

Column repeat(const Scalar& scalar, std::int64_t length) {
  const DataType& type = scalar.type();
  if (scalar.is_null()) return Column::nulls(type, length);
  if (is_text(type)) return repeat_text(scalar, length);
  if (type.id() == TypeId::kBool) {
    return {type, Layout::kPlain, length, nullptr, make_bits(length, std::get<bool>(scalar.storage()))};
  }
  if (type.id() == TypeId::kDecimal128) {
    return repeat_value(
        type, parse_decimal(std::get<std::string>(scalar.storage()), type.scale()).value_or(0), length);
  }
  return visit_fixed_width(type.id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_floating_point_v<T>) {
      return repeat_value(type, static_cast<T>(std::get<double>(scalar.storage())), length);
    } else if constexpr (std::is_signed_v<T> || std::is_same_v<T, int128_t>) {
      return repeat_value(type, static_cast<T>(std::get<std::int64_t>(scalar.storage())), length);
    } else {
      return repeat_value(type, static_cast<T>(std::get<std::uint64_t>(scalar.storage())), length);
    }
  });
}

}  // namespace treadle::columnar
