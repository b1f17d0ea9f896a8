#include "dataframe/operators/group_table_text.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "dataframe/operators/group_hash.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

std::size_t slots_for(std::size_t num_texts) {
  return std::max<std::size_t>(2048, std::bit_ceil(num_texts + num_texts / 3 + 1));
}

}  // namespace

std::uint64_t TextTable::hash_long(std::string_view text) noexcept {
  return XXH3_64bits(text.data(), text.size());
}

void TextTable::reserve(std::size_t more) {
  const std::size_t needed = slots_for(size() + more);
  if (needed <= slots_.size()) return;
  std::vector<Slot, BlockAllocator<Slot>> before(needed);
  before.swap(slots_);
  const std::uint64_t mask = needed - 1;
  for (const Slot& slot : before) {
    if (slot.id == kNoGroup) continue;
    std::uint64_t at = slot.hash & mask;
    while (slots_[at].id != kNoGroup) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::uint32_t TextTable::add(std::string_view text, std::uint64_t hash) {
  if (hashes_.size() >= kNoGroup - 1)
    throw OutOfMemory("a group table takes at most 4294967294 distinct keys");
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  hashes_.append(hash);
  ends_.append(bytes_.size());
  return size() - 1;
}

std::uint32_t TextTable::id_of_null() {
  if (null_id_ == kNoGroup) null_id_ = add({}, kNullHash);
  return null_id_;
}

void TextTable::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  hashes_.clear();
  ends_.clear();
  bytes_.clear();
  null_id_ = kNoGroup;
}

std::size_t TextTable::bytes_with(std::size_t more) const noexcept {
  return std::max(slots_.size(), slots_for(size() + more)) * sizeof(Slot) +
         hashes_.bytes_with(size() + more) + ends_.bytes_with(size() + more) + bytes_.capacity();
}

}  // namespace treadle::dataframe
