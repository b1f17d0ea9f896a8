#include "dataframe/operators/group_table_tuples.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "dataframe/operators/group_hash.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

constexpr std::size_t kChunk = 512;
// How far ahead of the look-up slots, and then the tuples they name, are fetched.
constexpr std::size_t kAhead = 12;

std::size_t slots_for(std::size_t num_tuples) {
  return std::max<std::size_t>(2048, std::bit_ceil(num_tuples + num_tuples / 3 + 1));
}

}  // namespace

std::uint64_t TupleTable::hash(const std::uint32_t* tuple) const noexcept {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < width_; ++i) hash = hash * 0xA0761D6478BD642FULL + tuple[i];
  return hash_word(hash);
}

bool TupleTable::equal(std::uint32_t id, const std::uint32_t* tuple) const noexcept {
  const std::uint32_t* other = tuples_.data() + id * width_;
  std::uint32_t differ = 0;
  for (std::size_t i = 0; i < width_; ++i) differ |= other[i] ^ tuple[i];
  return differ == 0;
}

std::uint32_t TupleTable::add(const std::uint32_t* tuple) {
  if (num_tuples_ >= kNoGroup - 1) throw OutOfMemory("a group table takes at most 4294967294 distinct keys");
  for (std::size_t i = 0; i < width_; ++i) tuples_.append(tuple[i]);
  return num_tuples_++;
}

std::uint32_t TupleTable::id_of(const std::uint32_t* tuple, std::uint64_t hash) {
  const std::uint64_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::uint64_t at = hash & mask;
  for (; slots_[at].id != kNoGroup; at = (at + 1) & mask) {
    if (slots_[at].tag == tag && equal(slots_[at].id, tuple)) return slots_[at].id;
  }
  slots_[at] = Slot{tag, add(tuple)};
  return slots_[at].id;
}

void TupleTable::map(const std::uint32_t* tuples, std::size_t count, std::uint32_t* ids) {
  std::uint64_t hashes[kChunk];
  for (std::size_t done = 0; done < count; done += kChunk) {
    const std::size_t chunk = std::min(kChunk, count - done);
    if (const std::size_t needed = slots_for(size() + chunk); needed > slots_.size()) rehash(needed);
    for (std::size_t i = 0; i < chunk; ++i) hashes[i] = hash(tuples + (done + i) * width_);
    const std::uint64_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < chunk; ++i) {
      if (i + 2 * kAhead < chunk) __builtin_prefetch(&slots_[hashes[i + 2 * kAhead] & mask], 1);
      if (i + kAhead < chunk) {
        const Slot& slot = slots_[hashes[i + kAhead] & mask];
        if (slot.id != kNoGroup) __builtin_prefetch(tuples_.data() + slot.id * width_);
      }
      ids[done + i] = id_of(tuples + (done + i) * width_, hashes[i]);
    }
  }
}

void TupleTable::rehash(std::size_t num_slots) {
  std::vector<Slot, BlockAllocator<Slot>>(num_slots, Slot{0, kNoGroup}).swap(slots_);
  const std::uint64_t mask = num_slots - 1;
  for (std::uint32_t id = 0; id < size(); ++id) {
    const std::uint64_t hash = this->hash(tuples_.data() + id * width_);
    std::uint64_t at = hash & mask;
    while (slots_[at].id != kNoGroup) at = (at + 1) & mask;
    slots_[at] = Slot{static_cast<std::uint32_t>(hash >> 32), id};
  }
}

void TupleTable::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{0, kNoGroup});
  tuples_.clear();
  num_tuples_ = 0;
}

std::size_t TupleTable::bytes_with(std::size_t more) const noexcept {
  const std::size_t num_tuples = size() + more;
  return std::max(slots_.size(), slots_for(num_tuples)) * sizeof(Slot) +
         tuples_.bytes_with(num_tuples * width_);
}

}  // namespace treadle::dataframe
