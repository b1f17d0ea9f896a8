#include "columnar/value_bytes.h"

#include "columnar/type_dispatch.h"

namespace treadle::columnar {

std::size_t value_bytes(const Column& column) {
  const auto length = static_cast<std::size_t>(column.length());
  if (length == 0) return 0;
  std::size_t bytes = length * sizeof(std::int32_t);  // offsets or codes
  if (column.layout() == Layout::kDictionary) return bytes;
  if (column.layout() == Layout::kView) {
    const auto* views = column.values_as<TextView>();
    for (std::size_t i = 0; i < length; ++i) {
      if (column.is_valid(static_cast<std::int64_t>(i))) bytes += static_cast<std::size_t>(views[i].size);
    }
    return bytes;
  }
  const auto* offsets = column.values_as<std::int32_t>();
  if (is_text(column.type())) return bytes + static_cast<std::size_t>(offsets[length] - offsets[0]);
  if (column.type().id() == TypeId::kList) {
    return bytes + value_bytes(column.children()[0].slice(offsets[0], offsets[length] - offsets[0]));
  }
  if (column.type().id() == TypeId::kBool) return length;
  bytes = length * static_cast<std::size_t>(column.type().byte_width());
  for (const Column& child : column.children()) bytes += value_bytes(child);
  return bytes;
}

std::size_t value_bytes(const Batch& batch) {
  std::size_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += value_bytes(column);
  return bytes;
}

}  // namespace treadle::columnar
