#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "dataframe/expressions/bind.h"

// One value as a column of equal rows.
namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::Layout;

struct AsNumber {
  template <class Number>
  double operator()(const Number& number) const {
    if constexpr (std::is_arithmetic_v<Number>) return static_cast<double>(number);
    return 0;
  }
};

template <class T>
T number_as(const Scalar& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.storage())) return static_cast<T>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value.storage())) return static_cast<T>(*number);
  return static_cast<T>(std::visit(AsNumber{}, value.storage()));
}

/// All rows name the only word of a dictionary: text is not copied, however many rows there are.
Column repeat_text(const Scalar& value, std::int64_t length) {
  columnar::TextBuilder word;
  word.append(std::get<std::string>(value.storage()));
  BufferBuilder codes;
  codes.resize_zeroed(static_cast<std::size_t>(length) * sizeof(std::int32_t));
  return Column::dictionary_coded(length, nullptr, codes.finish(),
                                  std::make_shared<const Column>(word.finish(value.type())), 0);
}

/// By way of text, as which a Scalar holds it.
Column repeat_decimal(const Scalar& value, std::int64_t length) {
  columnar::TextBuilder digits;
  digits.append(std::get<std::string>(value.storage()));
  const Column one = columnar::cast(digits.finish(), value.type(), true);
  return columnar::take(one, std::vector<std::int64_t>(static_cast<std::size_t>(length), 0));
}

Column repeat_number(const Scalar& value, std::int64_t length) {
  return columnar::visit_fixed_width(value.type().id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    BufferBuilder values(static_cast<std::size_t>(length) * sizeof(T));
    std::fill_n(values.as<T>(), length, number_as<T>(value));
    return Column(value.type(), Layout::kPlain, length, nullptr, values.finish(), {}, 0);
  });
}

}  // namespace

Column to_column(const columnar::Datum& datum, std::int64_t length) {
  if (const auto* column = std::get_if<Column>(&datum)) return *column;
  const auto& value = std::get<Scalar>(datum);
  if (value.is_null()) return Column::nulls(value.type(), length);
  switch (value.type().id()) {
    case TypeId::kUtf8:
    case TypeId::kBinary: return repeat_text(value, length);
    case TypeId::kDecimal128: return repeat_decimal(value, length);
    case TypeId::kBool:
      return {value.type(), Layout::kPlain, length, nullptr,
              columnar::make_bits(length, std::get<bool>(value.storage())), {}, 0};
    default: return repeat_number(value, length);
  }
}

}  // namespace treadle::dataframe
