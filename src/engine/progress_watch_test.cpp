#include "engine/progress_watch.h"

#include <gtest/gtest.h>

namespace treadle::engine {
namespace {

using namespace std::chrono_literals;

class ProgressWatchTest : public testing::Test {
 protected:
  bool stuck_after(std::chrono::nanoseconds passed, std::uint64_t marks, std::chrono::nanoseconds cpu = {}) {
    now_ += passed;
    return watch_.stuck(now_, {marks, cpu});
  }
  ProgressWatch watch_{10min};
  ProgressWatch::TimePoint now_{};
};

TEST_F(ProgressWatchTest, TellsOnceNothingHasHappenedForTooLong) {
  EXPECT_FALSE(stuck_after(0s, 5));
  EXPECT_FALSE(stuck_after(9min, 5));
  EXPECT_TRUE(stuck_after(1min, 5));
}

TEST_F(ProgressWatchTest, AnyMarkBeginsTheTimeAnew) {
  EXPECT_FALSE(stuck_after(0s, 5));
  EXPECT_FALSE(stuck_after(9min, 6));
  EXPECT_FALSE(stuck_after(9min, 6));
  EXPECT_TRUE(stuck_after(1min, 6));
}

TEST_F(ProgressWatchTest, ThreadsThatComputeGetOn) {
  auto cpu = 0s;
  EXPECT_FALSE(stuck_after(0s, 5, cpu));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(stuck_after(1min, 5, cpu += 59s));
}

TEST_F(ProgressWatchTest, ThreadsThatWakeUpToLookDoNot) {
  auto cpu = 0s;
  EXPECT_FALSE(stuck_after(0s, 5, cpu));
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(stuck_after(1min, 5, cpu += 1s));
  EXPECT_TRUE(stuck_after(1min, 5, cpu += 1s));
}

TEST_F(ProgressWatchTest, AThreadThatLeavesTakesItsTimeAlong) {
  EXPECT_FALSE(stuck_after(0s, 5, 100min));
  EXPECT_FALSE(stuck_after(9min, 5, 1min));
  EXPECT_TRUE(stuck_after(1min, 5, 1min));
}

TEST_F(ProgressWatchTest, ARunThatNobodyDrivesIsNotWatched) {
  EXPECT_FALSE(stuck_after(0s, 5));
  watch_.restart(now_ + 9min);
  EXPECT_FALSE(stuck_after(10min, 5));
  EXPECT_TRUE(stuck_after(9min, 5));
}

TEST(ProgressWatch, NoPatienceIsNoWatch) {
  ProgressWatch watch{0ns};
  const ProgressWatch::TimePoint now{};
  EXPECT_FALSE(watch.stuck(now, {1, 0ns}));
  EXPECT_FALSE(watch.stuck(now + 1000h, {1, 0ns}));
}

}  // namespace
}  // namespace treadle::engine
