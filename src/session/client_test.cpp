#include "treadle/client.h"

#include <gtest/gtest.h>

#include <atomic>
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

TEST(Client, SubmitMapAndGather) {
  Client client;
  const auto futures = client.map(inc, std::vector<int>{1, 2, 3});
  EXPECT_EQ(client.gather(futures), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(client.submit(sum, futures).result(), 9);
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
  Client client;
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
  Client client;
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
