#include "dataframe/operators/group_table_words.h"

#include <algorithm>
#include <bit>

#include "dataframe/operators/group_hash.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

constexpr std::size_t kLeastSlots = 2048;
// From this many slots on they are not in the first-level caches: fetch ahead.
constexpr std::size_t kPrefetchSlots = 1 << 14;
constexpr std::size_t kAhead = 12;
constexpr std::size_t kChunk = 512;

}  // namespace

std::size_t WordTable::capacity_for(std::size_t num_words) const noexcept {
  return std::max(kLeastSlots, std::bit_ceil(num_words + num_words / 3 + 1));
}

std::size_t WordTable::bytes_with(std::size_t more) const noexcept {
  const std::size_t num_words = words_.size() + more;
  // The slots are counted while there are none: the next word may end the direct mode.
  const std::size_t slots = std::max(slots_.size(), capacity_for(num_words)) * sizeof(Slot);
  return words_.bytes_with(num_words) + direct_.capacity() * sizeof(std::uint32_t) +
         std::max(slots, kPlacesPerWord * num_words * sizeof(std::uint32_t));
}

std::uint32_t WordTable::add(std::uint64_t word) {
  if (words_.size() >= kNoGroup - 1)
    throw OutOfMemory("a group table takes at most 4294967294 distinct keys");
  words_.append(word);
  return size() - 1;
}

void WordTable::clear() {
  if (direct_mode_) {
    direct_.clear();
  } else {
    std::fill(slots_.begin(), slots_.end(), Slot{0, kNoGroup});
  }
  words_.clear();
  null_id_ = kNoGroup;
}

void WordTable::map(const std::uint64_t* words, std::size_t count, std::uint32_t* ids) {
  for (std::size_t done = 0; done < count; done += kChunk) {
    const std::size_t chunk = std::min(kChunk, count - done);
    const std::size_t needed = capacity_for(words_.size() + chunk);
    if (!direct_mode_ && needed > slots_.size() && !enter_direct()) rehash(needed);
    if (direct_mode_ && cover(words + done, chunk)) {
      map_direct(words + done, chunk, ids + done);
    } else {
      map_hashed(words + done, chunk, ids + done);
    }
  }
}

void WordTable::map(const std::uint64_t* words, const std::uint8_t* valid, std::size_t count,
                    std::uint32_t* ids) {
  // Runs of values between nulls: numbers must come in the order of the rows.
  for (std::size_t row = 0; row < count;) {
    std::size_t end = row;
    while (end < count && valid[end] != 0) ++end;
    map(words + row, end - row, ids + row);
    for (row = end; row < count && valid[row] == 0; ++row) {
      if (null_id_ == kNoGroup) null_id_ = add(0);
      ids[row] = null_id_;
    }
  }
}

// Whether the direct array covers these words; widens it if it may. False leaves direct mode.
bool WordTable::cover(const std::uint64_t* words, std::size_t count) {
  auto low = static_cast<std::int64_t>(words[0]), high = low;
  for (std::size_t i = 1; i < count; ++i) {
    const auto word = static_cast<std::int64_t>(words[i]);
    low = std::min(low, word);
    high = std::max(high, word);
  }
  const bool fresh = direct_.empty();
  if (!fresh && low >= direct_low_ && high <= direct_high_) return true;
  const bool downwards = !fresh && low < direct_low_;
  direct_low_ = fresh ? low : std::min(low, direct_low_);
  direct_high_ = fresh ? high : std::max(high, direct_high_);
  // Unsigned: distances are right modulo 2^64, whatever the signs.
  const std::uint64_t distance =
      static_cast<std::uint64_t>(direct_high_) - static_cast<std::uint64_t>(direct_low_);
  // An array that is there, of the rows before clear(), may be used.
  if (distance >= std::max({kDirectSpan, kPlacesPerWord * size(), std::uint64_t{direct_.capacity()}})) {
    leave_direct();
    return false;
  }
  const bool inside = static_cast<std::uint64_t>(direct_low_) - direct_base_ < direct_.size() &&
                      static_cast<std::uint64_t>(direct_high_) - direct_base_ < direct_.size();
  if (fresh || !inside) widen(distance + 1, downwards);
  return true;
}

// Room is left on the side to which the words go, so that sorted input widens seldom.
void WordTable::widen(std::uint64_t needed, bool downwards) {
  const std::uint64_t span = std::bit_ceil(std::max<std::uint64_t>(needed, 64));
  direct_base_ = downwards ? static_cast<std::uint64_t>(direct_high_) - span + 1
                           : static_cast<std::uint64_t>(direct_low_);
  direct_.assign(span, kNoGroup);
  for (std::uint32_t id = 0; id < size(); ++id) {
    if (id != null_id_) direct_[words_[id] - direct_base_] = id;
  }
}

void WordTable::leave_direct() {
  direct_mode_ = false;
  direct_ = {};
  rehash(capacity_for(words_.size() + kChunk));
}

// The array instead of more slots, where words turned out to lie close together.
bool WordTable::enter_direct() {
  const std::uint64_t* words = words_.data();
  bool any = false;
  for (std::uint32_t id = 0; id < size(); ++id) {
    if (id == null_id_) continue;
    const auto word = static_cast<std::int64_t>(words[id]);
    direct_low_ = any ? std::min(direct_low_, word) : word;
    direct_high_ = any ? std::max(direct_high_, word) : word;
    any = true;
  }
  const std::uint64_t distance =
      static_cast<std::uint64_t>(direct_high_) - static_cast<std::uint64_t>(direct_low_);
  if (!any || distance >= kPlacesPerWord / 2 * size()) return false;
  direct_mode_ = true;
  slots_ = {};
  widen(distance + 1, false);
  return true;
}

void WordTable::map_direct(const std::uint64_t* words, std::size_t count, std::uint32_t* ids) {
  const std::uint32_t* direct = direct_.data();
  const std::uint64_t base = direct_base_;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    ids[i] = direct[words[i] - base];
    largest = std::max(largest, ids[i]);
  }
  if (largest != kNoGroup) return;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& id = direct_[words[i] - direct_base_];
    if (id == kNoGroup) id = add(words[i]);
    ids[i] = id;
  }
}

void WordTable::map_hashed(const std::uint64_t* words, std::size_t count, std::uint32_t* ids) {
  std::uint64_t hashes[kChunk + kAhead];
  for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_word(words[i]);
  for (std::size_t i = count; i < count + kAhead; ++i) hashes[i] = 0;
  Slot* slots = slots_.data();
  const std::uint64_t mask = slots_.size() - 1;
  const bool far = slots_.size() >= kPrefetchSlots;
  for (std::size_t i = 0; i < count; ++i) {
    if (far) __builtin_prefetch(&slots[hashes[i + kAhead] & mask], 1);
    const std::uint64_t word = words[i];
    std::uint64_t at = hashes[i] & mask;
    while (slots[at].id != kNoGroup && slots[at].word != word) at = (at + 1) & mask;
    if (slots[at].id == kNoGroup) slots[at] = Slot{word, add(word)};
    ids[i] = slots[at].id;
  }
}

void WordTable::rehash(std::size_t capacity) {
  std::vector<Slot, BlockAllocator<Slot>>(capacity, Slot{0, kNoGroup}).swap(slots_);
  const std::uint64_t mask = capacity - 1;
  for (std::uint32_t id = 0; id < size(); ++id) {
    if (id == null_id_) continue;
    std::uint64_t at = hash_word(words_[id]) & mask;
    while (slots_[at].id != kNoGroup) at = (at + 1) & mask;
    slots_[at] = Slot{words_[id], id};
  }
}

void PairTable::clear() {
  words_.clear();
  shift_ = 4;
}

void PairTable::map(const std::uint32_t* firsts, const std::uint32_t* seconds, std::uint32_t second_size,
                    std::size_t count, std::uint32_t* ids) {
  if (second_size > (std::uint64_t{1} << shift_)) shift_to(std::bit_width(second_size - 1) + 1);
  std::uint64_t words[kChunk];
  for (std::size_t done = 0; done < count; done += kChunk) {
    const std::size_t chunk = std::min(kChunk, count - done);
    for (std::size_t i = 0; i < chunk; ++i) {
      words[i] = static_cast<std::uint64_t>(firsts[done + i]) << shift_ | seconds[done + i];
    }
    words_.map(words, chunk, ids + done);
  }
}

void PairTable::shift_to(int shift) {
  // Numbers are given in order, so mapping all pairs anew gives each the number it had.
  std::vector<std::uint64_t> words(size());
  for (std::uint32_t id = 0; id < size(); ++id) {
    words[id] = static_cast<std::uint64_t>(first(id)) << shift | second(id);
  }
  words_ = WordTable();
  shift_ = shift;
  std::vector<std::uint32_t> ids(words.size());
  words_.map(words.data(), words.size(), ids.data());
}

}  // namespace treadle::dataframe
