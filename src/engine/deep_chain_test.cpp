// A chain of ten million tasks runs like any other graph: nothing recurses along it, what is destroyed
// included, and no more values are there at once than for a chain of ten.
#include <gtest/gtest.h>

#include "graph/test_operations.h"
#include "treadle/engine.h"

namespace treadle::engine {
namespace {

constexpr int kLength = 10'000'000;

TaskGraph chain(int length) {
  TaskGraph graph;
  graph.reserve(static_cast<std::size_t>(length) + 1, static_cast<std::size_t>(length));
  const auto operation = graph::sum_operation(1);
  TaskId last = graph.add(graph::sum_operation());
  for (int i = 0; i < length; ++i) last = graph.add(operation, {{last, 0}});
  graph.add_output({last, 0});
  return graph;
}

TEST(DeepChain, RunsAndIsDestroyed) {
  const auto engine = make_threaded_engine(2);
  const auto peak_of = [&](int length) {
    treadle::Run run = engine->submit(chain(length), {});
    EXPECT_EQ(run.outputs().at(0).get<std::int64_t>(), length);
    EXPECT_EQ(run.progress().tasks_done, static_cast<std::size_t>(length) + 1);
    return run.statistics().peak_working_memory;
  };
  const std::size_t short_peak = peak_of(10);
  EXPECT_LE(peak_of(kLength), short_peak + 64 * sizeof(std::int64_t));  // a batch of tasks at a time
}

TEST(DeepChain, MayBeGivenUpUnderWay) {
  auto engine = make_threaded_engine(2);
  treadle::Run run = engine->submit(chain(kLength / 10), {});
  engine.reset();
  EXPECT_TRUE(run.wait_for(std::chrono::hours(1)));
}

}  // namespace
}  // namespace treadle::engine
