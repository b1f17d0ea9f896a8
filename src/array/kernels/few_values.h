#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace treadle::array {

/// An element that occurs: where first, and how often.
template <class T>
struct Occurring {
  T value;
  std::int64_t first;
  std::int64_t count;
};

/// Distinct elements while they are few: a table that stays in the first cache, which spares data of few
/// values being sorted. All NaN are one value, and so are both zeros.
template <class T>
class FewValues {
 public:
  static constexpr std::size_t kMost = 512;

  /// False if there are too many; what was added before is lost then.
  bool add(T value, std::int64_t place) {
    const std::uint64_t bits = bits_of(value);
    for (std::size_t slot = (bits * 0x9E3779B97F4A7C15U) >> (64 - kSlotBits);; slot = (slot + 1) % kSlots) {
      const std::uint16_t number = slots_[slot];
      if (number == 0) {
        if (found_.size() == kMost) return false;
        found_.push_back({value, place, 1});
        bits_[found_.size()] = bits;
        slots_[slot] = static_cast<std::uint16_t>(found_.size());
        return true;
      }
      if (bits_[number] == bits) {
        ++found_[number - 1U].count;
        return true;
      }
    }
  }
  std::vector<Occurring<T>> take() { return std::move(found_); }

 private:
  static constexpr std::size_t kSlotBits = 11;
  static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;

  static std::uint64_t bits_of(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(value)) return ~std::uint64_t{0};
      return std::bit_cast<std::uint64_t>(static_cast<double>(value) + 0.0);
    } else {
      return static_cast<std::uint64_t>(value);
    }
  }

  std::array<std::uint16_t, kSlots> slots_ = {};
  std::array<std::uint64_t, kMost + 1> bits_ = {};
  std::vector<Occurring<T>> found_;
};

}  // namespace treadle::array
