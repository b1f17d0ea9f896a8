#include "treadle/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using graph::sum_operation;
using namespace std::chrono_literals;

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
std::shared_ptr<const Operation> expands(Call::Function function) {
  return std::make_shared<const Call>(std::move(function), MemoryNeed{}, true);
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

// A source of `bytes` of text; a task that adds up the lengths of all its inputs.
std::shared_ptr<const Operation> text_source(std::size_t bytes, MemoryNeed need = {}) {
  return call([bytes](std::span<const Value>,
                      TaskContext&) { return std::vector<Value>{Value::of(std::string(bytes, 'x'))}; },
              need);
}
Outcome add_lengths(std::span<const Value> inputs, TaskContext&) {
  std::int64_t sum = 0;
  for (const Value& input : inputs) sum += static_cast<std::int64_t>(input.get<std::string>().size());
  return number(sum);
}

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

TEST_P(EngineTest, RunsAnEmptyGraph) {
  Run run = start(TaskGraph());
  run.wait();
  EXPECT_TRUE(run.outputs().empty());
  EXPECT_TRUE(run.progress().finished);
}

TEST_P(EngineTest, AddsUpATree) {
  TaskGraph graph;
  std::vector<TaskId> level;
  for (int i = 0; i < 1000; ++i) level.push_back(graph.add(sum_operation(i)));
  while (level.size() > 1) {
    std::vector<TaskId> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      next.push_back(graph.add(sum_operation(), {{level[i], 0}, {level[i + 1], 0}}));
    }
    if (level.size() % 2 != 0) next.push_back(level.back());
    level = next;
  }
  graph.add_output({level[0], 0});
  graph.add_output({level[0], 0});
  Run run = start(std::move(graph));
  const auto outputs = run.outputs();
  EXPECT_EQ(outputs.at(0).get<std::int64_t>(), 499'500);
  EXPECT_EQ(outputs.at(1).get<std::int64_t>(), 499'500);
  EXPECT_EQ(run.progress().tasks_done, 1999u);
}

TEST_P(EngineTest, RunsAChainOfAMillion) {
  TaskGraph graph;
  const auto operation = sum_operation(1);
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < 1'000'000; ++i) last = graph.add(operation, {{last, 0}});
  graph.add_output({last, 0});
  EXPECT_EQ(result(std::move(graph)), 1'000'000);
}

TEST_P(EngineTest, PassesSlots) {
  TaskGraph graph;
  const TaskId split = graph.add(sum_operation(10, 3));
  graph.add_output({graph.add(sum_operation(), {{split, 2}, {split, 0}}), 0});
  graph.add_output({split, 1});
  const auto outputs = start(std::move(graph)).outputs();
  EXPECT_EQ(outputs[0].get<std::int64_t>(), 22);
  EXPECT_EQ(outputs[1].get<std::int64_t>(), 11);
}

TEST_P(EngineTest, ReleasesValuesAfterTheirLastUse) {
  std::atomic<int> alive{0}, most{0};
  struct Counted {
    explicit Counted(std::atomic<int>& count) : alive(&count) {}
    Counted(Counted&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
    ~Counted() {
      if (alive != nullptr) --*alive;
    }
    std::atomic<int>* alive;
  };
  const auto source = [&] {
    return call([&](std::span<const Value>, TaskContext&) {
      most = std::max(most.load(), ++alive);
      return std::vector<Value>{Value::pinned(Counted(alive), 8000)};
    });
  };
  TaskGraph graph;
  TaskId sum = graph.add(sum_operation());
  for (int i = 0; i < 100; ++i) {
    sum = graph.add(
        call([](std::span<const Value> in, TaskContext&) { return number(in[0].get<std::int64_t>() + 1); }),
        {{sum, 0}, {graph.add(source()), 0}});
  }
  graph.add_output({sum, 0});
  Run run = start(std::move(graph));
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 100);
  EXPECT_EQ(alive, 0);
  if (!threaded()) {
    EXPECT_EQ(most, 1);
  }
}

TEST_P(EngineTest, SplicesExpansionsIn) {
  TaskGraph graph;
  const TaskId seed = graph.add(sum_operation(5));
  const TaskId grown = graph.add(expands([](std::span<const Value> inputs, TaskContext&) {
                                   auto more = std::make_shared<TaskGraph>();
                                   const TaskId known = more->add_value(inputs[0]);
                                   std::vector<TaskOutput> parts;
                                   for (int i = 0; i < 10; ++i) {
                                     parts.push_back({more->add(sum_operation(i), {{known, 0}}), 0});
                                   }
                                   more->add_output({more->add(sum_operation(), parts), 0});
                                   return Outcome(Expansion{more});
                                 }),
                                 {{seed, 0}});
  graph.add_output({graph.add(sum_operation(1000), {{grown, 0}}), 0});
  Run run = start(std::move(graph));
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 1000 + 45 + 50);
  EXPECT_EQ(run.progress().tasks_total, 15u);
  EXPECT_EQ(run.progress().tasks_done, 15u);
}

// Answers with an expansion that ends in another such task, `depth` times.
std::shared_ptr<const Operation> count_down(std::int64_t depth) {
  return expands([depth](std::span<const Value>, TaskContext&) -> Outcome {
    if (depth == 0) return number(42);
    auto more = std::make_shared<TaskGraph>();
    more->add_output({more->add(count_down(depth - 1)), 0});
    return Expansion{more};
  });
}

TEST_P(EngineTest, UnwindsTenThousandNestedExpansions) { EXPECT_EQ(result(single(count_down(10'000))), 42); }

TEST_P(EngineTest, KeepsTheTypeOfTreadlesErrors) {
  Run run =
      start(single(call([](std::span<const Value>, TaskContext&) -> Outcome { throw NotFound("no x"); })));
  EXPECT_THROW(run.wait(), NotFound);
  EXPECT_THROW(run.outputs(), NotFound);
  EXPECT_TRUE(run.progress().finished);
}

TEST_P(EngineTest, WrapsOtherExceptions) {
  Run standard = start(single(
      call([](std::span<const Value>, TaskContext&) -> Outcome { throw std::runtime_error("the cause"); })));
  try {
    standard.wait();
    FAIL();
  } catch (const TaskFailed& error) {
    EXPECT_NE(std::string(error.what()).find("the cause"), std::string::npos);
    EXPECT_EQ(error.task().substr(0, 5), "call-");
    EXPECT_THROW(std::rethrow_exception(error.cause()), std::runtime_error);
  }
  Run odd = start(single(call([](std::span<const Value>, TaskContext&) -> Outcome { throw 7; })));
  EXPECT_THROW(odd.wait(), TaskFailed);
}

TEST_P(EngineTest, AFailureStopsTheRestAndLeavesTheEngineUsable) {
  TaskGraph graph;
  const TaskId bad =
      graph.add(call([](std::span<const Value>, TaskContext&) -> Outcome { throw IoError("disk"); }));
  std::atomic<int> after{0};
  TaskId last = bad;
  for (int i = 0; i < 100; ++i) {
    last = graph.add(call([&](std::span<const Value>, TaskContext&) {
                       ++after;
                       return number(0);
                     }),
                     {{last, 0}});
  }
  graph.add_output({last, 0});
  EXPECT_THROW(start(std::move(graph)).wait(), IoError);
  EXPECT_EQ(after, 0);
  EXPECT_EQ(result(single(sum_operation(3))), 3);
}

TEST_P(EngineTest, AFailureCancelsItsDependentsOnly) {
  TaskGraph graph;
  std::vector<TaskOutput> sources;
  std::atomic<int> after{0};
  for (int i = 0; i < 10; ++i) {
    const TaskId source = graph.add(call([i](std::span<const Value>, TaskContext&) -> Outcome {
      if (i == 3 || i == 7) throw IoError("disk " + std::to_string(i));
      return number(i);
    }));
    graph.add_output({graph.add(call([&after](std::span<const Value> inputs, TaskContext&) {
                                  ++after;
                                  return number(100 + inputs[0].get<std::int64_t>());
                                }),
                                {{source, 0}}),
                      0});
  }
  Run run = start(std::move(graph));
  try {
    run.wait();
    FAIL();
  } catch (const IoError& error) {
    EXPECT_STREQ(error.what(), "disk 3");  // the first in the order, whichever came first
  }
  EXPECT_EQ(after, 8);
  EXPECT_THROW(run.outputs(), IoError);
  const std::vector<Value> outputs = run.finished_outputs();
  ASSERT_EQ(outputs.size(), 10u);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(outputs[i].empty(), i == 3 || i == 7);
    if (!outputs[i].empty()) {
      EXPECT_EQ(outputs[i].get<std::int64_t>(), 100 + i);
    }
  }
  const Statistics statistics = run.statistics();
  EXPECT_EQ(statistics.progress.tasks_done, 16u);
  ASSERT_EQ(statistics.failed_tasks.size(), 2u);  // the task and the one that needed it
  EXPECT_EQ(statistics.failed_tasks[0].substr(0, 5), "call-");
}

TEST_P(EngineTest, AFailureEndsTheRunIfThatIsAskedFor) {
  TaskGraph graph;
  std::atomic<int> later{0};
  graph.add_output(
      {graph.add(call([](std::span<const Value>, TaskContext&) -> Outcome { throw IoError("disk"); })), 0});
  for (int i = 0; i < 1000; ++i) {
    graph.add_output({graph.add(call([&later](std::span<const Value>, TaskContext& context) {
                        ++later;
                        // Ends only when asked to, if it was begun before the failure.
                        if (later == 1) std::this_thread::sleep_for(20ms);
                        context.check_stopped();
                        std::this_thread::sleep_for(1ms);
                        return number(1);
                      })),
                      0});
  }
  Run run = start(std::move(graph), with([](RunOptions& o) { o.on_failure = OnFailure::kStopRun; }));
  EXPECT_THROW(run.wait(), IoError);
  EXPECT_LT(later, 1000);
  for (const Value& output : run.finished_outputs()) EXPECT_TRUE(output.empty());
}

TEST_P(EngineTest, RunningTasksStopIfNobodyWaitsForThemAnyMore) {
  if (GetParam() < 2) GTEST_SKIP() << "two tasks run at once";
  std::atomic<bool> begun{false};
  TaskGraph graph;
  const TaskId bad = graph.add(call([&](std::span<const Value>, TaskContext&) -> Outcome {
    while (!begun) std::this_thread::yield();
    throw IoError("disk");
  }));
  const TaskId endless = graph.add(call([&](std::span<const Value>, TaskContext& context) -> Outcome {
    begun = true;
    for (;;) context.check_stopped();
  }));
  graph.add_output({graph.add(sum_operation(), {{bad, 0}, {endless, 0}}), 0});
  graph.add_output({graph.add(sum_operation(5)), 0});
  Run run = start(std::move(graph));
  EXPECT_THROW(run.wait(), IoError);
  EXPECT_EQ(run.finished_outputs()[1].get<std::int64_t>(), 5);
}

TEST_P(EngineTest, AFailureInAnExpansionFailsTheTaskThatAnsweredWithIt) {
  TaskGraph graph;
  const TaskId grown = graph.add(expands([](std::span<const Value>, TaskContext&) {
    auto more = std::make_shared<TaskGraph>();
    const TaskId bad =
        more->add(call([](std::span<const Value>, TaskContext&) -> Outcome { throw NotFound("inside"); }));
    more->add_output({more->add(sum_operation(), {{more->add(text_source(1 << 20)), 0}, {bad, 0}}), 0});
    return Outcome(Expansion{more});
  }));
  graph.add_output({graph.add(sum_operation(1), {{grown, 0}}), 0});
  graph.add_output({graph.add(sum_operation(7)), 0});
  Run run = start(std::move(graph));
  EXPECT_THROW(run.wait(), NotFound);
  EXPECT_EQ(run.finished_outputs()[1].get<std::int64_t>(), 7);
  EXPECT_EQ(run.statistics().failed_tasks.size(), 4u);
}

TEST_P(EngineTest, WrongAnswersAreErrors) {
  const auto answer = [&](std::size_t count) {
    return start(
        single(call([count](std::span<const Value>, TaskContext&) { return std::vector<Value>(count); })));
  };
  answer(1).wait();
  EXPECT_THROW(answer(0).wait(), InvalidArgument);
  EXPECT_THROW(answer(2).wait(), InvalidArgument);
  EXPECT_THROW(
      start(single(expands([](std::span<const Value>, TaskContext&) { return Expansion{}; }))).wait(),
      InvalidArgument);
  EXPECT_THROW(start(single(call([](std::span<const Value>, TaskContext&) {
                 return Expansion{std::make_shared<TaskGraph>()};
               }))).wait(),
               InvalidArgument);
}

TEST_P(EngineTest, RetriesFailedTasks) {
  std::atomic<int> attempts{0};
  const auto flaky = call([&](std::span<const Value>, TaskContext&) -> Outcome {
    if (++attempts < 3) throw IoError("not yet");
    return number(attempts);
  });
  TaskGraph graph;
  graph.add_output({graph.add(flaky, {}, {.retries = 5}), 0});
  EXPECT_EQ(result(std::move(graph)), 3);
  attempts = 0;
  EXPECT_THROW(start(single(flaky), with([](RunOptions& o) { o.retries = 1; })).wait(), IoError);
  EXPECT_EQ(attempts, 2);
}

TEST_P(EngineTest, CancelEndsARunThatPolls) {
  if (!threaded()) GTEST_SKIP() << "nobody else runs it";
  std::atomic<bool> begun{false};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) -> Outcome {
    begun = true;
    for (;;) {
      context.check_stopped();
      std::this_thread::sleep_for(1ms);
    }
  })));
  while (!begun) std::this_thread::yield();
  EXPECT_FALSE(run.wait_for(5ms));
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  run.cancel();
  EXPECT_EQ(result(single(sum_operation(3))), 3);
}

TEST_P(EngineTest, CancelGivesUpATaskThatDoesNotStop) {
  if (!threaded()) GTEST_SKIP() << "the thread that waits is the one that works";
  std::atomic<bool> begun{false}, go{false};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) {
    begun = true;
    while (!go) std::this_thread::sleep_for(1ms);
    context.spill_directory();
    return number(1);
  })));
  while (!begun) std::this_thread::yield();
  const auto before = std::chrono::steady_clock::now();
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
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
  std::atomic<bool> go{false};
  TaskGraph graph;
  const TaskId stuck = graph.add(call([&](std::span<const Value>, TaskContext&) {
    while (!go) std::this_thread::sleep_for(1ms);
    return number(1);
  }));
  const TaskId waits = graph.add(sum_operation(2), {{stuck, 0}});
  graph.add_output({waits, 0});
  const std::string stuck_name = graph.name(stuck), waiting_name = graph.name(waits);
  Run run = start(std::move(graph), with([&](RunOptions& o) {
                    o.watchdog = 150ms;
                    o.on_end = [&] { go = true; };
                  }));
  try {
    run.wait();
    FAIL();
  } catch (const EngineLost& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("of 2 tasks 0 are done, 1 running"), std::string::npos) << text;
    EXPECT_NE(text.find("): " + stuck_name + " for 0 s"), std::string::npos) << text;
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

TEST_P(EngineTest, NeedsBeyondTheBudgetFailBeforeTheStart) {
  bool ran = false;
  Run run = start(single(call(
                      [&](std::span<const Value>, TaskContext&) {
                        ran = true;
                        return number(1);
                      },
                      {.least = 2000})),
                  with_memory(1000));
  try {
    run.wait();
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find("call needs at least 1.95 KiB"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("working_memory"), std::string::npos);
  }
  EXPECT_FALSE(ran);
}

TEST_P(EngineTest, AdmitsOnlyWhatFits) {
  std::atomic<int> running{0}, most{0};
  TaskGraph graph;
  for (int i = 0; i < 30; ++i) {
    graph.add(call(
        [&](std::span<const Value>, TaskContext& context) {
          const int now = ++running;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          EXPECT_GE(context.memory().bytes(), 400u);
          std::this_thread::sleep_for(200us);
          --running;
          return number(1);
        },
        {.least = 400, .wished = 600}));
  }
  Run run = start(std::move(graph), with_memory(1000));
  run.wait();
  EXPECT_LE(most, 2);
  EXPECT_LE(run.statistics().peak_working_memory, 1000u + 30 * 8);
}

TEST_P(EngineTest, OneTaskIsAlwaysAdmitted) {
  TaskGraph graph;
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < 10; ++i) {
    last = graph.add(
        call([](std::span<const Value>, TaskContext&) { return std::vector<Value>{Value::pinned(1, 5000)}; },
             {.least = 900, .output = 5000}),
        {{last, 0}});
  }
  start(std::move(graph), with_memory(1000)).wait();
}

TEST_P(EngineTest, ReservationsOfTasksAreRefusedAtTheLimit) {
  Run run = start(single(call([](std::span<const Value>, TaskContext& context) {
                    context.memory().grow(600);
                    context.reserve("state", 600);
                    return number(1);
                  })),
                  with_memory(1000));
  EXPECT_THROW(run.wait(), OutOfMemory);
}

// Two tasks that fit one after the other: both have begun before either grows, so that together they cannot.
TEST_P(EngineTest, WhatFitsAloneDoesNotFailBesideOthers) {
  std::atomic<int> begun{0}, attempts{0};
  const auto greedy = [&](std::span<const Value>, TaskContext& context) {
    ++attempts;
    context.memory().grow(300);
    ++begun;
    while (threaded() && GetParam() > 1 && begun < 2) context.check_stopped();
    context.memory().grow(400);
    context.count(Counter::kRowsRead, 10);
    return number(7);
  };
  TaskGraph graph;
  graph.add_output({graph.add(call(greedy)), 0});
  graph.add_output({graph.add(call(greedy)), 0});
  Run run = start(std::move(graph), with_memory(1000));
  EXPECT_EQ(run.outputs().at(1).get<std::int64_t>(), 7);
  EXPECT_EQ(run.statistics().progress.counter(Counter::kRowsRead), 20U);
  EXPECT_GE(attempts, 2);
}

TEST_P(EngineTest, WhatDoesNotFitAloneIsTriedOnceMoreAndFails) {
  std::atomic<int> attempts{0};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) {
                    ++attempts;
                    context.memory().grow(2000);
                    return number(1);
                  })),
                  with_memory(1000));
  EXPECT_THROW(run.wait(), OutOfMemory);
  EXPECT_EQ(attempts, 2);
}

// Whoever helps takes memory, too.
TEST_P(EngineTest, NobodyHelpsATaskThatRunsAlone) {
  class Strips final : public StripLoop {
   public:
    explicit Strips(bool fails) : fails_(fails) {}
    std::size_t num_strips() const override { return 64; }
    std::size_t bytes_per_strip() const override { return 0; }
    void run(std::size_t, TaskContext&) override {
      const std::lock_guard lock(mutex_);
      threads_.insert(std::this_thread::get_id());
    }
    bool commit(std::size_t strip, TaskContext& context) override {
      if (fails_ && strip == 63) context.reserve("state", 2000);
      return true;
    }
    std::size_t num_threads() const { return threads_.size(); }

   private:
    bool fails_;
    std::mutex mutex_;
    std::set<std::thread::id> threads_;
  };
  std::atomic<int> attempts{0};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) {
                    const bool again = attempts++ != 0;
                    Strips strips(!again);
                    context.run_strips(strips);
                    EXPECT_TRUE(!again || strips.num_threads() == 1);
                    return number(1);
                  })),
                  with_memory(1000));
  run.wait();
  EXPECT_EQ(attempts, 2);
}

TEST_P(EngineTest, CountsAndWarns) {
  TaskGraph graph;
  for (int i = 0; i < 50; ++i) {
    graph.add(call([](std::span<const Value>, TaskContext& context) {
      context.count(Counter::kRowsRead, 10);
      context.warn("careful");
      return number(1);
    }));
  }
  const Statistics statistics = start(std::move(graph)).statistics();
  EXPECT_EQ(statistics.progress.counter(Counter::kRowsRead), 500u);
  EXPECT_EQ(statistics.progress.counter(Counter::kBytesRead), 0u);
  EXPECT_EQ(statistics.warnings, std::vector<std::string>{"careful"});
  EXPECT_TRUE(statistics.progress.finished);
  EXPECT_GT(statistics.wall.count(), 0);
}

TEST_P(EngineTest, SpillFolderGoesWithTheRun) {
  std::string folder;
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) -> Outcome {
                    folder = context.spill_directory();
                    std::ofstream(folder + "/left") << "behind";
                    throw IoError("half-way");
                  })),
                  with([](RunOptions& o) { o.spill_directory = testing::TempDir() + "/spills"; }));
  EXPECT_THROW(run.wait(), IoError);
  EXPECT_FALSE(folder.empty());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_P(EngineTest, FinishedValuesBeyondTheBudgetSpillAndComeBack) {
  constexpr int kSources = 40;
  constexpr std::size_t kBytes = 100'000;
  TaskGraph graph;
  std::vector<TaskOutput> sources;
  for (int i = 0; i < kSources; ++i) sources.push_back({graph.add(text_source(kBytes)), 0});
  graph.add_output({graph.add(call(add_lengths), sources), 0});
  graph.add_output(sources[7]);
  Run run = start(std::move(graph), with_memory(10 * kBytes));
  const auto outputs = run.outputs();
  EXPECT_EQ(outputs[0].get<std::int64_t>(), kSources * static_cast<std::int64_t>(kBytes));
  EXPECT_EQ(outputs[1].get<std::string>(), std::string(kBytes, 'x'));
  EXPECT_GT(run.statistics().progress.counter(Counter::kBytesSpilled), 0u);
}

TEST_P(EngineTest, ValuesSpillForATaskThatNeedsTheirMemory) {
  TaskGraph graph;
  const TaskId text = graph.add(text_source(600'000));
  const TaskId big = graph.add(call([](std::span<const Value> inputs, TaskContext& context) {
                                 context.memory().grow(800'000);
                                 return number(static_cast<std::int64_t>(inputs.size()));
                               }),
                               {{graph.add(sum_operation(1)), 0}}, {.priority = -1});
  graph.add_output({graph.add(call([](std::span<const Value> inputs, TaskContext&) {
                                return number(static_cast<std::int64_t>(inputs[0].get<std::string>().size()) +
                                              inputs[1].get<std::int64_t>());
                              }),
                              {{text, 0}, {big, 0}}),
                    0});
  EXPECT_EQ(start(std::move(graph), with_memory(1'000'000)).outputs()[0].get<std::int64_t>(), 600'001);
}

TEST_P(EngineTest, PinnedValuesDoNotSpill) {
  TaskGraph graph;
  std::vector<TaskOutput> sources;
  for (int i = 0; i < 20; ++i) {
    sources.push_back({graph.add(call([](std::span<const Value>, TaskContext&) {
                         struct Opaque {};
                         return std::vector<Value>{Value::pinned(Opaque(), 100'000)};
                       })),
                       0});
  }
  graph.add_output({graph.add(call([](std::span<const Value> in, TaskContext&) {
                                return number(static_cast<std::int64_t>(in.size()));
                              }),
                              sources),
                    0});
  Run run = start(std::move(graph), with_memory(500'000));
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 20);
  EXPECT_EQ(run.statistics().progress.counter(Counter::kBytesSpilled), 0u);
}

TEST_P(EngineTest, TenTimesMoreChunksNeedNoMoreMemory) {
  const auto peak = [&](int chunks) {
    TaskGraph graph;
    TaskId sum = graph.add(sum_operation());
    for (int i = 0; i < chunks; ++i) {
      const TaskId chunk = graph.add(text_source(10'000, {.output = 10'000 + 64}));
      sum = graph.add(
          call([](std::span<const Value> in, TaskContext&) {
            return number(in[0].get<std::int64_t>() + static_cast<std::int64_t>(in[1].nbytes() != 0));
          }),
          {{sum, 0}, {chunk, 0}});
    }
    graph.add_output({sum, 0});
    Run run = start(std::move(graph), with_memory(200'000));
    EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), chunks);
    return run.statistics().peak_working_memory;
  };
  peak(100);
  EXPECT_LE(peak(1000), 200'000u * 21 / 20);
}

TEST_P(EngineTest, TasksMayRunGraphsOfTheirOwn) {
  // More tasks than threads, each waiting for a run of the same engine.
  TaskGraph graph;
  std::vector<TaskOutput> parts;
  for (int i = 0; i < 20; ++i) {
    parts.push_back({graph.add(call([this, i](std::span<const Value>, TaskContext&) {
                       TaskGraph inner;
                       const TaskId a = inner.add(sum_operation(i));
                       inner.add_output({inner.add(sum_operation(1), {{a, 0}}), 0});
                       return number(result(std::move(inner)));
                     })),
                     0});
  }
  graph.add_output({graph.add(sum_operation(), parts), 0});
  EXPECT_EQ(result(std::move(graph)), 190 + 20);
}

TEST_P(EngineTest, ManyRunsShareTheThreads) {
  std::vector<Run> runs;
  for (int r = 0; r < 20; ++r) {
    TaskGraph graph;
    TaskId last = graph.add(sum_operation(r));
    for (int i = 0; i < 100; ++i) last = graph.add(sum_operation(i), {{last, 0}});
    graph.add_output({last, 0});
    runs.push_back(start(std::move(graph)));
  }
  for (int r = 0; r < 20; ++r) EXPECT_EQ(runs[r].outputs()[0].get<std::int64_t>(), r + 4950);
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
