#include "columnar/column.h"

#include <utility>

#include "columnar/bitmap.h"
#include "columnar/text_view.h"
#include "columnar/type_dispatch.h"
#include "treadle/schema.h"

namespace treadle::columnar {

Column::Column(DataType type, Layout layout, std::int64_t length, BufferPtr validity, BufferPtr values,
               std::vector<BufferPtr> data, std::int64_t null_count)
    : type_(std::move(type)),
      layout_(layout),
      length_(length),
      null_count_(null_count),
      validity_(std::move(validity)),
      values_(std::move(values)),
      data_(std::move(data)) {
  if (type_.id() == TypeId::kNull) {
    if (length_ > 0) validity_ = make_bits(length_, false);
    null_count_ = length_;
  } else if (validity_ == nullptr) {
    null_count_ = 0;
  }
}

Column Column::dictionary_coded(std::int64_t length, BufferPtr validity, BufferPtr codes,
                                std::shared_ptr<const Column> dictionary, std::int64_t null_count) {
  Column column(dictionary->type(), Layout::kDictionary, length, std::move(validity), std::move(codes), {},
                null_count);
  column.dictionary_ = std::move(dictionary);
  return column;
}

Column Column::nested(DataType type, std::int64_t length, BufferPtr validity, BufferPtr offsets,
                      std::vector<Column> children, std::int64_t null_count) {
  Column column(std::move(type), Layout::kPlain, length, std::move(validity), std::move(offsets), {},
                null_count);
  column.children_ = std::move(children);
  return column;
}

namespace {

BufferPtr zeroed(std::size_t bytes) {
  BufferBuilder builder;
  builder.resize_zeroed(bytes);
  return builder.finish();
}

}  // namespace

Column Column::nulls(DataType type, std::int64_t length) {
  BufferPtr validity = make_bits(length, false);
  const auto rows = static_cast<std::size_t>(length);
  switch (type.id()) {
    case TypeId::kNull:
      return {std::move(type), Layout::kPlain, length, nullptr, nullptr};
    case TypeId::kBool:
      return {std::move(type), Layout::kPlain, length, validity, zeroed(bitmap_bytes(length)), {}, length};
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return {std::move(type),        Layout::kPlain,    length, std::move(validity),
              zeroed((rows + 1) * 4), {Buffer::empty()}, length};
    case TypeId::kList: {
      std::vector<Column> elements{nulls(type.fields()[0].type, 0)};
      return nested(std::move(type), length, std::move(validity), zeroed((rows + 1) * 4), std::move(elements),
                    length);
    }
    case TypeId::kStruct: {
      std::vector<Column> fields;
      for (const Field& field : type.fields()) fields.push_back(nulls(field.type, length));
      return nested(std::move(type), length, std::move(validity), nullptr, std::move(fields), length);
    }
    default: {
      BufferPtr values = zeroed(rows * static_cast<std::size_t>(type.byte_width()));
      return {std::move(type), Layout::kPlain, length, std::move(validity), std::move(values), {}, length};
    }
  }
}

std::int64_t Column::null_count() const {
  std::int64_t count = null_count_.get();
  if (count == kUnknown) {
    count = length_ - count_ones(validity_->data(), length_);
    null_count_.set(count);
  }
  return count;
}

std::string_view Column::text(std::int64_t row) const noexcept {
  if (!is_valid(row)) return {};
  switch (layout_) {
    case Layout::kPlain: {
      const std::int32_t* offset = values_as<std::int32_t>() + row;
      return {reinterpret_cast<const char*>(data_[0]->data()) + offset[0],
              static_cast<std::size_t>(offset[1] - offset[0])};
    }
    case Layout::kView: {
      const TextView& view = values_as<TextView>()[row];
      const auto size = static_cast<std::size_t>(view.size);
      if (view.size <= kInlineText) return {view.inlined, size};
      const BufferPtr& buffer = data_[static_cast<std::size_t>(view.far.buffer)];
      return {reinterpret_cast<const char*>(buffer->data()) + view.far.offset, size};
    }
    case Layout::kDictionary:
      return dictionary_->text(values_as<std::int32_t>()[row]);
  }
  return {};
}

BufferPtr Column::sliced_validity(std::int64_t offset, std::int64_t length) const {
  return has_no_nulls() ? nullptr : slice_bits(validity_, offset, length);
}

Column Column::slice(std::int64_t offset, std::int64_t length) const {
  if (offset < 0 || length < 0 || length > length_ - offset) {
    throw InternalError("rows " + std::to_string(offset) + " and " + std::to_string(length) +
                        " more were asked of a column of " + std::to_string(length_));
  }
  if (offset == 0 && length == length_) return *this;
  Column part(*this);
  part.length_ = length;
  part.validity_ = sliced_validity(offset, length);
  part.null_count_ = part.validity_ == nullptr ? 0 : null_count() == length_ ? length : kUnknown;
  const auto from = static_cast<std::size_t>(offset), rows = static_cast<std::size_t>(length);
  if (type_.id() == TypeId::kBool) {
    part.values_ = slice_bits(values_, offset, length);
  } else if (type_.id() == TypeId::kStruct) {
    for (Column& child : part.children_) child = child.slice(offset, length);
  } else if (layout_ == Layout::kView) {
    part.values_ = Buffer::slice(values_, from * sizeof(TextView), rows * sizeof(TextView));
  } else if (layout_ == Layout::kDictionary) {
    part.values_ = Buffer::slice(values_, from * 4, rows * 4);
  } else if (is_text(type_) || type_.id() == TypeId::kList) {
    part.values_ = Buffer::slice(values_, from * 4, (rows + 1) * 4);
  } else if (const auto width = static_cast<std::size_t>(type_.byte_width()); width != 0) {
    part.values_ = Buffer::slice(values_, from * width, rows * width);
  }
  return part;
}

std::size_t Column::nbytes() const noexcept {
  std::size_t bytes = (validity_ ? validity_->size() : 0) + (values_ ? values_->size() : 0);
  for (const BufferPtr& buffer : data_) bytes += buffer->size();
  for (const Column& child : children_) bytes += child.nbytes();
  return bytes + (dictionary_ ? dictionary_->nbytes() : 0);
}

}  // namespace treadle::columnar
