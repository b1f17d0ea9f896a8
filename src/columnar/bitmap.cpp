#include "columnar/bitmap.h"

#include <algorithm>

namespace treadle::columnar {
namespace {

/// 64 bits from bit `offset` on; reads only bytes that hold one of the first `length` of them.
std::uint64_t load_bits(const std::uint8_t* bits, std::int64_t offset, std::int64_t length) noexcept {
  const int shift = static_cast<int>(offset & 7);
  const std::uint8_t* from = bits + (offset >> 3);
  const std::size_t bytes = bitmap_bytes(shift + std::min<std::int64_t>(length, 64));
  std::uint64_t value = 0;
  std::memcpy(&value, from, std::min<std::size_t>(bytes, 8));
  value >>= shift;
  if (bytes > 8) value |= static_cast<std::uint64_t>(from[8]) << (64 - shift);
  return value;
}

}  // namespace

std::int64_t count_ones(const std::uint8_t* bits, std::int64_t length) noexcept {
  std::int64_t count = 0;
  for (std::int64_t word = 0; word < num_words(length); ++word)
    count += std::popcount(load_word(bits, word, length));
  return count;
}

BufferPtr slice_bits(const BufferPtr& bits, std::int64_t offset, std::int64_t length) {
  if (bits == nullptr) return nullptr;
  if ((offset & 7) == 0)
    return Buffer::slice(bits, static_cast<std::size_t>(offset >> 3), bitmap_bytes(length));
  return bits_from_words(length, [&](std::int64_t word) {
    return load_bits(bits->data(), offset + word * 64, length - word * 64);
  });
}

BufferPtr make_bits(std::int64_t length, bool value) {
  BufferBuilder bits(bitmap_bytes(length));
  if (length > 0) std::memset(bits.data(), value ? 0xFF : 0, bits.size());
  if (value && (length & 7) != 0)
    bits.data()[bits.size() - 1] = static_cast<std::uint8_t>((1U << (length & 7)) - 1);
  return bits.finish();
}

void copy_bits(const std::uint8_t* from, std::int64_t from_offset, std::uint8_t* to, std::int64_t to_offset,
               std::int64_t length) noexcept {
  while (length > 0 && (to_offset & 7) != 0) {
    get_bit(from, from_offset) ? set_bit(to, to_offset) : clear_bit(to, to_offset);
    ++from_offset, ++to_offset, --length;
  }
  std::uint8_t* out = to + (to_offset >> 3);
  for (; length >= 64; length -= 64, from_offset += 64, out += 8) {
    const std::uint64_t word = load_bits(from, from_offset, length);
    std::memcpy(out, &word, 8);
  }
  for (std::int64_t i = 0; i < length; ++i) {
    get_bit(from, from_offset + i) ? set_bit(out, i) : clear_bit(out, i);
  }
}

BufferPtr and_bits(const BufferPtr& a, const BufferPtr& b, std::int64_t length) {
  if (a == nullptr) return b;
  if (b == nullptr || a == b) return a;
  return bits_from_words(length, [&](std::int64_t word) {
    return load_word(a->data(), word, length) & load_word(b->data(), word, length);
  });
}

}  // namespace treadle::columnar
