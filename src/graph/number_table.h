#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace treadle::graph {

/// A hash set of numbers 0, 1, 2 ... of things that are kept elsewhere: four to eight bytes a thing, no
/// nodes.
///
/// Open addressing with linear probing at most three quarters full. `hash` must be well mixed. The caller
/// compares.
class NumberTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The number among those of this hash for which `same(number)` holds, else kNone.
  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & mask(); slots_[at] != kNone; at = (at + 1) & mask()) {
      if (same(slots_[at])) return slots_[at];
    }
    return kNone;
  }

  /// Adds `number`, which must not be there. `hash_of(number)` gives the hash of any number added before.
  template <class HashOf>
  void insert(std::uint64_t hash, std::uint32_t number, HashOf&& hash_of) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow(slots_.empty() ? 16 : slots_.size() * 2, hash_of);
    place(hash, number);
    ++count_;
  }

  /// Room for `count` numbers.
  template <class HashOf>
  void reserve(std::size_t count, HashOf&& hash_of) {
    std::size_t size = 16;
    while (count * 4 > size * 3) size *= 2;
    if (size > slots_.size()) grow(size, hash_of);
  }

  std::size_t nbytes() const noexcept { return slots_.capacity() * sizeof(std::uint32_t); }

 private:
  std::size_t mask() const noexcept { return slots_.size() - 1; }

  void place(std::uint64_t hash, std::uint32_t number) {
    std::size_t at = hash & mask();
    while (slots_[at] != kNone) at = (at + 1) & mask();
    slots_[at] = number;
  }

  template <class HashOf>
  void grow(std::size_t size, HashOf& hash_of) {
    std::vector<std::uint32_t> old(size, kNone);
    old.swap(slots_);
    for (const std::uint32_t number : old) {
      if (number != kNone) place(hash_of(number), number);
    }
  }

  std::vector<std::uint32_t> slots_;
  std::size_t count_ = 0;
};

}  // namespace treadle::graph
