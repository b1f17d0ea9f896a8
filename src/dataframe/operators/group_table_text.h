#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_hash.h"
#include "dataframe/operators/group_table_words.h"

namespace treadle::dataframe {

/// A text of up to sixteen bytes as two words: with its length they tell it from every other.
struct ShortText {
  static constexpr std::size_t kMost = 16;
  std::uint64_t front = 0;
  std::uint64_t back = 0;

  static ShortText of(std::string_view text) noexcept {
    const char* bytes = text.data();
    const std::size_t size = text.size();
    if (size >= 8) return {load<std::uint64_t>(bytes), load<std::uint64_t>(bytes + size - 8)};
    if (size >= 4) return {load<std::uint32_t>(bytes), load<std::uint32_t>(bytes + size - 4)};
    if (size == 0) return {};
    // One to three bytes: first, middle, last.
    return {static_cast<std::uint8_t>(bytes[0]),
            static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[size / 2])) << 8 |
                static_cast<std::uint8_t>(bytes[size - 1])};
  }
  bool operator==(const ShortText&) const = default;

 private:
  template <class Word>
  static Word load(const char* bytes) noexcept {
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }
};

inline bool equal_texts(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a.size() <= ShortText::kMost) return ShortText::of(a) == ShortText::of(b);
  return std::memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Numbers distinct texts 0, 1, 2 ... in the order in which they first come. Keeps copies in one block of
/// bytes.
class TextTable {
 public:
  static std::uint64_t hash(std::string_view text) noexcept {
    if (text.size() > ShortText::kMost) return hash_long(text);
    const ShortText words = ShortText::of(text);
    return hash_word(hash_word(words.front + text.size() * 0xA0761D6478BD642FULL) ^ words.back);
  }

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(hashes_.size()); }
  /// The text of a number; dies with the next one that is added.
  std::string_view text(std::uint32_t id) const noexcept {
    const std::uint64_t begin = id == 0 ? 0 : ends_[id - 1];
    return {bytes_.data() + begin, static_cast<std::size_t>(ends_[id] - begin)};
  }
  std::uint64_t hash_of(std::uint32_t id) const noexcept { return hashes_[id]; }

  /// Makes room for `more` texts: id_of() does not look at capacity.
  void reserve(std::size_t more);
  /// The number of a text whose hash this is.
  std::uint32_t id_of(std::string_view text, std::uint64_t hash) {
    const std::uint64_t mask = slots_.size() - 1;
    const bool is_short = text.size() <= ShortText::kMost;
    const ShortText words = is_short ? ShortText::of(text) : ShortText{hash, text.size()};
    const auto size = static_cast<std::uint32_t>(std::min(text.size(), ShortText::kMost + 1));
    std::uint64_t at = hash & mask;
    for (; slots_[at].id != kNoGroup; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.words != words || slot.size != size) continue;
      if (is_short || std::memcmp(this->text(slot.id).data(), text.data(), text.size()) == 0) return slot.id;
    }
    slots_[at] = Slot{words, hash, add(text, hash), size};
    return slots_[at].id;
  }
  void prefetch(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  /// The null's number; it is given at the first call.
  std::uint32_t id_of_null();
  std::uint32_t null_id() const noexcept { return null_id_; }

  void clear();
  std::size_t bytes_with(std::size_t more) const noexcept;
  std::size_t text_bytes() const noexcept { return bytes_.size(); }

 private:
  // A look-up misses one cache line: a short text is in the slot itself. Of a long one the words are hash and
  // size, and its bytes are looked at.
  struct alignas(32) Slot {
    ShortText words;
    std::uint64_t hash = 0;
    std::uint32_t id = kNoGroup;
    std::uint32_t size = 0;  // of a long text, one more than the longest short one's
  };
  static std::uint64_t hash_long(std::string_view text) noexcept;
  std::uint32_t add(std::string_view text, std::uint64_t hash);

  std::vector<Slot, BlockAllocator<Slot>> slots_;  // a power of two of them, at most three quarters taken
  GroupArray<std::uint64_t> hashes_;
  GroupArray<std::uint64_t> ends_;
  std::vector<char, BlockAllocator<char>> bytes_;
  std::uint32_t null_id_ = kNoGroup;
};

}  // namespace treadle::dataframe
