#include "engine/memory_watch.h"

#include <gtest/gtest.h>

#include "treadle/error.h"

namespace treadle::engine {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
using TimePoint = MemoryWatch::TimePoint;

RunOptions limits(std::optional<std::size_t> memory_limit, std::optional<std::size_t> working_memory = {}) {
  RunOptions options;
  options.memory_limit = memory_limit;
  options.working_memory = working_memory;
  return options;
}

// Of a process of 100 MiB with 2 threads on a machine of 1000 MiB.
MemoryWatch watch(const RunOptions& options, int* trims = nullptr) {
  return {memory_limits(options, 2, 100 * kMiB, 1000 * kMiB), [trims] {
            if (trims != nullptr) ++*trims;
          }};
}

TEST(MemoryWatch, TakesAShareOfTheMachineUnlessToldOtherwise) {
  EXPECT_EQ(watch(limits({})).memory_limit(), 700 * kMiB);
  EXPECT_EQ(watch(limits({})).working_memory(), 598 * kMiB);
  EXPECT_EQ(watch(limits(400 * kMiB)).working_memory(), 298 * kMiB);
  EXPECT_EQ(watch(limits(400 * kMiB, 50 * kMiB)).working_memory(), 50 * kMiB);
  EXPECT_EQ(watch(limits(400 * kMiB, 350 * kMiB)).working_memory(), 298 * kMiB);
  EXPECT_EQ(watch(limits({}, 900 * kMiB)).working_memory(), 900 * kMiB);
}

TEST(MemoryWatch, RefusesLimitsThatCannotHold) {
  EXPECT_NO_THROW(watch(limits(80 * kMiB)));
  try {
    watch(limits(80 * kMiB - 1));
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("at least 80 MiB"), std::string::npos) << error.what();
  }
  EXPECT_THROW(watch(limits({}, 0)), InvalidArgument);
  EXPECT_EQ(watch(limits(80 * kMiB)).working_memory(), kMiB);  // something to fail with, in words
}

class MemorySampleTest : public testing::Test {
 protected:
  void sample(std::size_t resident, int times = 4) {
    for (int i = 0; i < times; ++i) watch_.sample(budget_, resident, now_ += std::chrono::milliseconds(50));
  }
  int trims_ = 0;
  MemoryWatch watch_ = watch(limits(400 * kMiB), &trims_);  // leaves 298
  MemoryBudget budget_{watch_.working_memory()};
  TimePoint now_{};
};

TEST_F(MemorySampleTest, WhatReservationsExplainIsThere) {
  const Reservation held = budget_.reserve("held", 200 * kMiB);
  sample(300 * kMiB);
  EXPECT_EQ(budget_.available(), 98 * kMiB);
  EXPECT_EQ(trims_, 0);
}

TEST_F(MemorySampleTest, WhatTheyDoNotExplainIsTakenOff) {
  const Reservation held = budget_.reserve("held", 100 * kMiB);
  sample(350 * kMiB);  // 250 outside: 150 of 400 are left for reservations
  EXPECT_EQ(budget_.available(), 50 * kMiB);
  EXPECT_EQ(trims_, 2);  // 200 ms, at most one each 100
  sample(200 * kMiB);
  EXPECT_EQ(budget_.available(), 198 * kMiB);
}

TEST(MemoryWatch, WhatTheHeapKeepsGoesBackBeforeItIsMuchOfTheBudget) {
  int trims = 0;
  MemoryWatch watched = watch(limits(900 * kMiB, 100 * kMiB), &trims);
  MemoryBudget budget{watched.working_memory()};
  TimePoint now{};
  const auto sample = [&](std::size_t resident) {
    for (int i = 0; i < 4; ++i) watched.sample(budget, resident, now += std::chrono::milliseconds(50));
  };
  sample(100 * kMiB);
  sample(120 * kMiB);
  EXPECT_EQ(trims, 0);
  sample(130 * kMiB);  // more than a quarter
  EXPECT_EQ(trims, 2);
  EXPECT_EQ(budget.available(), 100 * kMiB);
}

TEST_F(MemorySampleTest, AMomentDoesNotCount) {
  sample(350 * kMiB, 3);
  EXPECT_EQ(budget_.available(), 298 * kMiB);
  sample(100 * kMiB, 1);
  sample(350 * kMiB, 3);
  EXPECT_EQ(budget_.available(), 298 * kMiB);
  sample(350 * kMiB, 1);
  EXPECT_EQ(budget_.available(), 50 * kMiB);
}

TEST_F(MemorySampleTest, SomethingIsAlwaysLeft) {
  sample(4000 * kMiB);
  EXPECT_EQ(budget_.available(), kMiB);
  sample(0);  // the system does not say
  EXPECT_EQ(budget_.available(), kMiB);
}

}  // namespace
}  // namespace treadle::engine
