#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>

#include "treadle/delayed.h"
#include "treadle/engine.h"
#include "treadle/error.h"

namespace treadle {
namespace {

TEST(ComputeDelayed, RunsOnTheThreadedAndTheSynchronousEngine) {
  const auto add = delayed([](int a, int b) { return a + b; });
  const auto total = add(add(1, 2), add(3, 4));
  EXPECT_EQ(total.compute(), 10);
  ComputeOptions options;
  options.engine = make_synchronous_engine();
  EXPECT_EQ(total.compute(options), 10);
}

TEST(ComputeDelayed, WhatSeveralResultsShareRunsOnce) {
  std::atomic<int> calls = 0;
  const auto shared = delayed([&calls](int x) { return ++calls, x; })(5);
  const auto [twice, square] =
      compute(delayed([](int x) { return 2 * x; })(shared), delayed([](int x) { return x * x; })(shared));
  EXPECT_EQ(twice, 10);
  EXPECT_EQ(square, 25);
  EXPECT_EQ(calls, 1);
}

TEST(ComputeDelayed, PinnedAnswersStayInMemoryAndFailedCallsAreTriedAgain) {
  const auto spilled = [](bool pinned) {
    std::vector<Delayed<std::string>> texts;
    for (int i = 0; i < 10; ++i) {
      texts.push_back(delayed([](int) { return std::string(100'000, 'x'); })(i).with({.pinned = pinned}));
    }
    ComputeOptions options;
    options.run.working_memory = 300'000;
    std::optional<treadle::Run> run;
    options.on_start = [&](const treadle::Run& started) { run = started; };
    const auto total = delayed([](const std::vector<std::string>& all) { return all.size(); })(texts);
    EXPECT_EQ(total.compute(options), 10u);
    return run->statistics().progress.counter(Counter::kBytesSpilled);
  };
  EXPECT_GT(spilled(false), 0u);
  EXPECT_EQ(spilled(true), 0u);

  std::atomic<int> calls = 0;
  const auto flaky = delayed([&calls](int x) {
    if (++calls < 3) throw std::runtime_error("not yet");
    return x;
  });
  EXPECT_EQ(flaky(5).with({.retries = 2}).compute(), 5);
  EXPECT_EQ(delayed_value(7).with({.priority = 3}).compute(), 7);
}

TEST(ComputeDelayed, PersistRunsOnce) {
  std::atomic<int> calls = 0;
  const auto kept = delayed([&calls](int x) { return ++calls, x; })(5).persist();
  EXPECT_EQ(kept.compute(), 5);
  EXPECT_EQ(delayed([](int x) { return x + 1; })(kept).compute(), 6);
  EXPECT_EQ(calls, 1);
}

TEST(ComputeDelayed, SeveralPersistAtOnceAndWhatTheyShareRunsOnce) {
  std::atomic<int> calls = 0;
  const auto shared = delayed([&calls](int x) { return ++calls, x; })(5);
  const auto [twice, text] = persist(delayed([](int x) { return 2 * x; })(shared),
                                     delayed([](int x) { return std::to_string(x); })(shared));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(twice.compute(), 10);
  EXPECT_EQ(text.compute(), "5");
  EXPECT_EQ(twice.graph().num_tasks(), 1u);
  const auto kept = persist(std::vector{shared, shared});
  EXPECT_EQ(compute(kept), (std::vector<int>{5, 5}));
  EXPECT_EQ(calls, 2);
}

TEST(ComputeDelayed, SeveralTakeOptions) {
  ComputeOptions options;
  int runs = 0;
  options.on_start = [&runs](const auto&) { ++runs; };
  const auto [a, b] = compute(options, delayed_value(1), delayed_value(std::string("x")));
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, "x");
  EXPECT_EQ(std::get<0>(persist(options, delayed_value(1))).compute(), 1);
  EXPECT_EQ(runs, 2);
}

TEST(ComputeDelayed, AMillionCallsInAChainRunWithoutADeepStack) {
  const auto step = delayed([](int x) { return x + 1; });
  Delayed<int> chain = delayed_value(0);
  for (int i = 0; i < 1'000'000; ++i) chain = step(chain);
  EXPECT_EQ(chain.compute(), 1'000'000);
}

TEST(ComputeDelayed, AnErrorOfTreadleKeepsItsTypeAndAnotherIsWrapped) {
  const auto ours = delayed([]() -> int { throw InvalidArgument("no"); })();
  EXPECT_THROW(ours.compute(), InvalidArgument);
  const auto theirs = delayed([]() -> int { throw std::out_of_range("gone"); })();
  try {
    theirs.compute();
    FAIL();
  } catch (const TaskFailed& failed) {
    EXPECT_THROW(std::rethrow_exception(failed.cause()), std::out_of_range);
    EXPECT_NE(std::string(failed.what()).find("gone"), std::string::npos);
  }
}

TEST(ComputeDelayed, VectorsKeepTheirOrder) {
  std::vector<Delayed<int>> squares;
  for (int i = 0; i < 1000; ++i) squares.push_back(delayed([](int x) { return x * x; })(i));
  const std::vector<int> values = compute(squares);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i * i);
}

}  // namespace
}  // namespace treadle
