#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "treadle/text_items.h"

namespace treadle::bag {

/// A word with its first 16 bytes as numbers, zeros behind its end: how words are compared without touching
/// memory.
struct Word {
  std::string_view text;
  std::uint64_t low = 0, high = 0;

  static Word of(std::string_view text) noexcept {
    Word word{text};
    const std::size_t size = text.size() < 16 ? text.size() : 16;
    if (size > 8) {
      std::memcpy(&word.low, text.data(), 8);
      std::memcpy(&word.high, text.data() + 8, size - 8);
    } else if (size != 0) {
      std::memcpy(&word.low, text.data(), size);
    }
    return word;
  }
  /// The same, where 16 bytes from its beginning on may be read.
  static Word of_readable(const char* begin, std::size_t size) noexcept {
    Word word{{begin, size}};
    std::memcpy(&word.low, begin, 8);
    if (size <= 8) {
      word.low &= kFirstBytes[size];
      return word;
    }
    std::memcpy(&word.high, begin + 8, 8);
    word.high &= kFirstBytes[size < 16 ? size - 8 : 8];
    return word;
  }
  std::uint64_t hash() const noexcept;

 private:
  static constexpr std::uint64_t kFirstBytes[9] = {0,
                                                   0xFF,
                                                   0xFFFF,
                                                   0xFFFFFF,
                                                   0xFFFFFFFF,
                                                   0xFFFFFFFFFF,
                                                   0xFFFFFFFFFFFF,
                                                   0xFFFFFFFFFFFFFF,
                                                   0xFFFFFFFFFFFFFFFF};
};

/// How often words occur, and where each occurred first. Places are numbers of the caller's: the order of
/// words is that of their least places, whichever table counted them. One thread at a time.
class WordTable {
 public:
  WordTable();

  void add(const Word& word, std::uint64_t hash, std::uint64_t place, std::uint64_t count = 1);
  void add(std::string_view text, std::uint64_t place, std::uint64_t count = 1) {
    const Word word = Word::of(text);
    add(word, word.hash(), place, count);
  }
  /// Has the processor fetch what add() of this hash will look at.
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask_]); }
  void absorb(const WordTable& other);

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t nbytes() const noexcept;
  /// `use(text, count, place)` of each word, in the order in which they were added.
  template <class Use>
  void for_each(Use use) const {
    for (const Entry& entry : entries_) use(text(entry), entry.count, entry.place);
  }
  /// `use(number, text, count)` of these words, numbered as they were added.
  template <class Use>
  void for_each_of(const std::vector<std::uint32_t>& numbers, Use use) const {
    for (const std::uint32_t number : numbers) use(number, text(entries_[number]), entries_[number].count);
  }
  /// Words in the order of their places.
  TextCounts finish() const;

 private:
  struct Entry {
    std::uint64_t head[2];  // the word's low and high
    std::uint64_t size;
    std::uint64_t begin;  // of the whole word in long_words_, if it has more than 16 bytes
    std::uint64_t count;
    std::uint64_t place;
  };
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;  // its number and 1; 0: free
  };

  bool is_entry(const Entry& entry, const Word& word) const noexcept {
    return entry.head[0] == word.low && entry.head[1] == word.high && entry.size == word.text.size() &&
           (entry.size <= 16 ||
            std::memcmp(long_words_.data() + entry.begin, word.text.data(), entry.size) == 0);
  }
  std::string_view text(const Entry& entry) const noexcept;
  void insert(Slot& slot, const Word& word, std::uint64_t hash, std::uint64_t place, std::uint64_t count);
  void grow();

  std::vector<Slot> slots_;
  std::uint64_t mask_;
  std::vector<Entry> entries_;
  std::string long_words_;
};

inline std::uint64_t Word::hash() const noexcept {
  __extension__ using Wide = unsigned __int128;
  auto mix = [](std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  std::uint64_t hash = mix(low ^ 0x9E3779B97F4A7C15, high ^ 0xD1B54A32D192ED03 ^ text.size());
  for (std::size_t at = 16; at < text.size(); at += 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, text.data() + at, text.size() - at < 8 ? text.size() - at : 8);
    hash = mix(hash ^ part, 0xA0761D6478BD642F);
  }
  return hash;
}

inline void WordTable::add(const Word& word, std::uint64_t hash, std::uint64_t place, std::uint64_t count) {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
    Slot& slot = slots_[at];
    if (slot.entry == 0) return insert(slot, word, hash, place, count);
    if (slot.tag != tag) continue;
    Entry& entry = entries_[slot.entry - 1];
    if (!is_entry(entry, word)) continue;
    entry.count += count;
    entry.place = entry.place < place ? entry.place : place;
    return;
  }
}

}  // namespace treadle::bag
