#include "conformance/suite.h"

namespace treadle::conformance {
namespace {

class FailuresTest : public InProcessTest {};
TREADLE_CONFORMANCE_SUITE(FailuresTest);

TEST_P(FailuresTest, AFailureStopsTheRestAndLeavesTheEngineUsable) {
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
  expect_usable();
}

TEST_P(FailuresTest, AFailureCancelsItsDependentsOnly) {
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

TEST_P(FailuresTest, AFailureEndsTheRunIfThatIsAskedFor) {
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

TEST_P(FailuresTest, RunningTasksStopIfNobodyWaitsForThemAnyMore) {
  if (GetParam().at_once < 2) GTEST_SKIP() << "two tasks run at once";
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
  graph.add_output({graph.add(add(), {{bad, 0}, {endless, 0}}), 0});
  graph.add_output({graph.add(add(5)), 0});
  Run run = start(std::move(graph));
  EXPECT_THROW(run.wait(), IoError);
  EXPECT_EQ(run.finished_outputs()[1].get<std::int64_t>(), 5);
}

TEST_P(FailuresTest, AFailureInAnExpansionFailsTheTaskThatAnsweredWithIt) {
  TaskGraph graph;
  const TaskId grown = graph.add(expands([](std::span<const Value>, TaskContext&) {
    auto more = std::make_shared<TaskGraph>();
    const TaskId bad =
        more->add(call([](std::span<const Value>, TaskContext&) -> Outcome { throw NotFound("inside"); }));
    more->add_output({more->add(add(), {{more->add(text_source(1 << 20)), 0}, {bad, 0}}), 0});
    return Outcome(Expansion{more});
  }));
  graph.add_output({graph.add(add(1), {{grown, 0}}), 0});
  graph.add_output({graph.add(add(7)), 0});
  Run run = start(std::move(graph));
  EXPECT_THROW(run.wait(), NotFound);
  EXPECT_EQ(run.finished_outputs()[1].get<std::int64_t>(), 7);
  EXPECT_EQ(run.statistics().failed_tasks.size(), 4u);
}

TEST_P(FailuresTest, RetriesFailedTasks) {
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

}  // namespace
}  // namespace treadle::conformance
