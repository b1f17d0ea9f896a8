#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataframe/operators/group_array.h"

namespace treadle::dataframe {

/// A number that no group has.
inline constexpr std::uint32_t kNoGroup = 0xFFFFFFFF;

/// Numbers distinct 64-bit words 0, 1, 2 ... in the order in which they first come.
///
/// Words that lie close together (as signed numbers) are found by their place in an array, others by open
/// addressing with linear probing; it changes from one to the other by itself, and back once there are as
/// many words that the array is the smaller of the two.
class WordTable {
 public:
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(words_.size()); }
  std::uint64_t word(std::uint32_t id) const noexcept { return words_[id]; }

  /// The numbers of `count` words; new words get new numbers.
  void map(const std::uint64_t* words, std::size_t count, std::uint32_t* ids);
  /// The same where null rows (`valid[i]` 0) share the number of the null, which is numbered as words are.
  void map(const std::uint64_t* words, const std::uint8_t* valid, std::size_t count, std::uint32_t* ids);
  /// The null's number, or kNoGroup if none came.
  std::uint32_t null_id() const noexcept { return null_id_; }

  void clear();
  /// Bytes held once `more` words have come.
  std::size_t bytes_with(std::size_t more) const noexcept;

 private:
  struct Slot {
    std::uint64_t word;
    std::uint32_t id;
  };
  // The span of words that the direct array may cover however few there are: it stays within the second-level
  // cache. Beyond, one place in so many must be taken; it comes back when twice as many are.
  static constexpr std::uint64_t kDirectSpan = std::uint64_t{1} << 16;
  static constexpr std::uint64_t kPlacesPerWord = 8;

  bool cover(const std::uint64_t* words, std::size_t count);
  void widen(std::uint64_t needed, bool downwards);
  void leave_direct();
  bool enter_direct();
  void map_direct(const std::uint64_t* words, std::size_t count, std::uint32_t* ids);
  void map_hashed(const std::uint64_t* words, std::size_t count, std::uint32_t* ids);
  void rehash(std::size_t capacity);
  std::uint32_t add(std::uint64_t word);
  std::size_t capacity_for(std::size_t num_words) const noexcept;

  GroupArray<std::uint64_t> words_;  // by number; the null's is 0
  std::uint32_t null_id_ = kNoGroup;
  bool direct_mode_ = true;
  std::int64_t direct_low_ = 0;  // the least and the largest word that came, while direct_ is not empty
  std::int64_t direct_high_ = 0;
  std::uint64_t direct_base_ = 0;
  std::vector<std::uint32_t> direct_;              // the number of word direct_base_ + i, modulo 2^64
  std::vector<Slot, BlockAllocator<Slot>> slots_;  // a power of two of them, at most three quarters taken
};

/// Numbers distinct pairs of numbers, as WordTable does words. Keys of several columns are pairs of pairs.
class PairTable {
 public:
  std::uint32_t size() const noexcept { return words_.size(); }
  std::uint32_t first(std::uint32_t id) const noexcept {
    return static_cast<std::uint32_t>(words_.word(id) >> shift_);
  }
  std::uint32_t second(std::uint32_t id) const noexcept {
    return static_cast<std::uint32_t>(words_.word(id) & ((std::uint64_t{1} << shift_) - 1));
  }
  /// The numbers of `count` pairs. Seconds are below `second_size`. `ids` may be `firsts`.
  void map(const std::uint32_t* firsts, const std::uint32_t* seconds, std::uint32_t second_size,
           std::size_t count, std::uint32_t* ids);
  void clear();
  std::size_t bytes_with(std::size_t more) const noexcept { return words_.bytes_with(more); }

 private:
  void shift_to(int shift);

  // A pair is the word first << shift_ | second. The shift grows with the seconds, so that words of few pairs
  // are small and found directly.
  WordTable words_;
  int shift_ = 4;
};

}  // namespace treadle::dataframe
