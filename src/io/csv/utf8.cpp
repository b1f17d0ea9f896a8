#include "io/csv/utf8.h"

#include <simdjson.h>

#include <cstdint>

#include "io/csv/digits.h"

namespace treadle::csv {
namespace {

/// Bytes of the well-formed sequence that begins here, of at most `left`; 0 for none.
std::size_t sequence(const std::uint8_t* at, std::size_t left) {
  const auto follows = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
    return i < left && at[i] >= low && at[i] <= high;
  };
  const std::uint8_t first = at[0];
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return follows(1, 0x80, 0xBF) ? 2 : 0;
  if (first < 0xF0) {
    const bool second = follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && follows(2, 0x80, 0xBF) ? 3 : 0;
  }
  const bool second = follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
  return second && follows(2, 0x80, 0xBF) && follows(3, 0x80, 0xBF) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  // Many bytes by the best instructions that there are; few are not worth finding these.
  constexpr std::size_t kMany = 128;
  if (text.size() >= kMany) return simdjson::validate_utf8(text.data(), text.size());
  const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::uint8_t* const end = at + text.size();
  while (at < end) {
    if (end - at >= 8 && (load8(at) & kEachByte * 0x80) == 0) {
      at += 8;
      continue;
    }
    const std::size_t size = sequence(at, static_cast<std::size_t>(end - at));
    if (size == 0) return false;
    at += size;
  }
  return true;
}

}  // namespace treadle::csv
