#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/selection.h"
#include "columnar/text_layout.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using Columns = std::span<const Column>;

std::int64_t total_length(Columns columns) {
  std::int64_t length = 0;
  for (const Column& column : columns) length += column.length();
  return length;
}

BufferPtr join_validity(Columns columns) {
  if (std::all_of(columns.begin(), columns.end(), [](const Column& column) { return column.has_no_nulls(); }))
    return nullptr;
  ValidityBuilder builder;
  for (const Column& column : columns)
    builder.append_bits(column.validity() ? column.validity()->data() : nullptr, column.length());
  return builder.finish();
}

BufferPtr join_values(Columns columns, std::size_t width) {
  BufferBuilder values;
  values.reserve(static_cast<std::size_t>(total_length(columns)) * width);
  for (const Column& column : columns) {
    if (column.length() != 0)
      values.append(column.values()->data(), static_cast<std::size_t>(column.length()) * width);
  }
  return values.finish();
}

BufferPtr join_bools(Columns columns) {
  BufferBuilder bits;
  bits.resize_zeroed(bitmap_bytes(total_length(columns)));
  std::int64_t row = 0;
  for (const Column& column : columns) {
    if (column.length() != 0) copy_bits(column.values()->data(), 0, bits.data(), row, column.length());
    row += column.length();
  }
  return bits.finish();
}

/// Offsets, each column's moved behind the one before; `starts` gets where each column's elements begin.
BufferPtr join_offsets(Columns columns) {
  BufferBuilder offsets(static_cast<std::size_t>(total_length(columns) + 1) * 4);
  std::int32_t* out = offsets.as<std::int32_t>();
  std::int32_t end = 0;
  for (const Column& column : columns) {
    const std::int32_t* from = column.values_as<std::int32_t>();
    for (std::int64_t row = 0; row < column.length(); ++row) *out++ = end + (from[row] - from[0]);
    if (column.length() != 0) end += from[column.length()] - from[0];
  }
  *out = end;
  return offsets.finish();
}

std::int64_t text_bytes(const Column& column) {
  const std::int32_t* offsets = column.values_as<std::int32_t>();
  return column.length() == 0 ? 0 : offsets[column.length()] - offsets[0];
}

Column join_plain_text(Columns columns, std::int64_t bytes) {
  BufferBuilder data;
  data.reserve(static_cast<std::size_t>(bytes));
  for (const Column& column : columns) {
    if (column.length() == 0) continue;
    data.append(column.data()[0]->data() + column.values_as<std::int32_t>()[0],
                static_cast<std::size_t>(text_bytes(column)));
  }
  return {columns[0].type(),      Layout::kPlain,        total_length(columns),
          join_validity(columns), join_offsets(columns), {data.finish()}};
}

/// Views are moved to the numbers that their buffers have in the result; a buffer that many columns share
/// comes once.
Column join_views(Columns columns) {
  std::vector<BufferPtr> data;
  std::unordered_map<const void*, std::int32_t> numbers;
  BufferBuilder views(static_cast<std::size_t>(total_length(columns)) * sizeof(TextView));
  TextView* out = views.as<TextView>();
  for (const Column& column : columns) {
    std::vector<std::int32_t> renumbered;
    for (const BufferPtr& buffer : column.data()) {
      const auto [found, added] = numbers.emplace(buffer->data(), static_cast<std::int32_t>(data.size()));
      if (added) data.push_back(buffer);
      if (data[static_cast<std::size_t>(found->second)]->size() < buffer->size())
        data[static_cast<std::size_t>(found->second)] = buffer;
      renumbered.push_back(found->second);
    }
    const TextView* from = column.values_as<TextView>();
    for (std::int64_t row = 0; row < column.length(); ++row) {
      TextView view = column.is_valid(row) ? from[row] : make_view({}, 0, 0);
      if (view.size > kInlineText) view.far.buffer = renumbered[static_cast<std::size_t>(view.far.buffer)];
      *out++ = view;
    }
  }
  return {columns[0].type(),      Layout::kView,  total_length(columns),
          join_validity(columns), views.finish(), std::move(data)};
}

/// One dictionary for all: values in order of first appearance. Codes are looked up once per dictionary
/// value.
Column join_dictionaries(Columns columns) {
  TextBuilder values;
  std::unordered_map<std::string_view, std::int32_t> known;
  BufferBuilder codes(static_cast<std::size_t>(total_length(columns)) * 4);
  std::int32_t* out = codes.as<std::int32_t>();
  std::vector<std::int32_t> moved;
  const Column* last = nullptr;
  for (const Column& column : columns) {
    if (column.dictionary().get() != last) {
      last = column.dictionary().get();
      moved.clear();
      for (std::int64_t code = 0; code < last->length(); ++code) {
        const auto [found, added] = known.emplace(last->text(code), static_cast<std::int32_t>(known.size()));
        if (added) values.append(found->first);
        moved.push_back(found->second);
      }
    }
    const std::int32_t* from = column.values_as<std::int32_t>();
    for (std::int64_t row = 0; row < column.length(); ++row)
      *out++ = column.is_valid(row) ? moved[static_cast<std::size_t>(from[row])] : 0;
  }
  return Column::dictionary_coded(total_length(columns), join_validity(columns), codes.finish(),
                                  std::make_shared<const Column>(values.finish(columns[0].type())));
}

/// Whether looking up the values of all dictionaries costs more than each row's own text: where rows repeat
/// little, as keys and comments of a file's row groups do.
bool repeat_little(Columns columns) {
  std::int64_t values = 0;
  const Column* last = nullptr;
  for (const Column& column : columns) {
    if (column.dictionary().get() != last) values += column.dictionary()->length();
    last = column.dictionary().get();
  }
  constexpr std::int64_t kFew = 4096;
  return values > kFew && values > total_length(columns) / 2;
}

Column join_same_dictionary(Columns columns) {
  return Column::dictionary_coded(total_length(columns), join_validity(columns), join_values(columns, 4),
                                  columns[0].dictionary());
}

Column join_text(Columns columns) {
  const auto all = [&](auto test) { return std::all_of(columns.begin(), columns.end(), test); };
  if (all([](const Column& column) { return column.layout() == Layout::kDictionary; })) {
    const auto& first = columns[0].dictionary();
    if (all([&](const Column& column) { return column.dictionary() == first; }))
      return join_same_dictionary(columns);
    if (!repeat_little(columns)) return join_dictionaries(columns);
  }
  if (all([](const Column& column) { return column.layout() == Layout::kPlain; })) {
    std::int64_t bytes = 0;
    for (const Column& column : columns) bytes += text_bytes(column);
    if (bytes <= INT32_MAX) return join_plain_text(columns, bytes);
  }
  std::vector<Column> views;
  views.reserve(columns.size());
  for (const Column& column : columns) views.push_back(to_views(column));
  return join_views(views);
}

Column join_lists(Columns columns) {
  std::vector<Column> elements;
  std::int64_t total = 0;
  for (const Column& column : columns) {
    const std::int32_t* offsets = column.values_as<std::int32_t>();
    if (column.length() == 0) {
      elements.push_back(column.children()[0].slice(0, 0));
    } else {
      elements.push_back(column.children()[0].slice(offsets[0], offsets[column.length()] - offsets[0]));
    }
    total += elements.back().length();
  }
  if (total > INT32_MAX)
    throw OutOfMemory("a list column holds at most 2,147,483,647 elements; found " + std::to_string(total));
  return Column::nested(columns[0].type(), total_length(columns), join_validity(columns),
                        join_offsets(columns), {concatenate(elements)});
}

Column join_structs(Columns columns) {
  std::vector<Column> fields;
  for (std::size_t field = 0; field < columns[0].children().size(); ++field) {
    std::vector<Column> parts;
    for (const Column& column : columns) parts.push_back(column.children()[field]);
    fields.push_back(concatenate(parts));
  }
  return Column::nested(columns[0].type(), total_length(columns), join_validity(columns), nullptr,
                        std::move(fields));
}

}  // namespace

Column concatenate(std::span<const Column> columns) {
  if (columns.empty()) throw InternalError("nothing to concatenate");
  for (const Column& column : columns) {
    if (!(column.type() == columns[0].type())) {
      throw InternalError("columns of one type can be concatenated; found " + columns[0].type().to_string() +
                          " and " + column.type().to_string());
    }
  }
  if (columns.size() == 1) return columns[0];
  const DataType& type = columns[0].type();
  switch (type.id()) {
    case TypeId::kNull:
      return Column::nulls(type, total_length(columns));
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return join_text(columns);
    case TypeId::kList:
      return join_lists(columns);
    case TypeId::kStruct:
      return join_structs(columns);
    case TypeId::kBool:
      return {type, Layout::kPlain, total_length(columns), join_validity(columns), join_bools(columns)};
    default:
      return {type, Layout::kPlain, total_length(columns), join_validity(columns),
              join_values(columns, static_cast<std::size_t>(type.byte_width()))};
  }
}

Batch concatenate(std::span<const Batch> batches) {
  if (batches.empty()) throw InternalError("nothing to concatenate");
  if (batches.size() == 1) return batches[0];
  std::int64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.num_rows();
  std::vector<Column> columns;
  for (std::size_t i = 0; i < batches[0].columns().size(); ++i) {
    std::vector<Column> parts;
    parts.reserve(batches.size());
    for (const Batch& batch : batches) parts.push_back(batch.column(i));
    columns.push_back(concatenate(parts));
  }
  return {batches[0].schema(), std::move(columns), rows};
}

}  // namespace treadle::columnar
