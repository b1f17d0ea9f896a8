#include "io/arrow_adapter/import.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::Layout;

constexpr const char* kDoing = "cannot take over a column from Arrow";

/// The bytes, and the pool that they go back to: it must outlive them, hence comes first.
struct Held {
  std::shared_ptr<arrow::MemoryPool> pool;
  std::shared_ptr<arrow::Buffer> buffer;
};

/// Whether import_canonical() and the like take the layout as it is.
bool is_canonical(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::MAP:
    case arrow::Type::LIST:
    case arrow::Type::STRUCT:
      return true;
    default:
      return type.Equals(*to_arrow(from_arrow(type)));
  }
}

bool has_distinct_text(const arrow::BinaryArray& values) {
  if (values.null_count() != 0) return false;
  std::unordered_set<std::string_view> seen;
  seen.reserve(static_cast<std::size_t>(values.length()));
  for (std::int64_t i = 0; i < values.length(); ++i) {
    if (!seen.insert(values.GetView(i)).second) return false;
  }
  return true;
}

void check_utf8(const arrow::StringArray& texts) {
  const arrow::Status status = texts.ValidateUTF8();
  if (!status.ok()) throw parquet::ParquetException("found text that is not UTF-8: " + status.message());
}

BufferPtr widen(const std::int32_t* times, std::int64_t length) {
  BufferBuilder wide(static_cast<std::size_t>(length) * sizeof(std::int64_t));
  std::copy(times, times + length, wide.as<std::int64_t>());
  return wide.finish();
}

}  // namespace

std::shared_ptr<arrow::Array> ColumnImporter::cast(const std::shared_ptr<arrow::Array>& array,
                                                   const std::shared_ptr<arrow::DataType>& type) const {
  arrow::compute::ExecContext context(pool_.get());
  context.set_use_threads(false);
  return take(arrow::compute::Cast(*array, type, arrow::compute::CastOptions::Safe(), &context), kDoing);
}

BufferPtr ColumnImporter::wrap(const std::shared_ptr<arrow::Buffer>& buffer, std::int64_t begin,
                               std::int64_t end) const {
  if (buffer == nullptr) return nullptr;
  return Buffer::wrap(buffer->data() + begin, static_cast<std::size_t>(end - begin),
                      std::make_shared<const Held>(Held{pool_, buffer}));
}

BufferPtr ColumnImporter::wrap(const std::shared_ptr<arrow::Buffer>& buffer) const {
  return wrap(buffer, 0, buffer ? buffer->size() : 0);
}

BufferPtr ColumnImporter::wrap_bits(const std::shared_ptr<arrow::Buffer>& bits,
                                    const arrow::Array& array) const {
  const std::int64_t offset = array.offset();
  const std::int64_t end = offset + array.length();
  if (bits == nullptr) return nullptr;
  if (offset % 8 == 0) return wrap(bits, offset / 8, (end + 7) / 8);
  BufferBuilder moved;
  moved.resize_zeroed(static_cast<std::size_t>((array.length() + 7) / 8));
  arrow::internal::CopyBitmap(bits->data(), offset, array.length(), moved.data(), 0);
  return moved.finish();
}

BufferPtr ColumnImporter::wrap_validity(const arrow::Array& array) const {
  return array.null_count() == 0 ? nullptr : wrap_bits(array.null_bitmap(), array);
}

Column ColumnImporter::import(const std::shared_ptr<arrow::Array>& array) {
  const arrow::DataType& type = *array->type();
  if (type.id() == arrow::Type::EXTENSION)
    return import(static_cast<const arrow::ExtensionArray&>(*array).storage());
  if (type.id() == arrow::Type::DICTIONARY) return import_codes(array);
  if (is_canonical(type)) return import_canonical(*array);
  return import_canonical(*cast(array, to_arrow(from_arrow(type))));
}

Column ColumnImporter::import_codes(const std::shared_ptr<arrow::Array>& array) {
  const auto& coded = static_cast<const arrow::DictionaryArray&>(*array);
  const auto value_type = to_arrow(from_arrow(*array->type()));
  if (!seen_dictionary_ || !seen_dictionary_->Equals(*coded.dictionary())) {
    seen_dictionary_ = coded.dictionary();
    dictionary_ = nullptr;
    const bool is_text = value_type->id() == arrow::Type::STRING || value_type->id() == arrow::Type::BINARY;
    auto values = is_text && !seen_dictionary_->type()->Equals(*value_type)
                      ? cast(seen_dictionary_, value_type)
                      : seen_dictionary_;
    if (is_text && has_distinct_text(static_cast<const arrow::BinaryArray&>(*values))) {
      dictionary_ = std::make_shared<const Column>(import_canonical(*values));
    }
  }
  if (dictionary_ == nullptr) return import(cast(array, coded.dictionary()->type()));
  auto codes = coded.indices();
  if (codes->type_id() != arrow::Type::INT32) codes = cast(codes, arrow::int32());
  const std::int64_t begin = codes->offset() * 4;
  return Column::dictionary_coded(array->length(), wrap_validity(*codes),
                                  wrap(codes->data()->buffers[1], begin, begin + codes->length() * 4),
                                  dictionary_, codes->null_count());
}

Column ColumnImporter::import_nested(const arrow::Array& array) {
  const DataType type = from_arrow(*array.type());
  std::vector<Column> columns;
  const auto import_child = [&](std::size_t index, const std::shared_ptr<arrow::Array>& child) {
    while (children_.size() <= index) children_.emplace_back(pool_);
    columns.push_back(children_[index].import(child).to_plain());
  };
  BufferPtr offsets;
  if (const auto* structs = dynamic_cast<const arrow::StructArray*>(&array)) {
    for (int i = 0; i < structs->num_fields(); ++i)
      import_child(static_cast<std::size_t>(i), structs->field(i));
  } else {
    import_child(0, static_cast<const arrow::ListArray&>(array).values());
    const std::int64_t begin = array.offset() * 4;
    offsets = wrap(array.data()->buffers[1], begin, begin + (array.length() + 1) * 4);
  }
  return Column::nested(type, array.length(), wrap_validity(array), std::move(offsets), std::move(columns),
                        array.null_count());
}

Column ColumnImporter::import_canonical(const arrow::Array& array) {
  const arrow::ArrayData& data = *array.data();
  const DataType type = from_arrow(*array.type());
  const std::int64_t length = array.length();
  const auto values_of_width = [&](std::int64_t width) {
    const std::int64_t begin = array.offset() * width;
    return wrap(data.buffers[1], begin, begin + length * width);
  };
  switch (array.type_id()) {
    case arrow::Type::NA:
      return Column::nulls(type, length);
    case arrow::Type::LIST:
    case arrow::Type::MAP:
    case arrow::Type::STRUCT:
      return import_nested(array);
    case arrow::Type::BOOL:
      return {type, Layout::kPlain,    length, wrap_validity(array), wrap_bits(data.buffers[1], array),
              {},   array.null_count()};
    case arrow::Type::TIME32:
      return {type,
              Layout::kPlain,
              length,
              wrap_validity(array),
              widen(static_cast<const arrow::Time32Array&>(array).raw_values(), length),
              {},
              array.null_count()};
    case arrow::Type::STRING:
      check_utf8(static_cast<const arrow::StringArray&>(array));
      [[fallthrough]];
    case arrow::Type::BINARY: {
      const std::int64_t begin = array.offset() * 4;
      BufferPtr offsets = data.buffers[1] && data.buffers[1]->size() > 0
                              ? wrap(data.buffers[1], begin, begin + (length + 1) * 4)
                              : Buffer::copy("\0\0\0\0", 4);
      BufferPtr bytes = data.buffers[2] ? wrap(data.buffers[2]) : Buffer::empty();
      return {type,
              Layout::kPlain,
              length,
              wrap_validity(array),
              std::move(offsets),
              {std::move(bytes)},
              array.null_count()};
    }
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW: {
      std::vector<BufferPtr> far;
      for (std::size_t i = 2; i < data.buffers.size(); ++i) far.push_back(wrap(data.buffers[i]));
      return {type,
              Layout::kView,
              length,
              wrap_validity(array),
              values_of_width(sizeof(columnar::TextView)),
              std::move(far),
              array.null_count()};
    }
    default:
      return {
          type, Layout::kPlain,    length, wrap_validity(array), values_of_width(array.type()->byte_width()),
          {},   array.null_count()};
  }
}

}  // namespace treadle::io
