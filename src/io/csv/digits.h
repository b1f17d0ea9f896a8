#pragma once

#include <array>
#include <cstdint>
#include <cstring>

// Eight decimal digits at a time in one register. (Lemire, Quick Number Parsing, 2018-2022.) Bytes lie as in
// memory: the first digit is the lowest byte. "Digits" below are bytes already without '0'.
namespace treadle::csv {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline constexpr std::uint64_t kEachByte = 0x0101010101010101;
inline constexpr std::uint64_t kZeros = kEachByte * '0';

inline std::uint64_t load8(const std::uint8_t* text) {
  std::uint64_t bytes;
  std::memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

/// The first `count` bytes, 1 to 8 of them.
inline std::uint64_t first_bytes(std::uint32_t count) { return ~std::uint64_t{0} >> (64 - 8 * count); }

/// Whether each byte is 0 to 9.
inline bool all_digits(std::uint64_t digits) {
  return (((digits + kEachByte * 0x76) | digits) & kEachByte * 0x80) == 0;
}

/// The number that eight digits spell.
inline std::uint64_t number_of(std::uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  constexpr std::uint64_t kPairs = 0x000000FF000000FF;
  return ((digits & kPairs) * 0x000F424000000064 + ((digits >> 16) & kPairs) * 0x0000271000000001) >> 32;
}

inline constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers = {1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

}  // namespace treadle::csv
