#include "columnar/gather.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"

namespace treadle::columnar {
namespace {

using Sources = std::span<const Column>;
using Rows = std::span<const RowRef>;

BufferPtr gather_validity(Sources sources, Rows rows) {
  if (std::all_of(sources.begin(), sources.end(), [](const Column& one) { return one.has_no_nulls(); }))
    return nullptr;
  return bits_from_rows(static_cast<std::int64_t>(rows.size()), [&](std::int64_t i) {
    const RowRef ref = rows[static_cast<std::size_t>(i)];
    return sources[ref.source].is_valid(ref.row);
  });
}

template <class T>
BufferPtr gather_values(Sources sources, Rows rows) {
  std::vector<const T*> values;
  for (const Column& source : sources) values.push_back(source.values_as<T>());
  BufferBuilder builder(rows.size() * sizeof(T));
  T* out = builder.as<T>();
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i].source][rows[i].row];
  return builder.finish();
}

BufferPtr gather_bits(Sources sources, Rows rows) {
  std::vector<const std::uint8_t*> bits;
  for (const Column& source : sources) bits.push_back(source.values_as<std::uint8_t>());
  return bits_from_rows(static_cast<std::int64_t>(rows.size()), [&](std::int64_t i) {
    const RowRef ref = rows[static_cast<std::size_t>(i)];
    return get_bit(bits[ref.source], ref.row);
  });
}

// Texts in plain layout, straight or by code.
struct Texts {
  const std::int32_t* codes = nullptr;
  const std::int32_t* offsets = nullptr;
  const char* bytes = nullptr;

  explicit Texts(const Column& column) {
    const bool coded = column.layout() == Layout::kDictionary;
    const Column& texts = coded ? *column.dictionary() : column;
    if (coded) codes = column.values_as<std::int32_t>();
    offsets = texts.values_as<std::int32_t>();
    if (!texts.data().empty()) bytes = reinterpret_cast<const char*>(texts.data()[0]->data());
  }
  std::string_view operator[](std::uint32_t row) const noexcept {
    const auto at = codes == nullptr ? static_cast<std::int64_t>(row) : std::int64_t{codes[row]};
    return {bytes + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at])};
  }
};

// Short texts are many: two loads that may overlap cost less than a call.
char* append(char* to, std::string_view text) {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    std::uint64_t front = 0, back = 0;
    std::memcpy(&front, from, 8);
    std::memcpy(&back, from + size - 8, 8);
    std::memcpy(to, &front, 8);
    std::memcpy(to + size - 8, &back, 8);
  } else if (size >= 4) {
    std::uint32_t front = 0, back = 0;
    std::memcpy(&front, from, 4);
    std::memcpy(&back, from + size - 4, 4);
    std::memcpy(to, &front, 4);
    std::memcpy(to + size - 4, &back, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
  return to + size;
}

// What lies under a null may be anything: it has no text. None for more text than plain layout holds.
std::optional<Column> gather_text(Sources sources, Rows rows, BufferPtr validity) {
  std::vector<Texts> texts;
  for (const Column& source : sources) texts.emplace_back(source);
  const auto text = [&](std::size_t i) {
    const bool null = validity != nullptr && !get_bit(validity->data(), static_cast<std::int64_t>(i));
    return null ? std::string_view() : texts[rows[i].source][rows[i].row];
  };
  BufferBuilder offsets((rows.size() + 1) * sizeof(std::int32_t));
  std::size_t total = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    offsets.as<std::int32_t>()[i] = static_cast<std::int32_t>(total);
    total += text(i).size();
    if (total > INT32_MAX) return {};
  }
  offsets.as<std::int32_t>()[rows.size()] = static_cast<std::int32_t>(total);
  BufferBuilder bytes(total);
  char* to = bytes.as<char>();
  for (std::size_t i = 0; i < rows.size(); ++i) to = append(to, text(i));
  return Column(sources[0].type(), Layout::kPlain, static_cast<std::int64_t>(rows.size()),
                std::move(validity), offsets.finish(), {bytes.finish()});
}

bool has_views(const Column& column) { return column.layout() == Layout::kView; }

// Nested values and gigabytes of text are rare: they are brought together first.
Column gather_together(Sources sources, Rows rows) {
  std::vector<std::int64_t> begins{0};
  for (const Column& source : sources) begins.push_back(begins.back() + source.length());
  std::vector<std::int64_t> places;
  for (const RowRef& ref : rows) places.push_back(begins[ref.source] + ref.row);
  return take(concatenate(sources), places);
}

}  // namespace

Column gather(Sources sources, Rows rows) {
  const DataType& type = sources[0].type();
  const auto length = static_cast<std::int64_t>(rows.size());
  if (type.id() == TypeId::kNull) return Column::nulls(type, length);
  if (type.is_nested()) return gather_together(sources, rows);
  BufferPtr validity = gather_validity(sources, rows);
  if (is_text(type)) {
    std::vector<Column> plain;
    if (std::any_of(sources.begin(), sources.end(), has_views)) {
      for (const Column& source : sources) plain.push_back(has_views(source) ? source.to_plain() : source);
    }
    std::optional<Column> texts = gather_text(plain.empty() ? sources : plain, rows, std::move(validity));
    return texts ? *std::move(texts) : gather_together(sources, rows);
  }
  BufferPtr values =
      type.id() == TypeId::kBool ? gather_bits(sources, rows) : visit_width(type.byte_width(), [&](auto tag) {
        return gather_values<typename decltype(tag)::type>(sources, rows);
      });
  return {type, Layout::kPlain, length, std::move(validity), std::move(values)};
}

}  // namespace treadle::columnar
