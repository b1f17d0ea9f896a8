#include <string>

#include "columnar/cast/converters.h"
#include "columnar/format.h"
#include "columnar/function.h"
#include "columnar/scalar_column.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle::columnar {
namespace {

bool is_plain_number(const DataType& type) noexcept {
  return type.is_integer() || type.is_float() || type.id() == TypeId::kBool;
}

Column convert(const Column& column, const DataType& to);

Column convert_nested(const Column& column, const DataType& to) {
  std::vector<Column> children;
  for (std::size_t i = 0; i < column.children().size(); ++i)
    children.push_back(convert(column.children()[i], to.fields()[i].type));
  return Column::nested(to, column.length(), column.validity(), column.values(), std::move(children));
}

/// Dictionary-coded text is converted once per value.
Column convert_coded(const Column& column, const DataType& to) {
  const Column values = convert(*column.dictionary(), to);
  std::vector<std::int64_t> codes(static_cast<std::size_t>(column.length()));
  const auto* from = column.values_as<std::int32_t>();
  for (std::size_t i = 0; i < codes.size(); ++i)
    codes[i] = column.is_valid(static_cast<std::int64_t>(i)) ? from[i] : -1;
  return take(values, codes);
}

Column convert(const Column& column, const DataType& to) {
  const DataType& from = column.type();
  if (from == to) return column;
  if (from.id() == TypeId::kNull) return Column::nulls(to, column.length());
  if (is_text(from) && column.layout() == Layout::kDictionary && !is_text(to))
    return convert_coded(column, to);
  if (is_text(from)) return convert_text(column, to);
  if (to.id() == TypeId::kUtf8) return convert_to_text(column, to);
  if (from.is_nested()) return convert_nested(column, to);
  if (from.is_temporal() || to.is_temporal()) return convert_times(column, to);
  if (from.id() == TypeId::kDecimal128) return convert_decimals(column, to);
  if (to.id() == TypeId::kDecimal128) return convert_to_decimals(column, to);
  return convert_numbers(column, to);
}

/// Nested values are converted child by child: a null may have come up in any of them.
void check_converted(const Column& from, const Column& to) {
  if (to.null_count() > from.null_count()) {
    std::int64_t row = 0;
    while (!from.is_valid(row) || to.is_valid(row)) ++row;
    std::string value;
    append_value(value, from, row);
    if (value.size() > 100) value = value.substr(0, 100) + "...";
    throw TypeError("expected values that convert from " + from.type().to_string() + " to " +
                    to.type().to_string() + "; found \"" + value + "\" (a try_cast makes it null)");
  }
  if (!to.type().is_nested()) return;
  for (std::size_t i = 0; i < from.children().size(); ++i)
    check_converted(from.children()[i], to.children()[i]);
}

}  // namespace

bool conversion_exists(const DataType& from, const DataType& to) noexcept {
  if (from == to || from.id() == TypeId::kNull || to.id() == TypeId::kUtf8) return true;
  if (from.is_nested() || to.is_nested()) {
    if (from.id() != to.id() || from.fields().size() != to.fields().size()) return false;
    for (std::size_t i = 0; i < from.fields().size(); ++i) {
      if (!conversion_exists(from.fields()[i].type, to.fields()[i].type)) return false;
    }
    return true;
  }
  if (from.id() == TypeId::kUtf8) return to.id() != TypeId::kNull && to.id() != TypeId::kDuration;
  if (from.id() == TypeId::kBinary || to.id() == TypeId::kBinary || to.id() == TypeId::kNull) return false;
  if (!from.is_temporal() && !to.is_temporal()) return true;
  if (from.is_temporal() && to.is_temporal()) {
    if (from.id() == to.id()) return true;
    const auto is_point = [](const DataType& type) {
      return type.id() == TypeId::kDate || type.id() == TypeId::kTimestamp;
    };
    return is_point(from) ? is_point(to) || (from.id() == TypeId::kTimestamp && to.id() == TypeId::kTime)
                          : false;
  }
  const DataType& other = from.is_temporal() ? to : from;
  return is_plain_number(other) && other.id() != TypeId::kBool;
}

Column cast(const Column& column, const DataType& type, bool strict) {
  if (column.type() == type) return column;
  if (!conversion_exists(column.type(), type)) {
    throw TypeError("there is no conversion from " + column.type().to_string() + " to " + type.to_string());
  }
  Column out = convert(column, type);
  if (strict) check_converted(column, out);
  return out;
}

Scalar cast(const Scalar& scalar, const DataType& type, bool strict) {
  if (scalar.type() == type) return scalar;
  if (scalar.is_null() && conversion_exists(scalar.type(), type)) return {type, std::monostate()};
  return scalar_at(cast(repeat(scalar, 1), type, strict), 0);
}

}  // namespace treadle::columnar
