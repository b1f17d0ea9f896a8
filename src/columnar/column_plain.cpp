#include <cstring>

#include "columnar/column.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

/// Copies text together. Two passes: offsets first, so that the bytes are allocated once.
template <class Reader>
Column plain_text(const Column& column, const Reader& text) {
  const std::int64_t length = column.length();
  BufferBuilder offsets(static_cast<std::size_t>(length + 1) * 4);
  std::int64_t total = 0;
  for (std::int64_t row = 0; row < length; ++row) {
    offsets.as<std::int32_t>()[row] = static_cast<std::int32_t>(total);
    if (column.is_valid(row)) total += static_cast<std::int64_t>(text[row].size());
    if (total > INT32_MAX) {
      throw OutOfMemory("a text column in plain layout holds at most 2 GiB; found more in " +
                        std::to_string(length) + " rows");
    }
  }
  offsets.as<std::int32_t>()[length] = static_cast<std::int32_t>(total);
  BufferBuilder bytes(static_cast<std::size_t>(total));
  for (std::int64_t row = 0; row < length; ++row) {
    if (!column.is_valid(row)) continue;
    const std::string_view value = text[row];
    if (!value.empty())
      std::memcpy(bytes.data() + offsets.as<std::int32_t>()[row], value.data(), value.size());
  }
  return {column.type(),    Layout::kPlain,     length, column.validity(), offsets.finish(),
          {bytes.finish()}, column.null_count()};
}

}  // namespace

Column Column::to_plain() const {
  if (layout_ != Layout::kPlain) {
    return visit_text(*this, [&](const auto& text) { return plain_text(*this, text); });
  }
  Column plain(*this);
  for (Column& child : plain.children_) child = child.to_plain();
  return plain;
}

}  // namespace treadle::columnar
