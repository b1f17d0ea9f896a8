#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "columnar/bitmap.h"

namespace treadle::dataframe {

/// A sum of floats in eight lanes, by row number modulo eight: the same bits whatever the width of the
/// processor's vectors and wherever morsels are cut. A null adds nothing: lanes start at +0.0, so adding +0.0
/// changes no bit.
class FloatLanes {
 public:
  template <class T>
  void add(const T* values, std::size_t count, std::uint64_t row) {
    std::size_t i = 0;
    for (; i < count && ((row + i) & 7) != 0; ++i) lanes_[(row + i) & 7] += static_cast<double>(values[i]);
    std::array<double, 8> lanes = lanes_;
    for (; i + 8 <= count; i += 8) {
      for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += static_cast<double>(values[i + lane]);
    }
    lanes_ = lanes;
    for (; i < count; ++i) lanes_[(row + i) & 7] += static_cast<double>(values[i]);
  }
  /// Bits of `valid` from `begin` on say which values count; how many that are.
  template <class T>
  std::int64_t add(const T* values, const std::uint8_t* valid, std::int64_t begin, std::size_t count,
                   std::uint64_t row) {
    std::int64_t added = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const bool there = columnar::get_bit(valid, begin + static_cast<std::int64_t>(i));
      lanes_[(row + i) & 7] += there ? static_cast<double>(values[i]) : 0.0;
      added += there ? 1 : 0;
    }
    return added;
  }
  /// The sum; the lanes are empty afterwards.
  double take() {
    const auto& l = lanes_;
    const double sum = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
    lanes_ = {};
    return sum;
  }

 private:
  std::array<double, 8> lanes_{};
};

}  // namespace treadle::dataframe
