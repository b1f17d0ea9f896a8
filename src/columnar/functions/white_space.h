#pragma once

#include <cstddef>
#include <string_view>

// What Python's str.split() and str.strip() take for white space: Unicode's, and the separators of ASCII.
namespace treadle::columnar::functions {

constexpr bool is_white_space(std::string_view code_point) noexcept {
  if (code_point.size() == 1)
    return (code_point[0] >= '\t' && code_point[0] <= '\r') ||
           (code_point[0] >= '\x1C' && code_point[0] <= ' ');
  if (code_point.size() == 2) return code_point == "\xC2\x85" || code_point == "\xC2\xA0";
  if (code_point.size() != 3) return false;
  if (code_point.starts_with("\xE2\x80")) {
    const auto last = static_cast<unsigned char>(code_point[2]);
    return (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF;
  }
  return code_point == "\xE1\x9A\x80" || code_point == "\xE2\x81\x9F" || code_point == "\xE3\x80\x80";
}

/// Bytes of the white space, a code point, that a text starts or ends with; 0 if it does not.
constexpr std::size_t white_space_at_start(std::string_view text) noexcept {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size)
    if (is_white_space(text.substr(0, size))) return size;
  return 0;
}
constexpr std::size_t white_space_at_end(std::string_view text) noexcept {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size)
    if (is_white_space(text.substr(text.size() - size))) return size;
  return 0;
}

}  // namespace treadle::columnar::functions
