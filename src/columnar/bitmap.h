#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "memory/buffer.h"

// Bits as Arrow packs them: least significant first, eight a byte. A bitmap pointer that is null stands for
// all ones.
namespace treadle::columnar {

constexpr std::size_t bitmap_bytes(std::int64_t length) noexcept {
  return static_cast<std::size_t>((length + 7) / 8);
}

inline bool get_bit(const std::uint8_t* bits, std::int64_t index) noexcept {
  return ((bits[index >> 3] >> (index & 7)) & 1) != 0;
}
inline void set_bit(std::uint8_t* bits, std::int64_t index) noexcept {
  bits[index >> 3] = static_cast<std::uint8_t>(bits[index >> 3] | (1U << (index & 7)));
}
inline void clear_bit(std::uint8_t* bits, std::int64_t index) noexcept {
  bits[index >> 3] = static_cast<std::uint8_t>(bits[index >> 3] & ~(1U << (index & 7)));
}

constexpr std::int64_t num_words(std::int64_t length) noexcept { return (length + 63) / 64; }

/// Bits [64 * word, 64 * word + 64) of a bitmap of `length` bits; zeros beyond its end. Reads no byte beyond
/// it.
inline std::uint64_t load_word(const std::uint8_t* bits, std::int64_t word, std::int64_t length) noexcept {
  const std::int64_t left = length - word * 64;
  std::uint64_t value = 0;
  if (left >= 64) {
    std::memcpy(&value, bits + word * 8, 8);
    return value;
  }
  std::memcpy(&value, bits + word * 8, bitmap_bytes(left));
  return value & ((std::uint64_t{1} << left) - 1);
}

/// Writes word `word` of a bitmap of `length` bits. Writes no byte beyond its end.
inline void store_word(std::uint8_t* bits, std::int64_t word, std::int64_t length,
                       std::uint64_t value) noexcept {
  const std::int64_t left = length - word * 64;
  std::memcpy(bits + word * 8, &value, left >= 64 ? 8 : bitmap_bytes(left));
}

std::int64_t count_ones(const std::uint8_t* bits, std::int64_t length) noexcept;

/// `length` bits from bit `offset` on, at bit 0 of a new buffer; shared instead if `offset` starts a byte.
BufferPtr slice_bits(const BufferPtr& bits, std::int64_t offset, std::int64_t length);
/// A new bitmap of `length` equal bits.
BufferPtr make_bits(std::int64_t length, bool value);
/// Copies `length` bits from bit `from_offset` of `from` to bit `to_offset` of `to`; other bits of `to` stay.
void copy_bits(const std::uint8_t* from, std::int64_t from_offset, std::uint8_t* to, std::int64_t to_offset,
               std::int64_t length) noexcept;
/// Ones where both have ones; null if both are null, shared if one is.
BufferPtr and_bits(const BufferPtr& a, const BufferPtr& b, std::int64_t length);

/// Makes a bitmap of `length` bits, a word at a time: `word(i)` gives bits [64 i, 64 i + 64); what it sets
/// beyond the end is dropped.
template <class Word>
BufferPtr bits_from_words(std::int64_t length, Word&& word) {
  BufferBuilder bits(bitmap_bytes(length));
  const std::int64_t count = num_words(length);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint64_t value = word(i);
    const std::int64_t left = length - i * 64;
    if (left < 64) value &= (std::uint64_t{1} << left) - 1;
    store_word(bits.data(), i, length, value);
  }
  return bits.finish();
}

/// Makes a bitmap of `length` bits from a predicate on the row; 64 independent tests a word, which compilers
/// vectorise.
template <class Predicate>
BufferPtr bits_from_rows(std::int64_t length, Predicate&& predicate) {
  return bits_from_words(length, [&](std::int64_t word) {
    const std::int64_t first = word * 64;
    const std::int64_t count = length - first < 64 ? length - first : 64;
    std::uint8_t lanes[64] = {};
    for (std::int64_t i = 0; i < count; ++i) lanes[i] = predicate(first + i) ? 1 : 0;
    std::uint64_t bits = 0;
    for (int byte = 0; byte < 8; ++byte) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, lanes + byte * 8, 8);
      // Gathers the lowest bit of each of eight bytes into the top byte.
      bits |= ((eight * 0x0102040810204080ULL) >> 56) << (byte * 8);
    }
    return bits;
  });
}

/// Calls `row(i)` for each one-bit, in order.
template <class Row>
void for_each_one(const std::uint8_t* bits, std::int64_t length, Row&& row) {
  for (std::int64_t word = 0; word < num_words(length); ++word) {
    for (std::uint64_t left = load_word(bits, word, length); left != 0; left &= left - 1) {
      row(word * 64 + std::countr_zero(left));
    }
  }
}

}  // namespace treadle::columnar
