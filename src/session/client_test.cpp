#include "treadle/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>

#include "treadle/engine.h"
#include "treadle/error.h"

namespace treadle {
namespace {

int inc(int x) { return x + 1; }
int sum(const std::vector<int>& items) { return std::accumulate(items.begin(), items.end(), 0); }

// Holds tasks back until it is opened. Tasks that were given up share it as long as they wait.
class Gate {
 public:
  void open() { latch_->count_down(); }
  auto pass() {
    return [latch = latch_](int x) {
      latch->wait();
      return x;
    };
  }

 private:
  std::shared_ptr<std::latch> latch_ = std::make_shared<std::latch>(1);
};

/// For tasks that go on while another one is held back, also where there is one processor.
ComputeOptions two_threads() {
  ComputeOptions options;
  options.run.num_threads = 2;
  return options;
}

TEST(Client, SubmitMapAndGather) {
  Client client;
  const auto futures = client.map(inc, std::vector<int>{1, 2, 3});
  EXPECT_EQ(client.gather(futures), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(client.submit(sum, futures).result(), 9);
}

TEST(Client, MapsFuturesAndSeveralRangesSideBySide) {
  Client client;
  const auto add = [](int a, double b) { return a + b; };
  const auto first = client.map(inc, std::vector<int>{1, 2, 3});
  EXPECT_EQ(client.gather(client.map(add, first, std::vector<double>{0.5, 1.5})),
            (std::vector<double>{2.5, 4.5}));
  EXPECT_EQ(client.gather(client.map(inc, first)), (std::vector<int>{3, 4, 5}));
  EXPECT_TRUE(client.map(inc, std::vector<int>()).empty());
}

TEST(Client, GathersSeveralOfDifferentTypes) {
  Client client;
  const auto [number, text] = client.gather(client.submit(inc, 1), client.scatter(std::string("x")));
  EXPECT_EQ(number, 2);
  EXPECT_EQ(text, "x");
}

TEST(Client, GatherThrowsWhatTheFirstFailedOneThrew) {
  Client client;
  const auto fails = [](int x) -> int {
    if (x == 1) throw std::out_of_range("one");
    if (x == 2) throw std::length_error("two");
    return x;
  };
  EXPECT_THROW(client.gather(client.map(fails, std::vector<int>{0, 1, 2})), std::out_of_range);
  EXPECT_THROW(client.gather(client.map(fails, std::vector<int>{0, 2, 1})), std::length_error);
}

// One thread: a task that slept while it waits would wait for ever.
ComputeOptions one_thread() {
  ComputeOptions options;
  options.engine = make_threaded_engine(1);
  return options;
}

TEST(Client, ATaskMayWaitForFuturesOfItsOwnEngine) {
  Client client(one_thread());
  const auto outer = client.submit(
      [&client](int x) {
        const auto chained = client.submit(inc, client.submit(inc, client.submit(inc, x)));
        return chained.result() + client.submit(sum, client.map(inc, std::vector<int>{1, 2})).result();
      },
      10);
  EXPECT_EQ(outer.result(), 13 + 5);
}

TEST(Client, ATaskMayTakeFuturesAsTheyComplete) {
  Client client(one_thread());
  const auto outer = client.submit([&client] {
    int total = 0;
    for (const auto& future : as_completed(client.map(inc, std::vector<int>{1, 2, 3})))
      total += future.result();
    const auto pair = client.map(inc, std::vector<int>{1, 2});
    total += wait(pair, WaitFor::kFirst).done.empty() ? 1000 : 0;
    return total + sum(client.gather(pair));
  });
  EXPECT_EQ(outer.result(), 9 + 5);
}

TEST(Client, ATaskMayWaitForALongChain) {
  Client client(one_thread());
  const auto outer = client.submit([&client] {
    Future<int> last = client.scatter(0);
    for (int i = 0; i < 5'000; ++i) last = client.submit(inc, last);
    return last.result();
  });
  EXPECT_EQ(outer.result(), 5'000);
}

TEST(Client, TasksWaitForTasksAtAnyDepth) {
  Client client(one_thread());
  std::function<int(int)> depth = [&](int left) -> int {
    return left == 0 ? 0 : 1 + client.submit(depth, left - 1).result();
  };
  EXPECT_EQ(client.submit(depth, 50).result(), 50);
}

TEST(Client, WorksOnTheSynchronousEngine) {
  ComputeOptions options;
  options.engine = make_synchronous_engine();
  Client client(options);
  const auto futures = client.map(inc, std::vector<int>{1, 2, 3});
  EXPECT_EQ(client.submit(sum, futures).result(), 9);
}

TEST(Client, AFutureMayBeAnArgumentBeforeItIsThere) {
  Client client;
  Gate gate;
  const auto first = client.submit(gate.pass(), 1);
  const auto second = client.submit(inc, first);
  EXPECT_EQ(second.status(), FutureStatus::kPending);
  EXPECT_EQ(second.result(std::chrono::milliseconds(1)), std::nullopt);
  gate.open();
  EXPECT_EQ(second.result(), 2);
}

TEST(Client, ScatteredValuesAreShared) {
  Client client;
  const auto data = client.scatter(std::vector<int>{1, 2, 3});
  EXPECT_TRUE(data.done());
  EXPECT_EQ(client.submit(sum, data).result(), 6);
}

TEST(Client, DelayedComputationsBecomeFutures) {
  Client client;
  EXPECT_EQ(client.compute(delayed(inc)(delayed(inc)(1))).result(), 3);
}

TEST(Client, ExceptionsKeepTheirTypeAndReachWhatDependsOnThem) {
  Client client;
  const auto bad = client.submit([]() -> int { throw std::out_of_range("gone"); });
  EXPECT_THROW(bad.result(), std::out_of_range);
  EXPECT_EQ(bad.status(), FutureStatus::kFailed);
  const auto after = client.submit(inc, bad);
  EXPECT_THROW(after.result(), std::out_of_range);
  EXPECT_NE(after.exception(), nullptr);
  EXPECT_EQ(client.submit(inc, 1).result(), 2);
}

TEST(Client, WhatIsNoStdExceptionKeepsItsTypeToo) {
  Client client;
  const auto bad = client.submit([]() -> int { throw 42; });
  try {
    bad.result();
    FAIL();
  } catch (int thrown) {
    EXPECT_EQ(thrown, 42);
  }
  EXPECT_THROW(client.submit(inc, bad).result(), int);
}

TEST(Client, AFutureThatNobodyHoldsIsCancelled) {
  Client client;
  Gate gate;
  const auto held = client.submit(gate.pass(), 1);
  const auto ran = std::make_shared<std::atomic<bool>>(false);
  {
    const auto dropped = client.submit([ran](int x) { return *ran = true, x; }, held);
    EXPECT_EQ(dropped.status(), FutureStatus::kPending);
  }
  while (ran.use_count() > 1) std::this_thread::yield();  // its function went with it, uncalled
  gate.open();
  EXPECT_EQ(held.result(), 1);
  EXPECT_FALSE(*ran);
}

TEST(Client, SeveralFuturesAreCancelledAtOnce) {
  Client client;
  Gate gate;
  const auto futures = client.map(gate.pass(), std::vector<int>{1, 2, 3});
  client.cancel(futures);
  for (const auto& future : futures) EXPECT_THROW(future.result(), Cancelled);
  EXPECT_EQ(wait(futures).done.size(), 3u);
  gate.open();
}

TEST(Client, CancellingWhatHasEndedChangesNothing) {
  Client client;
  const auto future = client.submit(inc, 1);
  future.result();
  future.cancel();
  EXPECT_EQ(future.status(), FutureStatus::kFinished);
  EXPECT_EQ(future.result(), 2);
}

TEST(Client, CancellingEndsAFutureAndWhatDependsOnIt) {
  Client client;
  Gate gate;
  const auto held = client.submit(gate.pass(), 1);
  const auto after = client.submit(inc, held);
  held.cancel();
  EXPECT_TRUE(held.cancelled());
  EXPECT_THROW(after.result(), Cancelled);
  gate.open();
}

TEST(Client, WaitForTheFirstOrForAllOrForSomeTime) {
  Client client(two_threads());
  Gate gate;
  const std::vector<Future<int>> futures{client.submit(gate.pass(), 1), client.submit(inc, 1)};
  const auto first = wait(futures, WaitFor::kFirst);
  ASSERT_EQ(first.done.size(), 1u);
  EXPECT_EQ(first.done[0].result(), 2);
  EXPECT_EQ(wait(futures, WaitFor::kAll, std::chrono::milliseconds(1)).not_done.size(), 1u);
  gate.open();
  EXPECT_EQ(wait(futures).done.size(), 2u);
}

TEST(Client, AsCompletedGivesEachFutureOnceTheEarliestFirst) {
  Client client(two_threads());
  Gate gate;
  std::vector<Future<int>> futures{client.submit(gate.pass(), 100)};
  for (int i = 0; i < 10; ++i) futures.push_back(client.submit(inc, i));
  std::multiset<int> seen;
  int last = 0;
  for (const auto& future : as_completed(futures)) {
    last = future.result();
    seen.insert(last);
    if (seen.size() == 10) gate.open();
  }
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(last, 100);
}

TEST(Client, AsCompletedOfNothingIsEmptyAndOfWhatHasEndedDoesNotWait) {
  Client client;
  for ([[maybe_unused]] const auto& future : as_completed(std::vector<Future<int>>())) FAIL();
  const auto ended = client.map(inc, std::vector<int>{1, 2});
  wait(ended);
  int seen = 0;
  for (const auto& future : as_completed(ended)) seen += future.result();
  EXPECT_EQ(seen, 5);
}

TEST(Client, WhatACallbackThrowsReachesNobody) {
  Client client;
  Gate gate;
  const auto future = client.submit(gate.pass(), 1);
  std::atomic<bool> called = false;
  future.add_done_callback([](const Future<int>&) { throw std::out_of_range("callback"); });
  future.add_done_callback([&](const Future<int>&) { called = true; });
  gate.open();
  EXPECT_EQ(future.result(), 1);
  while (!called) std::this_thread::yield();
  EXPECT_EQ(client.submit(inc, future).result(), 2);
}

TEST(Client, CallbacksHearOfFailureAndCancellation) {
  Client client;
  Gate gate;
  std::atomic<int> failed = 0, cancelled = 0;
  const auto bad = client.submit([]() -> int { throw std::out_of_range("gone"); });
  bad.add_done_callback([&](const Future<int>& done) { failed += done.exception() != nullptr ? 1 : 0; });
  const auto held = client.submit(gate.pass(), 1);
  held.add_done_callback([&](const Future<int>& done) { cancelled += done.cancelled() ? 1 : 0; });
  held.cancel();
  gate.open();
  while (failed + cancelled < 2) std::this_thread::yield();
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(cancelled, 1);
}

TEST(Client, ManyThreadsShareAClient) {
  Client client;
  std::atomic<int> total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&client, &total, t] {
      std::vector<int> items(100);
      std::iota(items.begin(), items.end(), 100 * t);
      total += client.submit(sum, client.map(inc, items)).result();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, 400 * 399 / 2 + 400);
}

TEST(Client, CallbacksAreCalledOnceAlsoWhenAddedLate) {
  Client client;
  Gate gate;
  std::atomic<int> calls = 0;
  const auto future = client.submit(gate.pass(), 7);
  future.add_done_callback([&](const Future<int>& done) { calls += done.result(); });
  gate.open();
  future.result();
  future.add_done_callback([&](const Future<int>& done) { calls += done.result(); });
  while (calls < 14) std::this_thread::yield();
  EXPECT_EQ(calls, 14);
}

TEST(Client, ResultsAreReleasedWithTheLastFuture) {
  Client client;
  const auto payload = std::make_shared<int>(5);
  {
    const auto future = client.submit([](const std::shared_ptr<int>& p) { return p; }, payload);
    future.result();
    EXPECT_GT(payload.use_count(), 1);
  }
  // The engine lets go of the finished run in its own time.
  while (payload.use_count() > 1) std::this_thread::yield();
  EXPECT_EQ(payload.use_count(), 1);
}

TEST(Client, ALongChainOfFuturesFailsWithoutADeepStack) {
  Client client;
  Gate gate;
  const auto first = client.submit(
      [pass = gate.pass()](int x) -> int { throw std::out_of_range(std::to_string(pass(x))); }, 1);
  Future<int> last = first;
  for (int i = 0; i < 100'000; ++i) last = client.submit(inc, last);
  gate.open();
  EXPECT_THROW(last.result(), std::out_of_range);
}

TEST(Client, AClosedClientTakesNoWorkAndCancelsWhatIsPending) {
  Gate gate;
  Client client;
  const auto held = client.submit(gate.pass(), 1);
  client.close();
  EXPECT_TRUE(held.cancelled());
  EXPECT_THROW(client.submit(inc, 1), InvalidArgument);
  gate.open();
}

TEST(Client, FuturesOutliveTheirClient) {
  auto client = std::make_unique<Client>();
  const auto future = client->submit(inc, 1);
  future.result();
  client.reset();
  EXPECT_EQ(future.result(), 2);
}

}  // namespace
}  // namespace treadle
