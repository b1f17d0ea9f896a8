#include "bag/word_scan.h"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>

namespace treadle::bag {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
// The baseline's vectors suffice: the words of a text, not its bytes, take the time.
using Bytes = hn::FixedTag<std::uint8_t, 16>;
using Vector = hn::Vec<Bytes>;
constexpr Bytes kBytes;

std::uint64_t bits_of(hn::Mask<Bytes> mask) {
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(kBytes, mask, bits);
  return bits[0] | static_cast<std::uint64_t>(bits[1]) << 8;
}

/// Whether each byte lies in [first, first + count).
hn::Mask<Bytes> within(Vector bytes, std::uint8_t first, std::uint8_t count) {
  const Vector from_first = hn::Sub(bytes, hn::Set(kBytes, first));
  return hn::Eq(hn::Min(from_first, hn::Set(kBytes, static_cast<std::uint8_t>(count - 1))), from_first);
}

hn::Mask<Bytes> is_space(Vector bytes) {
  const auto breaks = hn::Or(within(bytes, '\t', 5), within(bytes, 0x1C, 4));
  return hn::Or(breaks, hn::Eq(bytes, hn::Set(kBytes, ' ')));
}

/// A bit for each of 64 bytes of white space; makes them lower case.
template <bool kLower>
std::uint64_t spaces(std::uint8_t* chunk) {
  std::uint64_t bits = 0;
  for (std::size_t part = 0; part < 4; ++part) {
    Vector bytes = hn::LoadU(kBytes, chunk + 16 * part);
    bits |= bits_of(is_space(bytes)) << (16 * part);
    if constexpr (kLower) {
      bytes = hn::Or(bytes, hn::IfThenElseZero(within(bytes, 'A', 26), hn::Set(kBytes, 0x20)));
      hn::StoreU(bytes, kBytes, chunk + 16 * part);
    }
  }
  return bits;
}

/// Writes where words begin and end; answers how many edges there are.
template <bool kLower>
std::size_t find_edges(std::uint8_t* text, std::size_t size, std::uint32_t* edges) {
  std::uint32_t* to = edges;
  std::uint64_t before = 0;  // 1 if the byte before is part of a word
  for (std::size_t at = 0; at < size; at += 64) {
    std::uint64_t words = 0;
    if (const std::size_t left = size - at; left < 64) {
      // Bytes behind the text are somebody else's: read, never written.
      std::uint8_t last[64];
      std::fill(std::copy(text + at, text + size, last), last + 64, std::uint8_t{' '});
      words = ~spaces<kLower>(last);
      std::copy(last, last + left, text + at);
    } else {
      words = ~spaces<kLower>(text + at);
    }
    std::uint64_t changes = words ^ (words << 1 | before);
    before = words >> 63;
    for (; changes != 0; changes &= changes - 1) {
      *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(changes));
    }
  }
  if (before != 0) *to++ = static_cast<std::uint32_t>(size);
  return static_cast<std::size_t>(to - edges);
}

}  // namespace

std::uint64_t WordScan::count(char* text, std::size_t size, bool lower, std::uint64_t place,
                              WordTable& table) {
  constexpr std::size_t kAhead = 8;
  struct Found {
    Word word;
    std::uint64_t hash;
  };
  edges_.resize(std::max(edges_.size(), size + 65));
  auto* bytes = reinterpret_cast<std::uint8_t*>(text);
  const std::size_t num_words =
      (lower ? find_edges<true> : find_edges<false>)(bytes, size, edges_.data()) / 2;
  for (std::size_t i = 0; i < num_words; i += kAhead) {
    const std::size_t count = std::min(kAhead, num_words - i);
    Found found[kAhead];
    for (std::size_t j = 0; j < count; ++j) {
      const std::uint32_t begin = edges_[2 * (i + j)], end = edges_[2 * (i + j) + 1];
      found[j].word = Word::of_readable(text + begin, end - begin);
      found[j].hash = found[j].word.hash();
      table.prefetch(found[j].hash);
    }
    for (std::size_t j = 0; j < count; ++j) table.add(found[j].word, found[j].hash, place++);
  }
  return place;
}

std::size_t ascii_lines(std::string_view text) noexcept {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t at = 0;
  while (at + 16 <= text.size() && bits_of(within(hn::LoadU(kBytes, bytes + at), 0, 0x80)) == 0xFFFF)
    at += 16;
  while (at < text.size() && bytes[at] < 0x80) ++at;
  if (at == text.size()) return at;
  const std::size_t newline = text.substr(0, at).rfind('\n');
  return newline == std::string_view::npos ? 0 : newline + 1;
}

}  // namespace treadle::bag
