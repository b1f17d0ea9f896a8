#include "memory/spill_pace.h"

#include <gtest/gtest.h>

namespace treadle {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMiB = std::size_t{1} << 20;

void write(SpillPace& pace, int mebibytes, SpillPace::Duration each) {
  for (int i = 0; i < mebibytes; ++i) pace.wrote(kMiB, each);
}

TEST(SpillPace, KnowsAfterAWhile) {
  SpillPace pace;
  pace.wrote(kMiB / 2, 1ms);
  EXPECT_FALSE(pace.knows());
  pace.wrote(kMiB / 2, 1ms);
  EXPECT_TRUE(pace.knows());
}

TEST(SpillPace, SlowDisksAreWorthIt) {
  SpillPace pace;
  write(pace, 100, 5ms);
  EXPECT_TRUE(pace.worth_packing(64'000, 32'000, 80us));  // half of 305 saved
  EXPECT_FALSE(pace.worth_packing(64'000, 60'000, 80us));
  EXPECT_FALSE(pace.worth_packing(64'000, 64'000, 0us));
}

TEST(SpillPace, FastDisksAreWorthItForWhatShrinksToNothing) {
  SpillPace pace;
  write(pace, 100, 400us);
  EXPECT_FALSE(pace.worth_packing(64'000, 32'000, 80us));
  EXPECT_TRUE(pace.worth_packing(64'000, 600, 6us));
}

TEST(SpillPace, LearnsThatTheDiskHasBecomeSlow) {
  SpillPace pace;
  write(pace, 10'000, 400us);
  EXPECT_FALSE(pace.worth_packing(64'000, 32'000, 80us));
  write(pace, 100, 5ms);
  EXPECT_TRUE(pace.worth_packing(64'000, 32'000, 80us));
}

}  // namespace
}  // namespace treadle
