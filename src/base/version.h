#pragma once

#include <string_view>

namespace treadle {

/// The library's version, "MAJOR.MINOR.PATCH". Part of every key.
std::string_view version() noexcept;

}  // namespace treadle
