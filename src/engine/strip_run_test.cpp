#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "treadle/engine.h"
#include "treadle/error.h"

namespace treadle {
namespace {

// Strips from functions, and the order in which they were committed.
class Strips final : public StripLoop {
 public:
  explicit Strips(std::size_t count) : count_(count) {}
  std::size_t num_strips() const override { return count_; }
  std::size_t bytes_per_strip() const override { return bytes; }
  void run(std::size_t strip, TaskContext& context) override {
    reserved = context.memory().bytes();
    if (on_run) on_run(strip);
  }
  bool commit(std::size_t strip, TaskContext&) override {
    committed.push_back(strip);
    return on_commit ? on_commit(strip) : true;
  }

  std::size_t bytes = 0;
  std::atomic<std::size_t> reserved{0};
  std::function<void(std::size_t)> on_run;
  std::function<bool(std::size_t)> on_commit;
  std::vector<std::size_t> committed;

 private:
  std::size_t count_;
};

class RunsStrips final : public Operation {
 public:
  explicit RunsStrips(Strips& strips) : strips_(strips) {}
  std::string_view name() const override { return "strips"; }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    context.run_strips(strips_);
    return std::vector<Value>{Value()};
  }

 private:
  Strips& strips_;
};

class StripRunTest : public testing::TestWithParam<unsigned> {
 protected:
  using Run = treadle::Run;  // hides the test framework's function
  Run start(Strips& strips, RunOptions options = {}) {
    TaskGraph graph;
    graph.add(std::make_shared<const RunsStrips>(strips));
    options.num_threads = GetParam();
    return engine_->submit(std::move(graph), options);
  }
  void expect_committed(const Strips& strips, std::size_t count) {
    ASSERT_EQ(strips.committed.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(strips.committed[i], i);
  }
  std::shared_ptr<Engine> engine_ =
      GetParam() == 0 ? make_synchronous_engine() : make_threaded_engine(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Threads, StripRunTest, testing::Values(0, 1, 2, 8));

TEST_P(StripRunTest, CommitsInOrderEachStripOnce) {
  for (const std::size_t count : {0, 1, 2, 5, 1000}) {
    Strips strips(count);
    strips.on_run = [](std::size_t strip) {
      if (strip % 3 == 0) std::this_thread::yield();
    };
    start(strips).wait();
    expect_committed(strips, count);
  }
}

TEST_P(StripRunTest, SlowFirstStripHoldsTheOthersInTheWindow) {
  std::atomic<int> uncommitted{0}, most{0};
  Strips strips(200);
  strips.on_run = [&](std::size_t strip) {
    const int now = ++uncommitted;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    if (strip % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  strips.on_commit = [&](std::size_t) {
    --uncommitted;
    return true;
  };
  start(strips).wait();
  expect_committed(strips, 200);
  EXPECT_LE(most, static_cast<int>(std::max(GetParam(), 1U)) + 2);
}

TEST_P(StripRunTest, LowestFailedStripWins) {
  for (int round = 0; round < 20; ++round) {
    Strips strips(100);
    strips.on_run = [&](std::size_t strip) {
      if (strip == 5) std::this_thread::sleep_for(std::chrono::microseconds(200));
      if (strip >= 5) throw InvalidArgument("strip " + std::to_string(strip));
    };
    try {
      start(strips).wait();
      FAIL();
    } catch (const InvalidArgument& error) {
      EXPECT_STREQ(error.what(), "strip 5");
    }
    expect_committed(strips, 5);
  }
}

TEST_P(StripRunTest, FailedCommitIsTheStripsFailure) {
  Strips strips(50);
  strips.on_commit = [](std::size_t strip) {
    if (strip == 7) throw IoError("commit 7");
    return true;
  };
  EXPECT_THROW(start(strips).wait(), IoError);
  expect_committed(strips, 8);
}

TEST_P(StripRunTest, FalseEndsTheLoopAndHidesLaterFailures) {
  for (int round = 0; round < 20; ++round) {
    Strips strips(100);
    strips.on_run = [&](std::size_t strip) {
      if (strip == 11) throw InvalidArgument("nobody may see this");
    };
    strips.on_commit = [](std::size_t strip) { return strip != 10; };
    start(strips).wait();
    expect_committed(strips, 11);
  }
}

TEST_P(StripRunTest, OneStripGoesOnWithoutMemory) {
  Strips strips(20);
  strips.bytes = 1000;
  RunOptions options;
  options.working_memory = 100;
  Run run = start(strips, options);
  run.wait();
  expect_committed(strips, 20);
  EXPECT_EQ(strips.reserved, 1000u);
  EXPECT_EQ(run.statistics().peak_working_memory, 1000u);
}

TEST_P(StripRunTest, CancelStopsBetweenStrips) {
  if (GetParam() == 0) GTEST_SKIP() << "nobody else can run";
  std::atomic<bool> begun{false};
  Strips strips(1'000'000);
  strips.on_run = [&](std::size_t) {
    begun = true;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  };
  Run run = start(strips);
  while (!begun) std::this_thread::yield();
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  EXPECT_LT(strips.committed.size(), 1'000'000u);
}

}  // namespace
}  // namespace treadle
