#include "base/cycle_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace treadle {
namespace {

TEST(CycleClock, AgreesWithTheSystemsClock) {
  const std::uint64_t tick = ticks(), time = now_ns();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double by_ticks = static_cast<double>(ticks() - tick) / ticks_per_ns();
  const double by_clock = static_cast<double>(now_ns() - time);
  EXPECT_NEAR(by_ticks / by_clock, 1.0, 0.2);
}

}  // namespace
}  // namespace treadle
