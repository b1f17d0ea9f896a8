#include "memory/kept_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "session/test_regimes.h"
#include "treadle/array.h"
#include "treadle/bag.h"
#include "treadle/client.h"
#include "treadle/delayed.h"
#include "treadle/error.h"

// What outlives its run, within the limits of those that come after it.
namespace treadle {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kLimit = 16 * kMiB;

/// Options with the limit, and what their runs cost.
struct Watched {
  explicit Watched(unsigned threads = 2) {
    options.run.working_memory = kLimit;
    options.engine = threads == 0 ? make_synchronous_engine() : make_threaded_engine(threads);
    options.on_start = [this](const Run& run) { runs.push_back(run); };
  }
  std::size_t peak() {
    std::size_t most = 0;
    for (Run& run : runs) most = std::max(most, run.statistics().peak_working_memory);
    return most;
  }
  std::uint64_t spilled() {
    std::uint64_t bytes = 0;
    for (Run& run : runs) bytes += run.statistics().progress.counter(Counter::kBytesSpilled);
    return bytes;
  }
  /// Lets go of the runs, and of the threads that may be about to.
  void end() {
    runs.clear();
    options.engine.reset();
  }
  ComputeOptions options;
  std::vector<Run> runs;
};

KeptValues& all() { return *KeptValues::of_process(); }

/// A thread that has just told of a result may hold it for a moment yet, also one of an engine that goes on.
void expect_nothing_kept() {
  const auto late = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (all().bytes_in_memory() + all().bytes_on_disk() != 0 && std::chrono::steady_clock::now() < late) {
    std::this_thread::yield();
  }
  EXPECT_EQ(all().bytes_in_memory(), 0U);
  EXPECT_EQ(all().bytes_on_disk(), 0U);
}

/// 32 MiB of numbers in chunks of 512 KiB.
constexpr std::int64_t kNumbers = 4 << 20;
Array numbers() { return array::arange(kNumbers, 1 << 16); }

std::string long_text(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  std::string text(kMiB, ' ');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

TEST(KeptBeyondRuns, AnArrayOfTwiceTheLimitIsPersisted) {
  for (const unsigned threads : {0U, 1U, 2U, 8U}) {
    Watched watched(threads);
    {
      const Array kept = (numbers() + numbers()).persist(watched.options);
      EXPECT_LE(all().bytes_in_memory(), kLimit);
      EXPECT_GT(all().bytes_on_disk(), 0U);
      for (int pass = 0; pass < 2; ++pass) {
        EXPECT_EQ(kept.sum().compute(watched.options).item<std::int64_t>(), kNumbers * (kNumbers - 1));
        EXPECT_LE(all().bytes_in_memory(), kLimit);
      }
    }
    EXPECT_GT(watched.spilled(), 0U) << threads;
    EXPECT_LE(watched.peak(), kLimit) << threads;
    watched.end();
    expect_nothing_kept();
  }
}

TEST(KeptBeyondRuns, BagsToo) {
  Watched watched;
  {
    std::vector<int> seeds(32);
    std::iota(seeds.begin(), seeds.end(), 0);
    const Bag<std::string> texts = from_sequence(seeds, 32).map(long_text).persist(watched.options);
    EXPECT_LE(all().bytes_in_memory(), kLimit);
    const std::vector<std::string> first =
        texts.map([](const std::string& text) { return text.substr(0, 20); }).compute(watched.options);
    ASSERT_EQ(first.size(), seeds.size());
    for (const int seed : seeds)
      EXPECT_EQ(first[static_cast<std::size_t>(seed)], long_text(seed).substr(0, 20));
  }
  EXPECT_GT(watched.spilled(), 0U);
  // Nobody knows how large a partition will be before it is there.
  EXPECT_LE(watched.peak(), kLimit + 2 * (kMiB + 1024));
  watched.end();
  expect_nothing_kept();
}

std::vector<Delayed<std::string>> texts(int count) {
  std::vector<Delayed<std::string>> calls;
  for (int i = 0; i < count; ++i) calls.push_back(delayed(long_text)(i));
  return calls;
}

std::size_t length(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

TEST(KeptBeyondRuns, DelayedValuesTooAndTheyAreTheSameForAnyLimit) {
  Watched watched;
  {
    const auto free = persist(texts(32));
    const auto tight = persist(texts(32), watched.options);
    EXPECT_LE(all().bytes_in_memory(), kLimit);
    for (std::size_t i = 0; i < tight.size(); ++i) {
      EXPECT_EQ(tight[i].compute(watched.options), free[i].compute(watched.options));
    }
    const auto again = persist(tight, watched.options);
    EXPECT_EQ(again[3].compute(), long_text(3)) << "what is kept may be kept again";
    const std::vector<Delayed<std::string>> some(tight.begin(), tight.begin() + 4);
    EXPECT_EQ(delayed(length)(some).compute(watched.options), 4 * kMiB);
  }
  EXPECT_GT(watched.spilled(), 0U);
  watched.end();
  expect_nothing_kept();
}

TEST(KeptBeyondRuns, TheResultsOfFuturesToo) {
  for (const bool queued : {true, false}) {
    ComputeOptions options;
    options.run.working_memory = kLimit;
    options.run.num_threads = 2;
    options.engine = make_threaded_engine(2);
    if (!queued) options.run.retries = 1;  // each call in a run of its own
    Client client(options);
    {
      std::vector<int> seeds(32);
      std::iota(seeds.begin(), seeds.end(), 0);
      const auto futures = client.map(long_text, seeds);
      wait(futures);
      EXPECT_LE(all().bytes_in_memory(), kLimit);
      EXPECT_GT(all().bytes_on_disk(), 0U);
      const auto sizes = client.map([](const std::string& text) { return text.substr(5, 9); }, futures);
      for (std::size_t i = 0; i < futures.size(); ++i) {
        EXPECT_EQ(sizes[i].result(), long_text(static_cast<int>(i)).substr(5, 9));
        EXPECT_EQ(futures[i].result(), long_text(static_cast<int>(i)));
      }
    }
    expect_nothing_kept();
  }
}

TEST(KeptBeyondRuns, ScatteredValuesToo) {
  ComputeOptions options;
  options.run.working_memory = kLimit;
  Client client(options);
  std::vector<Future<std::string>> futures;
  for (int i = 0; i < 32; ++i) futures.push_back(client.scatter(long_text(i)));
  EXPECT_LE(all().bytes_in_memory(), kLimit);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), long_text(i));
  }
  futures.clear();
  expect_nothing_kept();
}

struct Opaque {
  std::vector<char> bytes;
};

TEST(KeptBeyondRuns, WhatCannotBeSpilledIsNamedByWhoFindsNoRoom) {
  Watched watched;
  const auto kept = delayed([] { return Opaque{std::vector<char>(1)}; })().persist(watched.options);
  const Value large = all().keep(Value::pinned(Opaque(), kLimit - kMiB));
  try {
    texts(1)[0].compute(watched.options);  // one task always goes on
    numbers().persist(watched.options).sum().compute(watched.options);
    EXPECT_EQ(all().describe().find("kept values hold"), 0U);
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find("kept values hold"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("pinned"), std::string::npos) << error.what();
  }
}

TEST(KeptBeyondRuns, ManyRunsAtOnceShareWhatIsKept) {
  Watched watched(4);
  watched.options.on_start = nullptr;
  std::optional<Array> kept = (numbers() + numbers()).persist(watched.options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      EXPECT_EQ(kept->sum().compute(watched.options).item<std::int64_t>(), kNumbers * (kNumbers - 1));
      const Array own = (*kept + *kept).persist(watched.options);
      EXPECT_EQ(own.max().compute(watched.options).item<std::int64_t>(), 4 * (kNumbers - 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  kept.reset();
  watched.end();
  expect_nothing_kept();
}

TEST(KeptBeyondRuns, AFullDiskIsAWarningWhileMemoryIsThereAndLosesNothing) {
  Watched watched;
  watched.options.run.spill_quota = 4 * kMiB;
  const auto kept = persist(texts(24), watched.options);
  std::string warnings;
  for (treadle::Run& run : watched.runs) {
    for (const std::string& warning : run.statistics().warnings) warnings += warning;
  }
  EXPECT_NE(warnings.find("kept values stay in memory"), std::string::npos) << warnings;
  EXPECT_NE(warnings.find("spill_quota"), std::string::npos) << warnings;
  for (int i = 0; i < 24; ++i) EXPECT_EQ(kept[static_cast<std::size_t>(i)].compute(), long_text(i));
}

}  // namespace
}  // namespace treadle
