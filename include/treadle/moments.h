#pragma once

#include <cstdint>
#include <optional>

#include "treadle/value.h"

namespace treadle {

/// What mean and variance are made of. Put together in the order of the numbers, the same whatever the
/// threads.
class Moments {
 public:
  void add(double number) noexcept;
  void absorb(const Moments& later) noexcept;
  std::int64_t count() const noexcept { return count_; }
  double sum() const noexcept { return sum_ + rest_; }
  /// NaN of no numbers.
  double mean() const noexcept;
  /// NaN of at most `ddof` numbers.
  double variance(std::int64_t ddof = 0) const noexcept;

 private:
  friend struct Codec<Moments>;
  std::int64_t count_ = 0;
  double sum_ = 0, rest_ = 0;  // rest_: what rounding took from sum_
  double mean_ = 0, squares_ = 0;
};

template <>
struct Codec<Moments> {
  static constexpr std::string_view kind = "moments";
  static std::size_t nbytes(const Moments&) { return sizeof(Moments); }
  static void write(const Moments& moments, ByteSink& sink);
  static Moments read(ByteSource& source);
};

}  // namespace treadle
