#include "treadle/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using graph::sum_operation;
using namespace std::chrono_literals;

// What is particular to the engines of this room; what any engine must do stands in tests/conformance.

// An operation from a function.
class Call final : public Operation {
 public:
  using Function = std::function<Outcome(std::span<const Value>, TaskContext&)>;
  explicit Call(Function function, MemoryNeed need = {}, bool expands = false, std::uint32_t slots = 1)
      : function_(std::move(function)), need_(need), expands_(expands), slots_(slots) {}
  std::string_view name() const override { return "call"; }
  std::uint32_t num_slots() const override { return slots_; }
  bool may_expand() const override { return expands_; }
  MemoryNeed memory_need(std::span<const SizeEstimate>) const override { return need_; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return function_(inputs, context);
  }

 private:
  Function function_;
  MemoryNeed need_;
  bool expands_;
  std::uint32_t slots_;
};

std::shared_ptr<const Operation> call(Call::Function function, MemoryNeed need = {}) {
  return std::make_shared<const Call>(std::move(function), need);
}
RunOptions with(const std::function<void(RunOptions&)>& change) {
  RunOptions options;
  change(options);
  return options;
}
RunOptions with_memory(std::size_t bytes) {
  return with([&](RunOptions& options) { options.working_memory = bytes; });
}
Outcome number(std::int64_t n) { return std::vector<Value>{Value::of(n)}; }

class EngineTest : public testing::TestWithParam<unsigned> {
 protected:
  using Run = treadle::Run;  // hides the test framework's function
  Run start(TaskGraph graph, RunOptions options = {}) {
    options.num_threads = GetParam();
    return engine_->submit(std::move(graph), options);
  }
  std::int64_t result(TaskGraph graph) { return start(std::move(graph)).outputs().at(0).get<std::int64_t>(); }
  bool threaded() const { return GetParam() != 0; }
  std::shared_ptr<Engine> engine_ = threaded() ? make_threaded_engine() : make_synchronous_engine();
};

INSTANTIATE_TEST_SUITE_P(Threads, EngineTest, testing::Values(0, 1, 2, 8));

TaskGraph single(std::shared_ptr<const Operation> operation) {
  TaskGraph graph;
  graph.add_output({graph.add(std::move(operation)), 0});
  return graph;
}

TEST_P(EngineTest, CancelGivesUpATaskThatDoesNotStop) {
  if (!threaded()) GTEST_SKIP() << "the thread that waits is the one that works";
  std::atomic<bool> begun{false}, go{false};
  const auto ended = std::make_shared<std::atomic<bool>>(false);
  Run run = start(single(call([&, ended](std::span<const Value>, TaskContext& context) {
    begun = true;
    while (!go) std::this_thread::sleep_for(1ms);
    context.spill_directory();
    *ended = true;
    return number(1);
  })));
  while (!begun) std::this_thread::yield();
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  EXPECT_FALSE(*ended) << "whoever waits does not wait for the task";
  go = true;  // a late answer changes nothing
  engine_.reset();
}

TEST_P(EngineTest, ATaskThatWasGivenUpLeavesTheEngineUsable) {
  if (!threaded()) GTEST_SKIP() << "the thread that waits is the one that works";
  std::atomic<bool> go{false}, begun{false};
  engine_ = make_threaded_engine(GetParam());
  for (unsigned i = 0; i < 2 * GetParam(); ++i) {
    begun = false;
    Run run = start(single(call([&](std::span<const Value>, TaskContext&) {
      begun = true;
      while (!go) std::this_thread::sleep_for(1ms);
      return number(1);
    })));
    while (!begun) std::this_thread::yield();
    run.cancel();
    EXPECT_THROW(run.wait(), Cancelled);
  }
  EXPECT_EQ(result(single(sum_operation(3))), 3);
  go = true;
  engine_.reset();
}

TEST_P(EngineTest, AWatchdogEndsARunThatDoesNotGetOn) {
  const auto go = std::make_shared<std::atomic<bool>>(false);  // what is stuck outlives the test
  TaskGraph graph;
  const TaskId stuck = graph.add(call([go](std::span<const Value>, TaskContext&) {
    while (!*go) std::this_thread::sleep_for(1ms);
    return number(1);
  }));
  const TaskId waits = graph.add(sum_operation(2), {{stuck, 0}});
  graph.add_output({waits, 0});
  const std::string stuck_name = graph.name(stuck), waiting_name = graph.name(waits);
  Run run = start(std::move(graph), with([&](RunOptions& o) {
                    o.watchdog = 150ms;
                    o.on_end = [go] { *go = true; };
                  }));
  try {
    run.wait();
    FAIL();
  } catch (const EngineLost& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("of 2 tasks 0 are done, 1 running"), std::string::npos) << text;
    const std::string runs = "): " + stuck_name + " for ";
    const std::size_t at = text.find(runs);
    ASSERT_NE(at, std::string::npos) << text;
    const std::size_t behind = text.find_first_not_of("0123456789", at + runs.size());
    EXPECT_EQ(text.substr(behind, 2), " s") << text;
    EXPECT_NE(text.find(waiting_name + " is waiting for " + stuck_name), std::string::npos) << text;
    EXPECT_NE(text.find("memory: "), std::string::npos) << text;
  }
  EXPECT_EQ(result(single(sum_operation(3))), 3);
}

TEST_P(EngineTest, CancelBeforeAnythingRuns) {
  if (threaded()) GTEST_SKIP() << "it may have run already";
  Run run = start(single(sum_operation(1)));
  run.cancel();
  EXPECT_THROW(run.outputs(), Cancelled);
}

TEST_P(EngineTest, ManyThreadsMayWaitForOneRun) {
  TaskGraph graph;
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < 1000; ++i) last = graph.add(sum_operation(1), {{last, 0}});
  graph.add_output({last, 0});
  Run run = start(std::move(graph));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([run]() mutable { EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 1000); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(EngineTest, DestroyingTheEngineEndsItsRuns) {
  if (!threaded()) GTEST_SKIP() << "it has no threads";
  std::atomic<bool> begun{false};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) -> Outcome {
    begun = true;
    for (;;) context.check_stopped();
  })));
  while (!begun) std::this_thread::yield();
  engine_.reset();
  EXPECT_THROW(run.wait(), EngineLost);
}

TEST_P(EngineTest, DestroyingTheEngineDoesNotWaitForATaskThatNeverStops) {
  if (!threaded()) GTEST_SKIP() << "it has no threads";
  struct Flags {
    std::atomic<bool> begun{false}, go{false}, over{false};
  };
  const auto flags = std::make_shared<Flags>();
  Run run = start(single(call([flags](std::span<const Value>, TaskContext& context) {
    flags->begun = true;
    while (!flags->go) std::this_thread::sleep_for(1ms);
    context.count(Counter::kRowsRead, 1);  // what it uses of its run is still there
    context.reserve("late", 1);
    flags->over = true;
    return number(1);
  })));
  while (!flags->begun) std::this_thread::yield();
  engine_.reset();
  EXPECT_FALSE(flags->over);
  EXPECT_THROW(run.wait(), EngineLost);
  run = Run(nullptr);
  flags->go = true;
  while (!flags->over) std::this_thread::yield();
}

TEST_P(EngineTest, RefusesOptionsThatCannotHold) {
  EXPECT_THROW(start(TaskGraph(), with_memory(0)), InvalidArgument);
  EXPECT_THROW(make_threaded_engine(2)->submit(TaskGraph(), with([](RunOptions& o) { o.num_threads = 3; })),
               InvalidArgument);
}

}  // namespace
}  // namespace treadle
