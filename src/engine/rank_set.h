#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace treadle::engine {

/// A set of numbers below a fixed bound that gives its smallest at once: a tree of bitmaps, 64 children a
/// node. insert() and pop_first() touch one word a level (four for 16 million), and it takes 1.02 bits a
/// number.
class RankSet {
 public:
  explicit RankSet(std::size_t bound) {
    do {
      bound = (bound + 63) / 64;
      levels_.emplace_back(bound, 0);
    } while (bound > 1);
  }

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// Adds a number that is not in the set.
  void insert(std::size_t number) noexcept {
    ++size_;
    for (auto& level : levels_) {
      std::uint64_t& word = level[number / 64];
      const bool was_empty = word == 0;
      word |= std::uint64_t{1} << (number % 64);
      if (!was_empty) return;
      number /= 64;
    }
  }

  /// Removes the smallest number and answers with it. The set must not be empty.
  std::size_t pop_first() noexcept {
    std::size_t number = 0;
    for (std::size_t i = levels_.size(); i-- > 0;) {
      number = number * 64 + static_cast<std::size_t>(std::countr_zero(levels_[i][number]));
    }
    erase(number);
    return number;
  }

  /// Removes a number that is in the set.
  void erase(std::size_t number) noexcept {
    --size_;
    for (auto& level : levels_) {
      std::uint64_t& word = level[number / 64];
      word &= ~(std::uint64_t{1} << (number % 64));
      if (word != 0) return;
      number /= 64;
    }
  }

 private:
  // levels_[0] has a bit for each number, levels_[i + 1] one for each word of levels_[i] that is not zero.
  std::vector<std::vector<std::uint64_t>> levels_;
  std::size_t size_ = 0;
};

}  // namespace treadle::engine
