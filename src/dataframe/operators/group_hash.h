#pragma once

#include <cstdint>

#include "columnar/int128.h"

namespace treadle::dataframe {

/// Mixes 64 bits into 64 whose every bit depends on all: the two halves of a 128-bit product, folded.
inline std::uint64_t hash_word(std::uint64_t word) noexcept {
  const auto product = static_cast<columnar::uint128_t>(word ^ 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL;
  const auto folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  return folded ^ (folded >> 32);
}

/// The hash of a key of several columns from the hash of the columns before and that of one more.
inline std::uint64_t combine_hashes(std::uint64_t before, std::uint64_t column) noexcept {
  return hash_word(before * 0xA0761D6478BD642FULL + column);
}

/// The hash of a null in any column.
inline constexpr std::uint64_t kNullHash = 0x2D358DCCAA6C78A5ULL;

}  // namespace treadle::dataframe
