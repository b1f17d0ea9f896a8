#include "dataframe/operators/key_rows.h"

#include "columnar/bitmap.h"
#include "columnar/int128.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/group_table_text.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::RowRef;

template <class T>
bool same(const void* a, std::uint32_t row_a, const void* b, std::uint32_t row_b) {
  return static_cast<const T*>(a)[row_a] == static_cast<const T*>(b)[row_b];
}

}  // namespace

KeyRows::Kind KeyRows::kind_of(const DataType& type) {
  if (type.id() == TypeId::kNull) return Kind::kNothing;
  if (type.id() == TypeId::kBool) return Kind::kBit;
  if (columnar::is_text(type)) return Kind::kText;
  switch (type.byte_width()) {
    case 1:
      return Kind::kOne;
    case 2:
      return Kind::kTwo;
    case 4:
      return Kind::kFour;
    case 8:
      return Kind::kEight;
    default:
      return Kind::kSixteen;
  }
}

std::uint32_t KeyRows::add(std::span<const Column> keys) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Column& column = keys[i];
    Key& key = keys_[i];
    key.kind = kind_of(column.type());
    Values values;
    if (!column.has_no_nulls()) values.valid = column.validity()->data();
    values.values = column.values_as<std::uint8_t>();
    if (key.kind == Kind::kText) {
      const bool coded = column.layout() == columnar::Layout::kDictionary;
      const Column& texts = coded ? *column.dictionary() : column;
      if (coded) values.codes = column.values_as<std::int32_t>();
      values.values = texts.values_as<std::uint8_t>();
      if (!texts.data().empty()) values.bytes = reinterpret_cast<const char*>(texts.data()[0]->data());
    }
    key.columns.push_back(column);
    key.values.push_back(values);
  }
  return num_sources_++;
}

bool KeyRows::equal(const Key& key, RowRef a, RowRef b) noexcept {
  const Values& x = key.values[a.source];
  const Values& y = key.values[b.source];
  if (x.valid != nullptr || y.valid != nullptr) {
    const bool valid = x.valid == nullptr || columnar::get_bit(x.valid, a.row);
    if (valid != (y.valid == nullptr || columnar::get_bit(y.valid, b.row))) return false;
    if (!valid) return true;
  }
  const auto text = [](const Values& from, std::uint32_t row) -> std::string_view {
    const auto* offsets = static_cast<const std::int32_t*>(from.values);
    const auto at = from.codes == nullptr ? static_cast<std::int64_t>(row) : std::int64_t{from.codes[row]};
    return {from.bytes + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at])};
  };
  switch (key.kind) {
    case Kind::kNothing:
      return true;
    case Kind::kBit:
      return columnar::get_bit(static_cast<const std::uint8_t*>(x.values), a.row) ==
             columnar::get_bit(static_cast<const std::uint8_t*>(y.values), b.row);
    case Kind::kOne:
      return same<std::uint8_t>(x.values, a.row, y.values, b.row);
    case Kind::kTwo:
      return same<std::uint16_t>(x.values, a.row, y.values, b.row);
    case Kind::kFour:
      return same<std::uint32_t>(x.values, a.row, y.values, b.row);
    case Kind::kEight:
      return same<std::uint64_t>(x.values, a.row, y.values, b.row);
    case Kind::kSixteen:
      return same<columnar::uint128_t>(x.values, a.row, y.values, b.row);
    case Kind::kText:
      if (x.codes != nullptr && y.codes != nullptr && x.values == y.values) {
        return x.codes[a.row] == y.codes[b.row];
      }
      return equal_texts(text(x, a.row), text(y, b.row));
  }
  return false;
}

}  // namespace treadle::dataframe
