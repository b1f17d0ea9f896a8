#pragma once

#include <string_view>

namespace treadle::csv {

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, surrogates or numbers
/// too large.
bool is_utf8(std::string_view text) noexcept;

}  // namespace treadle::csv
