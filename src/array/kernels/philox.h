#pragma once

#include <array>
#include <cstdint>

namespace treadle::array {

/// The random bits of one element: as many as are asked for, each draw a function of the seed, the stream,
/// the element's position and the draw's number.
class ElementBits {
 public:
  ElementBits(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) noexcept
      : key_(seed ^ (stream * 0x9E3779B97F4A7C15U)), position_(position) {}

  std::uint64_t next() noexcept {
    if (used_ == 2) {
      words_ = philox();
      ++round_;
      used_ = 0;
    }
    const std::size_t first = 2 * used_++;
    return words_[first] | std::uint64_t{words_[first + 1]} << 32;
  }
  /// In [0, 1), a multiple of 2^-53.
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// In (0, 1].
  double uniform_above_zero() noexcept { return 1.0 - uniform(); }
  /// Below `bound`, each number as likely (Lemire, 2019).
  std::uint64_t below(std::uint64_t bound) noexcept {
    const std::uint64_t least = (0 - bound) % bound;
    while (true) {
      const std::uint64_t bits = next();
      const std::uint64_t low = bits * bound;
      if (low >= least) return high_product(bits, bound);
    }
  }

 private:
  static std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t a_low = a & 0xFFFFFFFFU;
    const std::uint64_t b_low = b & 0xFFFFFFFFU;
    const std::uint64_t middle = (a >> 32) * b_low + ((a_low * b_low) >> 32);
    const std::uint64_t cross = a_low * (b >> 32) + (middle & 0xFFFFFFFFU);
    return (a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32);
  }

  std::array<std::uint32_t, 4> philox() const noexcept {
    std::array<std::uint32_t, 4> c = {static_cast<std::uint32_t>(position_),
                                      static_cast<std::uint32_t>(position_ >> 32), round_, 0};
    auto k0 = static_cast<std::uint32_t>(key_);
    auto k1 = static_cast<std::uint32_t>(key_ >> 32);
    for (int i = 0; i < 10; ++i) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c[0];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c[2];
      c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
           static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    return c;
  }

  std::uint64_t key_;
  std::uint64_t position_;
  std::uint32_t round_ = 0;
  std::size_t used_ = 2;
  std::array<std::uint32_t, 4> words_{};
};

}  // namespace treadle::array
