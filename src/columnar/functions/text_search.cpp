#include "columnar/functions/text_search.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace treadle::columnar::functions {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
// memmem() first makes a table of the wanted text, which pays for long texts only. And it is not slow however
// often the wanted text begins.
constexpr std::size_t kLongText = 2048;
constexpr std::size_t kLongWanted = 64;

constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
constexpr std::size_t kAtOnce = sizeof(std::uint64_t);

std::uint64_t load(const char* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}
std::uint64_t eight_times(char byte) noexcept { return kOnes * static_cast<std::uint8_t>(byte); }

/// Places are compared whose first and whose last byte are the wanted ones. There are at least eight.
std::size_t find_by_ends(std::string_view whole, std::string_view wanted) noexcept {
  const std::size_t places = whole.size() - wanted.size() + 1;
  const char* text = whole.data();
  const std::uint64_t first = eight_times(wanted.front()), last = eight_times(wanted.back());
  const char* ends = text + wanted.size() - 1;
  for (std::size_t at = 0;; at += kAtOnce) {
    // The last eight may overlap those before.
    if (at > places - kAtOnce) at = places - kAtOnce;
    const std::uint64_t differ = (load(text + at) ^ first) | (load(ends + at) ^ last);
    // The high bit of each byte that is zero, and perhaps of some behind it.
    for (std::uint64_t equal = (differ - kOnes) & ~differ & kHighBits; equal != 0; equal &= equal - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(equal)) / 8;
      if (std::memcmp(text + place, wanted.data(), wanted.size()) == 0) return place;
    }
    if (at == places - kAtOnce) return kNowhere;
  }
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from) noexcept {
  if (from > text.size() || wanted.size() > text.size() - from) return kNowhere;
  if (wanted.empty()) return from;
  text.remove_prefix(from);
  const bool has_places = text.size() - wanted.size() + 1 >= kAtOnce;
  const bool is_short = text.size() < kLongText && wanted.size() < kLongWanted;
  std::size_t found = kNowhere;
  if (is_short && has_places && std::endian::native == std::endian::little) {
    found = find_by_ends(text, wanted);
  } else if (is_short) {
    found = text.find(wanted);
  } else if (const void* at = memmem(text.data(), text.size(), wanted.data(), wanted.size())) {
    found = static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
  }
  return found == kNowhere ? kNowhere : from + found;
}

}  // namespace treadle::columnar::functions
