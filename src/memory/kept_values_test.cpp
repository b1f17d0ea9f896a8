#include "memory/kept_values.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

constexpr std::size_t kSize = 10'000;

std::string text_of(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  std::string text(kSize, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

SpillPlace place(SpillAccount::Limits limits = {std::nullopt, 0}) {
  return {"here", limits, [] { return testing::TempDir(); }};
}

std::shared_ptr<KeptValues> made() { return std::make_shared<KeptValues>(); }

const KeptValue& handle(const Value& value) { return value.get<KeptValue>(); }

/// Descriptors of this process that are spill files.
int open_files() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    count += target.find("(deleted)") != std::string::npos ? 1 : 0;
  }
  return count;
}

TEST(KeptValues, AHandleHasNoBytesOfItsOwnAndSmallValuesAreTheirOwn) {
  const auto all = made();
  const Value kept = all->keep(Value::of(text_of(1)));
  ASSERT_NE(kept_in(kept), nullptr);
  EXPECT_EQ(kept.nbytes(), 0U);
  EXPECT_EQ(all->bytes_in_memory(), handle(kept).nbytes());
  EXPECT_EQ(resolved(kept).get<std::string>(), text_of(1));
  const Value small = all->keep(Value::of(std::int64_t{5}));
  EXPECT_EQ(kept_in(small), nullptr);
  EXPECT_EQ(resolved(small).get<std::int64_t>(), 5);
  const Value again = all->keep(kept);
  EXPECT_EQ(all->bytes_in_memory(), handle(kept).nbytes()) << "a handle is not kept once more";
  EXPECT_EQ(resolved(again).get<std::string>(), text_of(1));
}

TEST(KeptValues, TheLeastRecentlyUsedGoFirstAndComeBackEqual) {
  const auto all = made();
  std::vector<Value> kept;
  for (int i = 0; i < 4; ++i) kept.push_back(all->keep(Value::of(text_of(i))));
  const std::size_t each = handle(kept[0]).nbytes();
  handle(kept[0]).in_memory();
  const KeptValues::Spilled spilled = all->spill(each + 1, place());
  EXPECT_EQ(spilled.freed, 2 * each);
  EXPECT_GE(spilled.written, 2 * kSize);
  EXPECT_FALSE(handle(kept[0]).in_memory().empty());
  EXPECT_TRUE(handle(kept[1]).in_memory().empty());
  EXPECT_TRUE(handle(kept[2]).in_memory().empty());
  EXPECT_FALSE(handle(kept[3]).in_memory().empty());
  EXPECT_EQ(all->bytes_in_memory(), 2 * each);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(handle(kept[static_cast<std::size_t>(i)]).get().get<std::string>(), text_of(i));
  }
  EXPECT_EQ(all->bytes_in_memory(), 2 * each) << "who only looks brings nothing back";
}

TEST(KeptValues, WhatIsLookedAtStays) {
  const auto all = made();
  const Value kept = all->keep(Value::of(text_of(1)));
  Value looked_at = handle(kept).in_memory();
  EXPECT_EQ(all->spill(1, place()).freed, 0U);
  looked_at = Value();
  EXPECT_GT(all->spill(1, place()).freed, 0U);
}

TEST(KeptValues, WhatLiesOnDiskAlreadyIsNotWrittenTwice) {
  const auto all = made();
  MemoryBudget budget(10 * kSize);
  const KeptAccount account(all, budget);
  const Value kept = all->keep(Value::of(text_of(1)));
  EXPECT_GT(all->spill(1, place()).written, kSize);
  EXPECT_EQ(budget.used(), 0U);
  Reservation room = budget.reserve("test");
  EXPECT_EQ(handle(kept).bring_back(room, false).get<std::string>(), text_of(1));
  EXPECT_EQ(room.bytes(), 0U) << "it is charged with the value";
  EXPECT_EQ(budget.used(), handle(kept).nbytes());
  const KeptValues::Spilled again = all->spill(1, place());
  EXPECT_EQ(again.written, 0U);
  EXPECT_EQ(again.freed, handle(kept).nbytes());
  EXPECT_EQ(handle(kept).get().get<std::string>(), text_of(1));
}

TEST(KeptValues, WhatHasNoRoomStaysOnDiskUnlessItMust) {
  const auto all = made();
  MemoryBudget budget(kSize);
  const KeptAccount account(all, budget);
  const Value kept = all->keep(Value::of(text_of(1)));
  all->spill(1, place());
  Reservation room = budget.reserve("test");
  EXPECT_TRUE(handle(kept).bring_back(room, false).empty());
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_FALSE(handle(kept).bring_back(room, true).empty());
  EXPECT_EQ(budget.used(), handle(kept).nbytes());
}

TEST(KeptValues, CountInEveryBudgetAndGoWithTheLastHandle) {
  const auto all = made();
  MemoryBudget first(1'000'000), second(1'000'000);
  const KeptAccount one(all, first);
  Reservation room = first.reserve("test", 4000);
  Value kept = all->keep(Value::of(text_of(1)), room);
  const std::size_t bytes = handle(kept).nbytes();
  EXPECT_EQ(first.used(), bytes) << "what was reserved is part of it";
  EXPECT_EQ(first.peak(), bytes);
  {
    const KeptAccount two(all, second);
    EXPECT_EQ(second.used(), bytes);
  }
  EXPECT_EQ(second.used(), 0U);
  Value copy = kept;
  kept = Value();
  EXPECT_EQ(first.used(), bytes);
  copy = Value();
  EXPECT_EQ(first.used(), 0U);
  EXPECT_EQ(all->bytes_in_memory(), 0U);
}

TEST(KeptValues, TheirFileGoesWithTheLastHandle) {
  const int before = open_files();
  const auto all = made();
  std::vector<Value> kept;
  for (int i = 0; i < 3; ++i) kept.push_back(all->keep(Value::of(text_of(i))));
  all->spill(SIZE_MAX, place());
  EXPECT_EQ(open_files(), before + 1) << "one file for all";
  const std::uint64_t on_disk = all->bytes_on_disk();
  EXPECT_GE(on_disk, 3 * kSize);
  kept.pop_back();
  EXPECT_LT(all->bytes_on_disk(), on_disk);
  kept.clear();
  EXPECT_EQ(all->bytes_on_disk(), 0U);
  EXPECT_EQ(open_files(), before);
}

struct Opaque {
  std::string text;
};

TEST(KeptValues, ValuesWithoutACodecStayAndAreNamed) {
  const auto all = made();
  MemoryBudget budget(1'000'000);
  const KeptAccount account(all, budget);
  const Value pinned = all->keep(Value::pinned(Opaque{text_of(1)}, 50'000));
  const Value other = all->keep(Value::of(text_of(2)));
  EXPECT_EQ(all->spill(SIZE_MAX, place()).freed, handle(other).nbytes());
  EXPECT_EQ(budget.used(), 50'000U);
  EXPECT_EQ(all->describe(), "kept values hold 48.83 KiB, the largest, of kind pinned, 48.83 KiB");
  EXPECT_EQ(resolved(pinned).get<Opaque>().text, text_of(1));
}

TEST(KeptValues, AFullDiskSaysSoAndNothingIsLost) {
  const auto all = made();
  std::vector<Value> kept;
  for (int i = 0; i < 3; ++i) kept.push_back(all->keep(Value::of(text_of(i))));
  try {
    all->spill(SIZE_MAX, place({15'000, 0}));
    FAIL() << "expected IoError";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("spill_quota"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("kept values holds"), std::string::npos) << error.what();
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(resolved(kept[static_cast<std::size_t>(i)]).get<std::string>(), text_of(i));
  }
  EXPECT_GT(all->spill(SIZE_MAX, place()).freed, 0U) << "a victim that was not written may be chosen again";
}

TEST(KeptValues, ACorruptFileIsNamed) {
  const auto all = made();
  const Value kept = all->keep(Value::of(text_of(1)));
  all->spill(1, place());
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!target.starts_with(testing::TempDir()) || !target.ends_with("(deleted)")) continue;
    const int file = ::open(entry.path().c_str(), O_RDWR);
    if (file < 0) continue;
    EXPECT_EQ(::pwrite(file, "damage", 6, 5000), 6);
    ::close(file);
  }
  try {
    resolved(kept);
    FAIL() << "expected IoError";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("is corrupt"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(testing::TempDir().substr(0, 4)), std::string::npos);
  }
}

TEST(KeptValues, ManyThreadsReadReleaseAndSpill) {
  const auto all = made();
  MemoryBudget budget(20 * kSize);
  const KeptAccount account(all, budget);
  std::vector<Value> kept;
  for (int i = 0; i < 32; ++i) kept.push_back(all->keep(Value::of(text_of(i))));
  std::vector<std::string> expected;
  for (int i = 0; i < 32; ++i) expected.push_back(text_of(i));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int round = 0; round < 300; ++round) {
        const std::size_t i = random() % kept.size();
        if (round % 3 == 0) {
          all->spill(kSize, place());
        } else if (round % 7 == 0) {
          const Value own = all->keep(Value::of(expected[i]));
          all->spill(2 * kSize, place());
          wrong += resolved(own).get<std::string>() != expected[i];
        } else {
          Reservation room = budget.reserve("test");
          wrong += handle(kept[i]).bring_back(room, true).get<std::string>() != expected[i];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(budget.used(), all->bytes_in_memory());
  kept.clear();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(all->bytes_on_disk(), 0U);
}

}  // namespace
}  // namespace treadle
