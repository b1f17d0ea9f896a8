#include "dataframe/operators/slice_bytes.h"

#include "columnar/type_dispatch.h"

namespace treadle::dataframe {

using columnar::Column;
using columnar::Layout;

std::size_t slice_bytes(const Column& column) {
  const auto length = static_cast<std::size_t>(column.length());
  const std::size_t bits = (length + 7) / 8;
  std::size_t bytes = column.validity() ? bits : 0;
  if (column.layout() == Layout::kDictionary) return bytes + length * sizeof(std::int32_t);
  if (column.layout() == Layout::kView) {
    const auto* views = column.values_as<columnar::TextView>();
    for (std::size_t i = 0; i < length; ++i)
      bytes += sizeof(columnar::TextView) + static_cast<std::size_t>(views[i].size);
    return bytes;
  }
  const auto* offsets = column.values_as<std::int32_t>();
  if (columnar::is_text(column.type())) {
    if (length == 0) return bytes;
    return bytes + (length + 1) * sizeof(std::int32_t) +
           static_cast<std::size_t>(offsets[length] - offsets[0]);
  }
  if (column.type().id() == TypeId::kList) {
    if (length == 0) return bytes;
    return bytes + (length + 1) * sizeof(std::int32_t) +
           slice_bytes(column.children()[0].slice(offsets[0], offsets[length] - offsets[0]));
  }
  for (const Column& child : column.children()) bytes += slice_bytes(child);
  if (column.type().id() == TypeId::kBool) return bytes + bits;
  return bytes + length * static_cast<std::size_t>(column.type().byte_width());
}

std::size_t slice_bytes(const columnar::Batch& batch) {
  std::size_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += slice_bytes(column);
  return bytes;
}

}  // namespace treadle::dataframe
