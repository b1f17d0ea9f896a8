#include "dataframe/operators/join_table.h"

#include <algorithm>
#include <bit>

#include "columnar/type_dispatch.h"
#include "dataframe/operators/group_hash.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

/// Slots that are asked of memory before the first is looked at.
constexpr std::size_t kAhead = 32;
/// Rows whose words stay in the first-level cache.
constexpr std::size_t kChunk = 1024;

/// A power of two, at most three quarters full.
std::size_t slots_for(std::int64_t num_rows) noexcept {
  return std::bit_ceil(static_cast<std::size_t>(std::max<std::int64_t>(num_rows, 12)) * 4 / 3);
}

/// Whether looking up each value of the dictionary is less work than each of so many rows.
bool is_small_dictionary(const Column& key, std::size_t count) {
  return key.layout() == columnar::Layout::kDictionary &&
         static_cast<std::size_t>(key.dictionary()->length()) <= count / 2 && key.has_no_nulls() &&
         key.dictionary()->has_no_nulls();
}

}  // namespace

int JoinTable::slot_bits(std::int64_t num_rows) noexcept { return std::countr_zero(slots_for(num_rows)); }

std::size_t JoinTable::most_bytes(std::int64_t num_rows) noexcept {
  // Slots and lists; a word, what it is, and the next row of its key; the same word and its row in the order
  // of the runs.
  constexpr std::size_t kEach = 3 * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t) + sizeof(KeyState);
  return sizeof(Slot) * slots_for(num_rows) + static_cast<std::size_t>(num_rows) * kEach;
}

std::size_t JoinTable::bytes() const noexcept {
  return sizeof(Slot) * slots_.capacity() + sizeof(std::uint32_t) * (direct_.capacity() + lists_.capacity());
}

std::uint64_t JoinTable::hash_of(std::uint64_t word) const noexcept {
  return words_.exact() ? hash_word(word) : word;
}

void JoinTable::find(std::span<const Column> keys, std::int64_t begin, std::size_t count,
                     std::uint32_t* found) const {
  if (keys.size() == 1 && is_small_dictionary(keys[0], count))
    return find_codes(keys[0], begin, count, found);
  if (!words_.exact()) {
    // All at once: a dictionary's texts are hashed once.
    std::vector<std::uint64_t> words(count);
    std::vector<KeyState> states(count);
    words_.words(keys, begin, count, words.data(), states.data());
    const KeyEquality equal(rows_.keys(), keys);
    return find_words(words.data(), states.data(), count, &equal, begin, found);
  }
  if (!direct_.empty() && keys.size() == 1 && is_whole(keys[0].type()))
    return find_whole(keys[0], begin, count, found);
  std::uint64_t words[kChunk];
  KeyState states[kChunk];
  for (std::size_t first = 0; first < count; first += kChunk) {
    const std::size_t some = std::min(kChunk, count - first);
    const bool all = words_.words(keys, begin + static_cast<std::int64_t>(first), some, words, states);
    if (direct_.empty()) {
      find_words(words, states, some, nullptr, 0, found + first);
      continue;
    }
    find_direct(words, some, found + first);
    for (std::size_t i = 0; i < some && !all; ++i) {
      if (states[i] != KeyState::kWord) found[first + i] = states[i] == KeyState::kNull ? null_place_ : kNone;
    }
  }
}

void JoinTable::find_direct(const std::uint64_t* words, std::size_t count, std::uint32_t* found) const {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t place = words[i] - least_;
    found[i] = place < direct_.size() ? direct_[static_cast<std::size_t>(place)] : kNone;
  }
}

void JoinTable::find_codes(const Column& key, std::int64_t begin, std::size_t count,
                           std::uint32_t* found) const {
  const Column& values = *key.dictionary();
  std::vector<std::uint32_t> by_code(static_cast<std::size_t>(values.length()));
  find({&values, 1}, 0, by_code.size(), by_code.data());
  const std::uint32_t* codes = key.values_as<std::uint32_t>() + begin;
  for (std::size_t i = 0; i < count; ++i) found[i] = by_code[codes[i]];
}

/// Nothing is written down between a value and its row.
void JoinTable::find_whole(const Column& key, std::int64_t begin, std::size_t count,
                           std::uint32_t* found) const {
  columnar::visit_fixed_width(key.type().id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = key.values_as<T>() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t place = static_cast<std::uint64_t>(static_cast<std::int64_t>(values[i])) - least_;
      found[i] = place < direct_.size() ? direct_[static_cast<std::size_t>(place)] : kNone;
    }
  });
  if (key.has_no_nulls()) return;
  for (std::size_t i = 0; i < count; ++i) {
    if (!key.is_valid(begin + static_cast<std::int64_t>(i))) found[i] = null_place_;
  }
}

void JoinTable::find_words(const std::uint64_t* words, const KeyState* states, std::size_t count,
                           const KeyEquality* equal, std::int64_t begin, std::uint32_t* found) const {
  std::size_t places[kAhead];
  for (std::size_t first = 0; first < count; first += kAhead) {
    const std::size_t some = std::min(kAhead, count - first);
    for (std::size_t i = 0; i < some; ++i) {
      places[i] = place_of(words[first + i]);
      __builtin_prefetch(&slots_[places[i]]);
    }
    for (std::size_t i = 0; i < some; ++i) {
      const std::size_t row = first + i;
      found[row] = states[row] == KeyState::kNull ? null_place_ : kNone;
      if (states[row] != KeyState::kWord) continue;
      for (std::size_t at = places[i]; slots_[at].place != kNone; at = after(at)) {
        if (!slots_[at].is(words[row])) continue;
        if (equal != nullptr && !(*equal)(row_at(slots_[at].place), begin + static_cast<std::int64_t>(row)))
          continue;
        found[row] = slots_[at].place;
        break;
      }
    }
  }
}

}  // namespace treadle::dataframe
