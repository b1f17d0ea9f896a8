#include "session/call_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/machine.h"
#include "session/call_state.h"
#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/task_context.h"

namespace treadle::session {
namespace {

class Calls final : public Operation {
 public:
  using Function = std::function<int(std::span<const Value>, TaskContext&)>;
  explicit Calls(Function function) : function_(std::move(function)) {}
  std::string_view name() const override { return "calls"; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return std::vector<Value>{Value::of(std::vector<int>{function_(inputs, context)})};
  }

 private:
  Function function_;
};

ComputeOptions with_threads(unsigned threads) {
  ComputeOptions options;
  options.engine = make_threaded_engine(threads);
  options.run.num_threads = threads;
  return options;
}

std::shared_ptr<CallState> start(const std::shared_ptr<CallQueue>& queue, Calls::Function function,
                                 std::vector<FutureStatePtr> inputs = {}) {
  auto state = std::make_shared<CallState>(queue, std::move(inputs),
                                           std::make_shared<const Calls>(std::move(function)));
  state->start();
  return state;
}

int result(const std::shared_ptr<CallState>& state) {
  state->wait_until(std::nullopt);
  return state->value().get<std::vector<int>>().front();
}

TEST(CallQueue, ManyCallsShareFewRuns) {
  for (const unsigned threads : {1u, 2u, 8u}) {
    const auto queue = std::make_shared<CallQueue>(with_threads(threads));
    std::latch all_there(1);
    std::vector<std::shared_ptr<CallState>> states;
    for (int i = 0; i < 1'000; ++i) {
      states.push_back(start(queue, [i, &all_there](std::span<const Value>, TaskContext&) {
        all_there.wait();
        return i;
      }));
    }
    all_there.count_down();
    for (int i = 0; i < 1'000; ++i) EXPECT_EQ(result(states[static_cast<std::size_t>(i)]), i);
    EXPECT_LT(queue->num_lanes_started(), 200u);
  }
}

TEST(CallQueue, CallsRunOnAsManyThreadsAsTheEngineHas) {
  for (const unsigned threads : {1u, 3u, usable_threads() + 3}) {
    ComputeOptions options;
    options.engine = make_threaded_engine(threads);
    const auto queue = std::make_shared<CallQueue>(options);
    std::latch all_run(threads);  // opens if so many are made at once
    std::vector<std::shared_ptr<CallState>> states;
    for (unsigned i = 0; i < 10 * threads; ++i) {
      states.push_back(start(queue, [i, threads, &all_run](std::span<const Value>, TaskContext&) {
        if (i < threads) all_run.arrive_and_wait();
        return static_cast<int>(i);
      }));
    }
    for (unsigned i = 0; i < 10 * threads; ++i) EXPECT_EQ(result(states[i]), static_cast<int>(i));
  }
}

TEST(CallQueue, AnEngineWithFewThreadsIsNotGivenMoreLanesThanOneToWait) {
  ComputeOptions options;
  options.engine = make_threaded_engine(1);
  const auto queue = std::make_shared<CallQueue>(options);
  std::latch gate(1);
  std::latch entered(1);
  std::vector<std::shared_ptr<CallState>> states;
  states.push_back(start(queue, [&](std::span<const Value>, TaskContext&) {
    entered.count_down();
    gate.wait();
    return 0;
  }));
  entered.wait();
  for (int i = 1; i < 1'000; ++i) {
    states.push_back(start(queue, [i](std::span<const Value>, TaskContext&) { return i; }));
  }
  EXPECT_LE(queue->num_lanes_started(), 2u);
  gate.count_down();
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(result(states[static_cast<std::size_t>(i)]), i);
}

TEST(CallQueue, TheHighestPriorityComesFirst) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  std::latch gate(1);
  std::latch entered(1);
  const auto first = start(queue, [&](std::span<const Value>, TaskContext&) {
    entered.count_down();
    gate.wait();
    return 0;
  });
  entered.wait();
  std::vector<int> order;  // one thread at a time
  std::vector<std::shared_ptr<CallState>> states;
  const int priorities[] = {0, 5, -3, 5, 0, 9};
  for (int i = 0; i < 6; ++i) {
    auto call = std::make_shared<const Calls>([&order, i](std::span<const Value>, TaskContext&) {
      order.push_back(i);
      return 0;
    });
    states.push_back(
        std::make_shared<CallState>(queue, std::vector<FutureStatePtr>(), std::move(call), priorities[i]));
    states.back()->start();
  }
  gate.count_down();
  for (const auto& state : states) result(state);
  EXPECT_EQ(order, (std::vector<int>{5, 1, 3, 0, 4, 2}));
  result(first);
}

TEST(CallQueue, CallsSeeWhatTheirInputsCameTo) {
  const auto queue = std::make_shared<CallQueue>(with_threads(2));
  auto last = start(queue, [](std::span<const Value>, TaskContext&) { return 0; });
  for (int i = 0; i < 1'000; ++i) {
    last = start(
        queue,
        [](std::span<const Value> in, TaskContext&) { return in[0].get<std::vector<int>>().front() + 1; },
        {last});
  }
  EXPECT_EQ(result(last), 1'000);
}

TEST(CallQueue, ACallThatIsGivenUpDoesNotHoldUpTheOthers) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  const auto gate = std::make_shared<std::latch>(1);
  const auto entered = std::make_shared<std::latch>(1);
  const auto stuck = start(queue, [gate, entered](std::span<const Value>, TaskContext&) {
    entered->count_down();
    gate->wait();
    return 0;
  });
  const auto next = start(queue, [](std::span<const Value>, TaskContext&) { return 1; });
  entered->wait();
  stuck->cancel();
  EXPECT_EQ(result(next), 1);
  EXPECT_EQ(stuck->status(), FutureStatus::kCancelled);
  gate->count_down();
}

TEST(CallQueue, ACallThatPollsIsToldOfItsCancelling) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  const auto entered = std::make_shared<std::latch>(1);
  const auto stopped = std::make_shared<std::latch>(1);
  const auto polls = start(queue, [=](std::span<const Value>, TaskContext& context) -> int {
    entered->count_down();
    while (!context.stop_requested()) std::this_thread::yield();
    stopped->count_down();
    throw Cancelled();
  });
  entered->wait();
  polls->cancel();
  stopped->wait();
  EXPECT_EQ(result(start(queue, [](std::span<const Value>, TaskContext&) { return 1; })), 1);
}

TEST(CallQueue, WhatOneCallThrowsIsItsOwn) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  const auto bad = start(
      queue, [](std::span<const Value>, TaskContext&) -> int { throw InvalidArgument("expected nothing"); });
  const auto good = start(queue, [](std::span<const Value>, TaskContext&) { return 1; });
  EXPECT_EQ(result(good), 1);
  EXPECT_THROW(result(bad), InvalidArgument);
}

TEST(CallQueue, CallsFailIfNoRunCanBeStarted) {
  ComputeOptions options = with_threads(1);
  options.run.memory_limit = 1'000;
  const auto queue = std::make_shared<CallQueue>(options);
  EXPECT_THROW(result(start(queue, [](std::span<const Value>, TaskContext&) { return 1; })), InvalidArgument);
}

TEST(CallQueue, ACallThatNobodyWantsIsNotMade) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  std::latch gate(1);
  std::atomic<bool> called = false;
  const auto first = start(queue, [&](std::span<const Value>, TaskContext&) { return gate.wait(), 0; });
  start(queue, [&](std::span<const Value>, TaskContext&) { return called = true, 0; }).reset();
  const auto last = start(queue, [](std::span<const Value>, TaskContext&) { return 2; });
  gate.count_down();
  EXPECT_EQ(result(last), 2);
  EXPECT_FALSE(called);
}

TEST(CallQueue, ACallMayWaitForOthersOfTheQueue) {
  const auto queue = std::make_shared<CallQueue>(with_threads(1));
  const auto outer = start(queue, [&queue](std::span<const Value>, TaskContext&) {
    int total = 0;
    std::vector<std::shared_ptr<CallState>> inner;
    for (int i = 0; i < 50; ++i) {
      inner.push_back(start(queue, [i](std::span<const Value>, TaskContext&) { return i; }));
    }
    for (const auto& one : inner) total += result(one);
    return total;
  });
  EXPECT_EQ(result(outer), 50 * 49 / 2);
}

TEST(CallQueue, ServesWhatNeedsNoRunOfItsOwn) {
  EXPECT_TRUE(CallQueue::serves(with_threads(1)));
  ComputeOptions retried = with_threads(1);
  retried.run.retries = 1;
  EXPECT_FALSE(CallQueue::serves(retried));
  ComputeOptions watched = with_threads(1);
  watched.on_start = [](const treadle::Run&) {};
  EXPECT_FALSE(CallQueue::serves(watched));
  ComputeOptions synchronous;
  synchronous.engine = make_synchronous_engine();
  EXPECT_FALSE(CallQueue::serves(synchronous));
}

}  // namespace
}  // namespace treadle::session
