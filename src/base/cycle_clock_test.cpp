#include "base/cycle_clock.h"

#include <gtest/gtest.h>

namespace treadle {
namespace {

// Over the next five milliseconds.
double measured_ticks_per_ns() {
  constexpr std::uint64_t kNanoseconds = 5'000'000;
  const std::uint64_t time = now_ns(), tick = ticks();
  while (now_ns() - time < kNanoseconds) pause_briefly();
  return static_cast<double>(ticks() - tick) / static_cast<double>(now_ns() - time);
}

TEST(CycleClock, CountsAtAConstantRate) {
  const double first = measured_ticks_per_ns();
  EXPECT_GT(first, 0.01);
  EXPECT_NEAR(measured_ticks_per_ns() / first, 1.0, 0.2);
}

}  // namespace
}  // namespace treadle
