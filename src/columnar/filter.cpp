#include <cstring>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "columnar/text_view.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

/// The rows to keep: words of bits, counted once for all columns of a batch.
struct Mask {
  explicit Mask(const Column& column)
      : bits(and_bits(column.values(), column.validity(), column.length())),
        length(column.length()),
        count(length == 0 ? 0 : count_ones(bits->data(), length)) {}

  std::uint64_t word(std::int64_t index) const noexcept { return load_word(bits->data(), index, length); }

  BufferPtr bits;
  std::int64_t length;
  std::int64_t count;
};

/// Copies the chosen values together. Full words are copied whole; in sparse ones the ones are looked up; in
/// between every value is written and the place moves on by its bit, which costs no mispredicted branch.
template <class T>
BufferPtr filter_values(const T* values, const Mask& mask) {
  BufferBuilder builder(static_cast<std::size_t>(mask.count) * sizeof(T));
  T* out = builder.as<T>();
  for (std::int64_t word = 0; word < num_words(mask.length); ++word) {
    std::uint64_t bits = mask.word(word);
    const T* from = values + word * 64;
    const int ones = std::popcount(bits);
    if (ones == 64) {
      std::memcpy(out, from, 64 * sizeof(T));
      out += 64;
    } else if (ones < 20) {
      for (; bits != 0; bits &= bits - 1) *out++ = from[std::countr_zero(bits)];
    } else {
      // The last write can fall one value behind the end: into the buffer's padding.
      for (int i = 0, last = 63 - std::countl_zero(bits); i <= last; ++i) {
        *out = from[i];
        out += (bits >> i) & 1;
      }
    }
  }
  return builder.finish();
}

BufferPtr filter_bits(const std::uint8_t* bits, const Mask& mask) {
  BufferBuilder builder;
  builder.resize_zeroed(bitmap_bytes(mask.count));
  std::int64_t row = 0;
  for_each_one(mask.bits->data(), mask.length, [&](std::int64_t from) {
    if (get_bit(bits, from)) set_bit(builder.data(), row);
    ++row;
  });
  return builder.finish();
}

BufferPtr filter_validity(const Column& column, const Mask& mask) {
  return column.has_no_nulls() ? nullptr : filter_bits(column.validity()->data(), mask);
}

Column filter_plain_text(const Column& column, const Mask& mask) {
  const std::int32_t* from = column.values_as<std::int32_t>();
  BufferBuilder offsets(static_cast<std::size_t>(mask.count + 1) * 4);
  std::int32_t* out = offsets.as<std::int32_t>();
  std::int32_t total = 0;
  for_each_one(mask.bits->data(), mask.length, [&](std::int64_t row) {
    *out++ = total;
    total += from[row + 1] - from[row];
  });
  *out = total;
  BufferBuilder bytes(static_cast<std::size_t>(total));
  std::uint8_t* place = bytes.data();
  for_each_one(mask.bits->data(), mask.length, [&](std::int64_t row) {
    const auto size = static_cast<std::size_t>(from[row + 1] - from[row]);
    if (size != 0) std::memcpy(place, column.data()[0]->data() + from[row], size);
    place += size;
  });
  return {column.type(),    Layout::kPlain,  mask.count, filter_validity(column, mask),
          offsets.finish(), {bytes.finish()}};
}

Column filter_by(const Column& column, const Mask& mask);

Column filter_nested(const Column& column, const Mask& mask) {
  if (column.type().id() == TypeId::kList) {
    std::vector<std::int64_t> rows;
    rows.reserve(static_cast<std::size_t>(mask.count));
    for_each_one(mask.bits->data(), mask.length, [&](std::int64_t row) { rows.push_back(row); });
    return take(column, rows);
  }
  std::vector<Column> fields;
  for (const Column& field : column.children()) fields.push_back(filter_by(field, mask));
  return Column::nested(column.type(), mask.count, filter_validity(column, mask), nullptr, std::move(fields));
}

Column filter_by(const Column& column, const Mask& mask) {
  if (mask.count == column.length()) return column;
  if (mask.count == 0) return column.slice(0, 0);
  const DataType& type = column.type();
  if (type.is_nested()) return filter_nested(column, mask);
  if (type.id() == TypeId::kNull) return Column::nulls(type, mask.count);
  if (column.layout() == Layout::kDictionary) {
    return Column::dictionary_coded(mask.count, filter_validity(column, mask),
                                    filter_values(column.values_as<std::uint32_t>(), mask),
                                    column.dictionary());
  }
  if (column.layout() == Layout::kView) {
    return {type,
            Layout::kView,
            mask.count,
            filter_validity(column, mask),
            filter_values(column.values_as<uint128_t>(), mask),
            column.data()};
  }
  if (is_text(type)) return filter_plain_text(column, mask);
  BufferPtr values = type.id() == TypeId::kBool
                         ? filter_bits(column.values()->data(), mask)
                         : visit_width(type.byte_width(), [&](auto tag) {
                             return filter_values(column.values_as<typename decltype(tag)::type>(), mask);
                           });
  return {type, Layout::kPlain, mask.count, filter_validity(column, mask), std::move(values)};
}

void check_mask(const Column& mask, std::int64_t length) {
  if (mask.type().id() != TypeId::kBool || mask.length() != length) {
    throw InternalError("a filter needs a bool for each of " + std::to_string(length) + " rows; found " +
                        std::to_string(mask.length()) + " of type " + mask.type().to_string());
  }
}

}  // namespace

Column filter(const Column& column, const Column& mask) {
  check_mask(mask, column.length());
  return filter_by(column, Mask(mask));
}

Batch filter(const Batch& batch, const Column& mask) {
  check_mask(mask, batch.num_rows());
  const Mask rows(mask);
  if (rows.count == batch.num_rows()) return batch;
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) columns.push_back(filter_by(column, rows));
  return {batch.schema(), std::move(columns), rows.count};
}

}  // namespace treadle::columnar
