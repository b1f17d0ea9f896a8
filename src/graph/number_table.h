#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace treadle::graph {

/// A hash set of numbers of things that are kept elsewhere: eight bytes a slot, no nodes.
///
/// Open addressing with linear probing at most three quarters full. `hash` must be well mixed. The caller
/// compares. A slot keeps half of the hash: things that only share a place are told apart, and moved when the
/// table grows, without looking at them, which would be a trip to memory each.
class NumberTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The number among those of this hash for which `same(number)` holds, else kNone.
  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    if (slots_.empty()) return kNone;
    const auto wanted = static_cast<std::uint32_t>(hash);
    for (std::size_t at = wanted & mask(); slots_[at].number != kNone; at = (at + 1) & mask()) {
      if (slots_[at].hash == wanted && same(slots_[at].number)) return slots_[at].number;
    }
    return kNone;
  }

  /// Adds `number`, which must not be there.
  void insert(std::uint64_t hash, std::uint32_t number) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow(slots_.empty() ? 16 : slots_.size() * 2);
    place({number, static_cast<std::uint32_t>(hash)});
    ++count_;
  }

  /// Room for `count` numbers.
  void reserve(std::size_t count) {
    std::size_t size = 16;
    while (count * 4 > size * 3) size *= 2;
    if (size > slots_.size()) grow(size);
  }

  std::size_t nbytes() const noexcept { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint32_t number = kNone;
    std::uint32_t hash = 0;
  };

  std::size_t mask() const noexcept { return slots_.size() - 1; }

  void place(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow(std::size_t size) {
    std::vector<Slot> old(size);
    old.swap(slots_);
    for (const Slot slot : old) {
      if (slot.number != kNone) place(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace treadle::graph
