#include "io/arrow_adapter/export.h"

#include <arrow/array.h>
#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include <utility>
#include <vector>

#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::Layout;

/// An Arrow buffer over one of ours, which it keeps alive.
class SharedBuffer final : public arrow::Buffer {
 public:
  explicit SharedBuffer(BufferPtr buffer)
      : arrow::Buffer(buffer->data(), static_cast<std::int64_t>(buffer->size())),
        buffer_(std::move(buffer)) {}

 private:
  BufferPtr buffer_;
};

std::shared_ptr<arrow::Buffer> share(const BufferPtr& buffer) {
  return buffer ? std::make_shared<SharedBuffer>(buffer) : nullptr;
}

// Arrow wants a values buffer even where there are no values.
std::shared_ptr<arrow::Buffer> share_values(const BufferPtr& buffer) {
  return share(buffer ? buffer : Buffer::empty());
}

std::int64_t known_null_count(const Column& column) { return column.validity() ? column.null_count() : 0; }

std::shared_ptr<arrow::ArrayData> export_data(const Column& column);

using Buffers = std::vector<std::shared_ptr<arrow::Buffer>>;

std::shared_ptr<arrow::ArrayData> make_data(const Column& column, std::shared_ptr<arrow::DataType> type,
                                            Buffers buffers) {
  return arrow::ArrayData::Make(std::move(type), column.length(), std::move(buffers),
                                known_null_count(column));
}

std::shared_ptr<arrow::ArrayData> export_text(const Column& column) {
  // A column without rows may come without offsets; Arrow wants one.
  static const BufferPtr one_offset = Buffer::copy("\0\0\0\0", 4);
  const bool no_offsets = !column.values() || column.values()->size() == 0;
  const BufferPtr bytes = column.data().empty() ? nullptr : column.data().front();
  return make_data(
      column, to_arrow(column.type()),
      {share(column.validity()), share(no_offsets ? one_offset : column.values()), share_values(bytes)});
}

std::shared_ptr<arrow::ArrayData> export_views(const Column& column) {
  Buffers buffers = {share(column.validity()), share_values(column.values())};
  for (const BufferPtr& data : column.data()) buffers.push_back(share_values(data));
  return make_data(column, column.type().id() == TypeId::kUtf8 ? arrow::utf8_view() : arrow::binary_view(),
                   std::move(buffers));
}

std::shared_ptr<arrow::ArrayData> export_codes(const Column& column) {
  auto data = make_data(column, arrow::dictionary(arrow::int32(), to_arrow(column.type())),
                        {share(column.validity()), share_values(column.values())});
  data->dictionary = export_data(*column.dictionary());
  return data;
}

std::shared_ptr<arrow::ArrayData> export_nested(const Column& column) {
  Buffers buffers = {share(column.validity())};
  if (column.type().id() == TypeId::kList) buffers.push_back(share_values(column.values()));
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  std::vector<std::shared_ptr<arrow::Field>> fields;
  const std::vector<Field>& names = column.type().fields();
  for (std::size_t i = 0; i < column.children().size(); ++i) {
    children.push_back(export_data(column.children()[i].to_plain()));
    fields.push_back(arrow::field(names[i].name, children.back()->type));
  }
  return arrow::ArrayData::Make(to_arrow(column.type()), column.length(), std::move(buffers),
                                std::move(children), known_null_count(column));
}

std::shared_ptr<arrow::ArrayData> export_short_time(const Column& column) {
  BufferBuilder narrow(static_cast<std::size_t>(column.length()) * sizeof(std::int32_t));
  const auto* times = column.values_as<std::int64_t>();
  for (std::int64_t row = 0; row < column.length(); ++row) {
    narrow.as<std::int32_t>()[row] = static_cast<std::int32_t>(times[row]);
  }
  return make_data(column, to_arrow(column.type()), {share(column.validity()), share(narrow.finish())});
}

bool is_short_time(const DataType& type) {
  return type.id() == TypeId::kTime && (type.unit() == TimeUnit::kSecond || type.unit() == TimeUnit::kMilli);
}

std::shared_ptr<arrow::ArrayData> export_data(const Column& column) {
  if (column.layout() == Layout::kDictionary) return export_codes(column);
  if (column.layout() == Layout::kView) return export_views(column);
  switch (column.type().id()) {
    case TypeId::kNull:
      return arrow::ArrayData::Make(arrow::null(), column.length(), {nullptr}, column.length());
    case TypeId::kUtf8:
    case TypeId::kBinary:
      return export_text(column);
    case TypeId::kList:
    case TypeId::kStruct:
      return export_nested(column);
    default:
      break;
  }
  if (is_short_time(column.type())) return export_short_time(column);
  return make_data(column, to_arrow(column.type()),
                   {share(column.validity()), share_values(column.values())});
}

}  // namespace

std::shared_ptr<arrow::Array> export_column(const columnar::Column& column) {
  return arrow::MakeArray(export_data(column));
}

}  // namespace treadle::io
