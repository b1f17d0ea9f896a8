#pragma once

#include <cstddef>
#include <string_view>

namespace treadle::columnar::functions {

/// Where `wanted` first stands in `text` from byte `from` on; npos if it does not.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from = 0) noexcept;

}  // namespace treadle::columnar::functions
