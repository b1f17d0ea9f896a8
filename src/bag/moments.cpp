#include "treadle/moments.h"

#include <cmath>
#include <limits>

namespace treadle {
namespace {

/// Adds with what rounding loses kept beside (Neumaier, 1974).
void add_exactly(double number, double& sum, double& rest) noexcept {
  const double next = sum + number;
  // Infinities leave no rest.
  if (std::isfinite(next)) {
    rest += std::fabs(sum) >= std::fabs(number) ? (sum - next) + number : (number - next) + sum;
  }
  sum = next;
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Moments::add(double number) noexcept {
  ++count_;
  add_exactly(number, sum_, rest_);
  // After Welford (1962).
  const double step = number - mean_;
  mean_ += step / static_cast<double>(count_);
  squares_ += step * (number - mean_);
}

void Moments::absorb(const Moments& later) noexcept {
  if (later.count_ == 0) return;
  if (count_ == 0) {
    *this = later;
    return;
  }
  const auto mine = static_cast<double>(count_), theirs = static_cast<double>(later.count_);
  const double step = later.mean_ - mean_;
  mean_ += step * (theirs / (mine + theirs));
  squares_ += later.squares_ + step * step * (mine * theirs / (mine + theirs));
  count_ += later.count_;
  add_exactly(later.sum_, sum_, rest_);
  rest_ += later.rest_;
}

double Moments::mean() const noexcept { return count_ == 0 ? kNone : sum() / static_cast<double>(count_); }

double Moments::variance(std::int64_t ddof) const noexcept {
  return count_ <= ddof ? kNone : squares_ / static_cast<double>(count_ - ddof);
}

void Codec<Moments>::write(const Moments& moments, ByteSink& sink) {
  Codec<std::int64_t>::write(moments.count_, sink);
  for (const double number : {moments.sum_, moments.rest_, moments.mean_, moments.squares_}) {
    Codec<double>::write(number, sink);
  }
}

Moments Codec<Moments>::read(ByteSource& source) {
  Moments moments;
  moments.count_ = Codec<std::int64_t>::read(source);
  for (double* number : {&moments.sum_, &moments.rest_, &moments.mean_, &moments.squares_}) {
    *number = Codec<double>::read(source);
  }
  return moments;
}

}  // namespace treadle
