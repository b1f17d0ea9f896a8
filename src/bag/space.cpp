#include "bag/space.h"

#include "io/text/decoder.h"

namespace treadle::bag {

std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  if (*begin < 0x80) return is_ascii_space(*begin) ? 1 : 0;
  const auto* at = begin;
  const std::uint32_t code = text::next_code_point(at, begin + text.size());
  return is_space(code) ? static_cast<std::size_t>(at - begin) : 0;
}

std::size_t trailing_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  const std::string_view last = text.substr(begin);
  return leading_space(last) == last.size() ? last.size() : 0;
}

bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

}  // namespace treadle::bag
