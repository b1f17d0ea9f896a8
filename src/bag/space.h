#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// What Python counts as white space: str.isspace() of one character.
namespace treadle::bag {

/// Of the 128 characters of ASCII.
constexpr bool is_ascii_space(unsigned char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

constexpr bool is_space(std::uint32_t code) noexcept {
  if (code < 0x80) return is_ascii_space(static_cast<unsigned char>(code));
  if (code == 0x85 || code == 0xA0 || code == 0x1680) return true;
  if (code >= 0x2000 && code <= 0x200A) return true;
  return code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/// Bytes of the white space that `text` begins with: one character's; 0 if it begins with another.
std::size_t leading_space(std::string_view text) noexcept;
/// Bytes of the white space that it ends with: one character's.
std::size_t trailing_space(std::string_view text) noexcept;

bool is_ascii(std::string_view text) noexcept;

}  // namespace treadle::bag
