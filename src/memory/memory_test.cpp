#include "treadle/memory.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

TEST(MemoryBudget, CountsWhatReservationsHold) {
  MemoryBudget budget(100);
  {
    Reservation a = budget.reserve("a", 60);
    Reservation b = budget.reserve("b");
    EXPECT_TRUE(b.try_grow(40));
    EXPECT_FALSE(b.try_grow(1));
    a.shrink(20);
    EXPECT_TRUE(b.try_grow(20));
    EXPECT_EQ(budget.used(), 100u);
    Reservation moved = std::move(a);
    EXPECT_EQ(moved.bytes(), 40u);
    moved = budget.reserve("c");
    EXPECT_EQ(budget.used(), 60u);
  }
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_EQ(budget.peak(), 100u);
}

TEST(MemoryBudget, RefusalNamesHolderBytesAndSetting) {
  MemoryBudget budget(1024, "working_memory");
  Reservation held = budget.reserve("scan", 512);
  try {
    budget.reserve("aggregate", 1024);
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_STREQ(
        error.what(),
        "aggregate needs 1 KiB more, but 512 B of working_memory's 1 KiB are in use; raise working_memory, "
        "or lower the number of threads");
  }
  EXPECT_EQ(budget.used(), 512u);
}

TEST(MemoryBudget, OneCanGoOnAnyway) {
  MemoryBudget budget(10);
  Reservation held = budget.reserve("a", 10);
  held.grow_anyway(5);
  EXPECT_EQ(budget.used(), 15u);
  EXPECT_EQ(budget.available(), 0u);
  held.resize(3);
  EXPECT_EQ(budget.available(), 7u);
}

TEST(MemoryBudget, BytesCanChangeTheirHolder) {
  MemoryBudget budget(100);
  Reservation a = budget.reserve("a", 60), b = budget.reserve("b", 40);
  a.absorb(std::move(b));
  EXPECT_EQ(a.bytes(), 100u);
  EXPECT_EQ(budget.used(), 100u);
  EXPECT_EQ(budget.peak(), 100u);
  a.resize(0);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(MemoryBudget, AsksTheReclaimerBeforeItRefuses) {
  MemoryBudget budget(100);
  Reservation values = budget.reserve("values", 90);
  int asked = 0;
  budget.set_reclaimer([&](std::size_t) {
    ++asked;
    if (values.bytes() < 30) return false;
    values.shrink(30);
    return true;
  });
  Reservation work = budget.reserve("work", 60);
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(work.try_grow(20, false));
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(work.try_grow(1000));
}

TEST(MemoryBudget, UnaccountedMemoryIsNotThereToReserve) {
  MemoryBudget budget(100);
  budget.set_unaccounted(70);
  EXPECT_THROW(budget.reserve("a", 31), OutOfMemory);
  EXPECT_EQ(budget.reserve("a", 30).bytes(), 30u);
  budget.set_unaccounted(1000);
  EXPECT_THROW(budget.reserve("a", 1), OutOfMemory);
}

TEST(MemoryBudget, HugeWishesDoNotWrapAround) {
  MemoryBudget budget(100);
  Reservation held = budget.reserve("a", 50);
  EXPECT_FALSE(held.try_grow(SIZE_MAX));
  EXPECT_FALSE(held.try_grow(SIZE_MAX - 20));
}

TEST(MemoryBudget, ThreadsNeverExceedTheLimit) {
  MemoryBudget budget(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Reservation mine = budget.reserve("thread");
      for (int i = 0; i < 5000; ++i) {
        if (!mine.try_grow(static_cast<std::size_t>(i % 97))) mine.resize(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_LE(budget.peak(), 1000u);
}

TEST(Reservation, OfNoBudgetCannotGrow) {
  Reservation none;
  EXPECT_THROW(none.grow(1), InternalError);
  EXPECT_FALSE(none.try_grow(1));
}

}  // namespace
}  // namespace treadle
