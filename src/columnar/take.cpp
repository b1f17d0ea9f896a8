#include <algorithm>
#include <cstring>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "columnar/text_view.h"
#include "columnar/type_dispatch.h"

namespace treadle::columnar {
namespace {

using Rows = std::span<const std::int64_t>;

std::int64_t count_of(Rows rows) { return static_cast<std::int64_t>(rows.size()); }

bool any_missing(Rows rows) {
  std::int64_t all = 0;
  for (const std::int64_t row : rows) all |= row;
  return all < 0;
}

BufferPtr take_bits(const std::uint8_t* bits, Rows rows) {
  return bits_from_rows(count_of(rows), [&](std::int64_t i) {
    const std::int64_t row = rows[static_cast<std::size_t>(i)];
    return row >= 0 && (bits == nullptr || get_bit(bits, row));
  });
}

BufferPtr take_validity(const Column& column, Rows rows, bool missing) {
  if (column.has_no_nulls()) return missing ? take_bits(nullptr, rows) : nullptr;
  return take_bits(column.validity()->data(), rows);
}

template <class T>
BufferPtr take_values(const T* values, Rows rows, bool missing) {
  BufferBuilder builder(rows.size() * sizeof(T));
  T* out = builder.as<T>();
  if (missing) {
    for (std::size_t i = 0; i < rows.size(); ++i) out[i] = rows[i] < 0 ? T{} : values[rows[i]];
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i]];
  }
  return builder.finish();
}

/// Views of plain text where it lies: for results beyond the 2 GiB that plain layout holds.
Column take_as_views(const Column& column, Rows rows, BufferPtr validity) {
  BufferBuilder views(rows.size() * sizeof(TextView));
  const std::int32_t* offsets = column.values_as<std::int32_t>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view text = rows[i] < 0 ? std::string_view() : column.text(rows[i]);
    views.as<TextView>()[i] = make_view(text, 0, rows[i] < 0 ? 0 : offsets[rows[i]]);
  }
  return {column.type(), Layout::kView, count_of(rows), std::move(validity), views.finish(), column.data()};
}

Column take_plain_text(const Column& column, Rows rows, bool missing) {
  const std::int32_t* from = column.values_as<std::int32_t>();
  BufferPtr validity = take_validity(column, rows, missing);
  std::int64_t total = 0;
  for (const std::int64_t row : rows) total += row < 0 ? 0 : from[row + 1] - from[row];
  if (total > INT32_MAX) return take_as_views(column, rows, std::move(validity));
  BufferBuilder offsets((rows.size() + 1) * 4);
  BufferBuilder bytes(static_cast<std::size_t>(total));
  std::int32_t place = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    offsets.as<std::int32_t>()[i] = place;
    if (rows[i] < 0) continue;
    const std::int32_t size = from[rows[i] + 1] - from[rows[i]];
    if (size != 0)
      std::memcpy(bytes.data() + place, column.data()[0]->data() + from[rows[i]],
                  static_cast<std::size_t>(size));
    place += size;
  }
  offsets.as<std::int32_t>()[rows.size()] = place;
  return {column.type(),       Layout::kPlain,   count_of(rows),
          std::move(validity), offsets.finish(), {bytes.finish()}};
}

Column take_list(const Column& column, Rows rows, bool missing) {
  const std::int32_t* from = column.values_as<std::int32_t>();
  BufferBuilder offsets((rows.size() + 1) * 4);
  std::vector<std::int64_t> elements;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    offsets.as<std::int32_t>()[i] = static_cast<std::int32_t>(elements.size());
    if (rows[i] < 0 || !column.is_valid(rows[i])) continue;
    for (std::int32_t element = from[rows[i]]; element < from[rows[i] + 1]; ++element)
      elements.push_back(element);
    if (elements.size() > INT32_MAX) throw OutOfMemory("a list column holds at most 2,147,483,647 elements");
  }
  offsets.as<std::int32_t>()[rows.size()] = static_cast<std::int32_t>(elements.size());
  return Column::nested(column.type(), count_of(rows), take_validity(column, rows, missing), offsets.finish(),
                        {take(column.children()[0], elements)});
}

Column take_struct(const Column& column, Rows rows, bool missing) {
  std::vector<Column> fields;
  for (const Column& field : column.children()) fields.push_back(take(field, rows));
  return Column::nested(column.type(), count_of(rows), take_validity(column, rows, missing), nullptr,
                        std::move(fields));
}

}  // namespace

Column take(const Column& column, std::span<const std::int64_t> rows) {
  const DataType& type = column.type();
  const bool missing = any_missing(rows);
  switch (type.id()) {
    case TypeId::kNull:
      return Column::nulls(type, count_of(rows));
    case TypeId::kList:
      return take_list(column, rows, missing);
    case TypeId::kStruct:
      return take_struct(column, rows, missing);
    default:
      break;
  }
  if (column.layout() == Layout::kPlain && is_text(type)) return take_plain_text(column, rows, missing);
  BufferPtr validity = take_validity(column, rows, missing);
  if (column.layout() == Layout::kDictionary) {
    return Column::dictionary_coded(count_of(rows), std::move(validity),
                                    take_values(column.values_as<std::uint32_t>(), rows, missing),
                                    column.dictionary());
  }
  if (column.layout() == Layout::kView) {
    return {type,
            Layout::kView,
            count_of(rows),
            std::move(validity),
            take_values(column.values_as<uint128_t>(), rows, missing),
            column.data()};
  }
  BufferPtr values =
      type.id() == TypeId::kBool
          ? take_bits(column.values() ? column.values()->data() : nullptr, rows)
          : visit_width(type.byte_width(), [&](auto tag) {
              return take_values(column.values_as<typename decltype(tag)::type>(), rows, missing);
            });
  return {type, Layout::kPlain, count_of(rows), std::move(validity), std::move(values)};
}

Batch take(const Batch& batch, std::span<const std::int64_t> rows) {
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) columns.push_back(take(column, rows));
  return {batch.schema(), std::move(columns), count_of(rows)};
}

}  // namespace treadle::columnar
