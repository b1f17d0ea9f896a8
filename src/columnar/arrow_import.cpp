#include <string>
#include <unordered_map>

#include "columnar/arrow_exchange.h"
#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/selection.h"
#include "columnar/text_view.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

/// One array being imported. Everything it wraps is kept alive by `owner`.
class ColumnImport {
 public:
  ColumnImport(const ArrowSchema& schema, const ArrowArray& array, std::shared_ptr<const void> owner)
      : schema_(schema),
        array_(array),
        owner_(std::move(owner)),
        format_(schema.format),
        type_(imported_type(schema)) {}

  Column make() const {
    if (schema_.dictionary != nullptr) return from_dictionary();
    if (is_text(type_)) return text();
    switch (type_.id()) {
      case TypeId::kNull:
        return Column::nulls(type_, array_.length);
      case TypeId::kBool:
        return {type_, Layout::kPlain, array_.length, validity(), bits(1)};
      case TypeId::kList:
        return list();
      case TypeId::kStruct:
        return structure();
      default:
        return fixed_width();
    }
  }

 private:
  std::size_t from() const noexcept { return static_cast<std::size_t>(array_.offset); }
  std::size_t rows() const noexcept { return static_cast<std::size_t>(array_.length); }
  template <class T>
  const T* buffer_as(std::size_t index) const noexcept {
    return static_cast<const T*>(array_.buffers[index]);
  }
  BufferPtr wrap(const void* data, std::size_t size) const {
    return data == nullptr ? Buffer::empty() : Buffer::wrap(data, size, owner_);
  }
  BufferPtr bits(std::size_t index) const {
    if (array_.buffers[index] == nullptr) return array_.length == 0 ? Buffer::empty() : nullptr;
    return slice_bits(wrap(array_.buffers[index], bitmap_bytes(array_.offset + array_.length)), array_.offset,
                      array_.length);
  }
  BufferPtr validity() const {
    return array_.null_count == 0 || array_.buffers[0] == nullptr ? nullptr : bits(0);
  }

  template <class From, class To>
  BufferPtr converted(std::size_t index, To (*convert)(From)) const {
    BufferBuilder values(rows() * sizeof(To));
    for (std::size_t i = 0; i < rows(); ++i) values.as<To>()[i] = convert(buffer_as<From>(index)[from() + i]);
    return values.finish();
  }

  Column fixed_width() const {
    BufferPtr values;
    if (format_ == "tdm") {
      values = converted<std::int64_t, std::int32_t>(
          1, [](std::int64_t ms) { return static_cast<std::int32_t>(ms / 86400000); });
    } else if (format_ == "tts" || format_ == "ttm") {
      values = converted<std::int32_t, std::int64_t>(1, [](std::int32_t time) { return std::int64_t{time}; });
    } else {
      const auto width = static_cast<std::size_t>(type_.byte_width());
      values = wrap(buffer_as<std::uint8_t>(1) + from() * width, rows() * width);
    }
    return {type_, Layout::kPlain, array_.length, validity(), std::move(values)};
  }

  Column text() const {
    if (format_.starts_with("v")) return views();
    if (format_.starts_with("w:")) return fixed_size_binary();
    if (array_.length == 0) return Column::nulls(type_, 0);
    if (format_ == "U" || format_ == "Z") return large_text();
    const auto* offsets = buffer_as<std::int32_t>(1) + from();
    return {type_,
            Layout::kPlain,
            array_.length,
            validity(),
            wrap(offsets, (rows() + 1) * 4),
            {wrap(array_.buffers[2], static_cast<std::size_t>(offsets[rows()]))}};
  }

  Column views() const {
    std::vector<BufferPtr> data;
    const auto* sizes = buffer_as<std::int64_t>(static_cast<std::size_t>(array_.n_buffers - 1));
    for (std::int64_t i = 2; i < array_.n_buffers - 1; ++i) {
      data.push_back(wrap(array_.buffers[i], static_cast<std::size_t>(sizes[i - 2])));
    }
    return {type_,
            Layout::kView,
            array_.length,
            validity(),
            wrap(buffer_as<TextView>(1) + from(), rows() * sizeof(TextView)),
            std::move(data)};
  }

  Column fixed_size_binary() const {
    const auto width = static_cast<std::size_t>(std::stoi(format_.substr(2)));
    TextBuilder builder;
    const BufferPtr valid = validity();
    for (std::size_t i = 0; i < rows(); ++i) {
      if (valid != nullptr && !get_bit(valid->data(), static_cast<std::int64_t>(i)))
        builder.append_null();
      else
        builder.append({buffer_as<char>(1) + (from() + i) * width, width});
    }
    return builder.finish(type_);
  }

  /// 64-bit offsets become 32-bit ones, or views into windows of the bytes if there are more than 2 GiB of
  /// them.
  Column large_text() const {
    const auto* offsets = buffer_as<std::int64_t>(1) + from();
    if (offsets[rows()] - offsets[0] > INT32_MAX) return windowed_text(offsets);
    BufferBuilder narrow((rows() + 1) * 4);
    for (std::size_t i = 0; i <= rows(); ++i)
      narrow.as<std::int32_t>()[i] = static_cast<std::int32_t>(offsets[i] - offsets[0]);
    return {type_,
            Layout::kPlain,
            array_.length,
            validity(),
            narrow.finish(),
            {wrap(buffer_as<std::uint8_t>(2) + offsets[0],
                  static_cast<std::size_t>(offsets[rows()] - offsets[0]))}};
  }

  Column windowed_text(const std::int64_t* offsets) const {
    constexpr std::int64_t kWindow = std::int64_t{1} << 30;
    std::vector<BufferPtr> windows;
    BufferBuilder views(rows() * sizeof(TextView));
    std::int64_t start = offsets[0];
    for (std::size_t i = 0; i < rows(); ++i) {
      if (windows.empty() || offsets[i] - start > kWindow) {
        start = offsets[i];
        windows.push_back(
            wrap(buffer_as<std::uint8_t>(2) + start,
                 static_cast<std::size_t>(std::min(offsets[rows()] - start, std::int64_t{INT32_MAX}))));
      }
      const std::string_view text(buffer_as<char>(2) + offsets[i],
                                  static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
      if (text.size() > static_cast<std::size_t>(kWindow)) {
        throw OutOfMemory("a text of " + std::to_string(text.size()) + " bytes; one value may have 1 GiB");
      }
      views.as<TextView>()[i] = make_view(text, static_cast<std::int32_t>(windows.size() - 1),
                                          static_cast<std::int32_t>(offsets[i] - start));
    }
    return {type_, Layout::kView, array_.length, validity(), views.finish(), std::move(windows)};
  }

  Column child(std::size_t index) const {
    return ColumnImport(*schema_.children[index], *array_.children[index], owner_).make();
  }

  Column list() const {
    BufferPtr offsets;
    if (format_ == "+l" && array_.length != 0) {
      offsets = wrap(buffer_as<std::int32_t>(1) + from(), (rows() + 1) * 4);
    } else {
      const auto step = format_.starts_with("+w:") ? std::stoll(format_.substr(3)) : 0;
      BufferBuilder made((rows() + 1) * 4);
      for (std::size_t i = 0; i <= rows(); ++i) {
        const std::int64_t offset = array_.length == 0 ? 0
                                    : step != 0        ? static_cast<std::int64_t>(from() + i) * step
                                                       : buffer_as<std::int64_t>(1)[from() + i];
        if (offset > INT32_MAX) throw OutOfMemory("a list column holds at most 2,147,483,647 elements");
        made.as<std::int32_t>()[i] = static_cast<std::int32_t>(offset);
      }
      offsets = made.finish();
    }
    return Column::nested(type_, array_.length, validity(), std::move(offsets), {child(0)});
  }

  Column structure() const {
    std::vector<Column> fields;
    for (std::int64_t i = 0; i < array_.n_children; ++i) {
      fields.push_back(child(static_cast<std::size_t>(i)).slice(array_.offset, array_.length));
    }
    return Column::nested(type_, array_.length, validity(), nullptr, std::move(fields));
  }

  std::int64_t code_at(std::size_t row) const {
    switch (schema_.format[0]) {
      case 'c':
        return buffer_as<std::int8_t>(1)[row];
      case 'C':
        return buffer_as<std::uint8_t>(1)[row];
      case 's':
        return buffer_as<std::int16_t>(1)[row];
      case 'S':
        return buffer_as<std::uint16_t>(1)[row];
      case 'i':
        return buffer_as<std::int32_t>(1)[row];
      case 'I':
        return buffer_as<std::uint32_t>(1)[row];
      default:
        return buffer_as<std::int64_t>(1)[row];
    }
  }

  /// Text stays coded; other types are looked up.
  Column from_dictionary() const {
    const Column values = ColumnImport(*schema_.dictionary, *array_.dictionary, owner_).make().to_plain();
    const BufferPtr valid = validity();
    if (is_text(type_)) return coded_text(values, valid);
    std::vector<std::int64_t> codes(rows());
    for (std::size_t i = 0; i < rows(); ++i) {
      const bool is_valid = valid == nullptr || get_bit(valid->data(), static_cast<std::int64_t>(i));
      codes[i] = is_valid ? code_at(from() + i) : -1;
    }
    return take(values, codes);
  }

  /// Arrow allows nulls and repeated values in a dictionary; ours has neither.
  Column coded_text(const Column& values, const BufferPtr& valid) const {
    std::unordered_map<std::string_view, std::int32_t> known;
    std::vector<std::int32_t> moved;
    std::vector<std::int64_t> kept;
    for (std::int64_t code = 0; code < values.length(); ++code) {
      if (!values.is_valid(code)) {
        moved.push_back(-1);
        continue;
      }
      const auto [found, added] = known.emplace(values.text(code), static_cast<std::int32_t>(kept.size()));
      if (added) kept.push_back(code);
      moved.push_back(found->second);
    }
    const bool clean = static_cast<std::int64_t>(kept.size()) == values.length();
    auto dictionary = std::make_shared<const Column>(clean ? values : take(values, kept));
    if (clean && schema_.format[0] == 'i') {
      return Column::dictionary_coded(
          array_.length, valid, wrap(buffer_as<std::int32_t>(1) + from(), rows() * 4), std::move(dictionary));
    }
    FixedBuilder<std::int32_t> codes;
    codes.reserve(array_.length);
    for (std::size_t i = 0; i < rows(); ++i) {
      const bool is_valid = valid == nullptr || get_bit(valid->data(), static_cast<std::int64_t>(i));
      const std::int32_t code = is_valid ? moved[static_cast<std::size_t>(code_at(from() + i))] : -1;
      if (code < 0)
        codes.append_null();
      else
        codes.append(code);
    }
    const Column made = codes.finish(TypeId::kInt32);
    return Column::dictionary_coded(array_.length, made.validity(), made.values(), std::move(dictionary));
  }

  const ArrowSchema& schema_;
  const ArrowArray& array_;
  std::shared_ptr<const void> owner_;
  std::string format_;
  DataType type_;
};

}  // namespace

Batch import_batch(const SchemaPtr& schema, const ArrowSchema& arrow_schema, ArrowArray* array) {
  const std::shared_ptr<ArrowArray> owner(new ArrowArray(*array), [](ArrowArray* owned) {
    if (owned->release != nullptr) owned->release(owned);
    delete owned;
  });
  array->release = nullptr;
  std::vector<Column> columns;
  for (std::int64_t i = 0; i < owner->n_children; ++i) {
    columns.push_back(ColumnImport(*arrow_schema.children[i], *owner->children[i], owner)
                          .make()
                          .slice(owner->offset, owner->length));
  }
  return {schema, std::move(columns), owner->length};
}

}  // namespace treadle::columnar
