#include <algorithm>
#include <atomic>

#include "conformance/suite.h"

namespace treadle::conformance {
namespace {

class RunsTest : public InProcessTest {};
TREADLE_CONFORMANCE_SUITE(RunsTest);

TEST_P(RunsTest, ReleasesValuesAfterTheirLastUse) {
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
  TaskId sum = graph.add(add());
  for (int i = 0; i < 100; ++i) {
    sum = graph.add(
        call([](std::span<const Value> in, TaskContext&) { return number(in[0].get<std::int64_t>() + 1); }),
        {{sum, 0}, {graph.add(source()), 0}});
  }
  graph.add_output({sum, 0});
  Run run = start(std::move(graph));
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 100);
  EXPECT_EQ(alive, 0);
  if (!unattended()) {
    EXPECT_EQ(most, 1);
  }
}

TEST_P(RunsTest, SplicesExpansionsIn) {
  TaskGraph graph;
  const TaskId seed = graph.add(add(5));
  const TaskId grown = graph.add(expands([](std::span<const Value> inputs, TaskContext&) {
                                   auto more = std::make_shared<TaskGraph>();
                                   const TaskId known = more->add_value(inputs[0]);
                                   std::vector<TaskOutput> parts;
                                   for (int i = 0; i < 10; ++i) {
                                     parts.push_back({more->add(add(i), {{known, 0}}), 0});
                                   }
                                   more->add_output({more->add(add(), parts), 0});
                                   return Outcome(Expansion{more});
                                 }),
                                 {{seed, 0}});
  graph.add_output({graph.add(add(1000), {{grown, 0}}), 0});
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

TEST_P(RunsTest, UnwindsTenThousandNestedExpansions) { EXPECT_EQ(result(single(count_down(10'000))), 42); }

TEST_P(RunsTest, CountsAndWarns) {
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

TEST_P(RunsTest, TasksMayRunGraphsOfTheirOwn) {
  // More tasks than threads, each waiting for a run of the same engine.
  TaskGraph graph;
  std::vector<TaskOutput> parts;
  for (int i = 0; i < 20; ++i) {
    parts.push_back({graph.add(call([this, i](std::span<const Value>, TaskContext&) {
                       TaskGraph inner;
                       const TaskId a = inner.add(add(i));
                       inner.add_output({inner.add(add(1), {{a, 0}}), 0});
                       return number(result(std::move(inner)));
                     })),
                     0});
  }
  graph.add_output({graph.add(add(), parts), 0});
  EXPECT_EQ(result(std::move(graph)), 190 + 20);
}

}  // namespace
}  // namespace treadle::conformance
