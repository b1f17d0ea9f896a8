#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "columnar/column.h"

namespace treadle::columnar {

inline constexpr std::int32_t kInlineText = 12;

/// The view of `text`, which lies at `offset` of the column's data buffer number `buffer`. Unused bytes are
/// zero, so that equal short views have equal bytes.
inline TextView make_view(std::string_view text, std::int32_t buffer, std::int32_t offset) noexcept {
  TextView view;
  view.size = static_cast<std::int32_t>(text.size());
  if (view.size <= kInlineText) {
    std::memset(view.inlined, 0, sizeof view.inlined);
    if (!text.empty()) std::memcpy(view.inlined, text.data(), text.size());
  } else {
    std::memcpy(view.far.prefix, text.data(), 4);
    view.far.buffer = buffer;
    view.far.offset = offset;
  }
  return view;
}

}  // namespace treadle::columnar
