#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "graph/test_operations.h"
#include "treadle/engine.h"
#include "treadle/events.h"

namespace treadle {
namespace {

class RecordingTest : public testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<Engine> engine() const {
    return std::string_view(GetParam()) == "threads" ? make_threaded_engine(2) : make_synchronous_engine();
  }
};

TaskGraph chain_of(int length) {
  TaskGraph graph;
  TaskId last = graph.add(graph::sum_operation(0));
  for (int i = 1; i < length; ++i) last = graph.add(graph::sum_operation(1), {{last}});
  graph.add_output({last});
  return graph;
}

TEST_P(RecordingTest, EveryTaskIsRecordedOnceAndInOrder) {
  const auto listener = std::make_shared<RecordingListener>();
  RunOptions options;
  options.listener = listener;
  options.title = "chain";
  EXPECT_EQ(engine()->submit(chain_of(1000), options).outputs().front().get<std::int64_t>(), 999);

  const Recording& recording = listener->recording();
  EXPECT_EQ(recording.info.title, "chain");
  EXPECT_EQ(recording.outcome, "finished");
  EXPECT_EQ(recording.kinds, std::vector<std::string>{"sum"});
  ASSERT_EQ(recording.tasks.size(), 1000u);
  std::vector<TaskEvent> tasks = recording.tasks;
  std::ranges::sort(tasks, {}, &TaskEvent::task);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(tasks[i].task, i);
    EXPECT_LE(tasks[i].ready, tasks[i].begin);
    EXPECT_LE(tasks[i].begin, tasks[i].finish);
    EXPECT_EQ(tasks[i].bytes, sizeof(std::int64_t));
    EXPECT_EQ(tasks[i].ready, i == 0 ? 0 : tasks[i - 1].finish);
  }
  ASSERT_FALSE(recording.samples.empty());
  EXPECT_GT(recording.samples.back().resident_bytes, 0u);
}

class GraphListener final : public EventListener {
 public:
  void on_begin(const RecordingInfo&) override {}
  void on_kind(std::string_view) override {}
  void on_graph(std::uint32_t number, const TaskGraph& graph) override {
    EXPECT_EQ(number, sizes.size());
    sizes.push_back(graph.num_tasks());
  }
  void on_tasks(std::span<const TaskEvent> tasks) override {
    for (const TaskEvent& event : tasks) EXPECT_LT(event.task >> 32, sizes.size());
  }
  void on_sample(const ResourceSample&) override {}
  void on_end(std::string_view) override {}

  std::vector<std::size_t> sizes;
};

class Expands final : public Operation {
 public:
  std::string_view name() const override { return "expands"; }
  bool may_expand() const override { return true; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return Expansion{std::make_shared<TaskGraph>(chain_of(7))};
  }
};

TEST_P(RecordingTest, GraphsAreToldBeforeTheirTasks) {
  const auto listener = std::make_shared<GraphListener>();
  RunOptions options;
  options.listener = listener;
  TaskGraph graph;
  graph.add_output({graph.add(std::make_shared<Expands>())});
  EXPECT_EQ(engine()->submit(std::move(graph), options).outputs().front().get<std::int64_t>(), 6);
  EXPECT_EQ(listener->sizes, (std::vector<std::size_t>{1, 7}));
}

class Throws final : public Operation {
 public:
  std::string_view name() const override { return "throws"; }
  Outcome run(std::span<const Value>, TaskContext&) const override { throw std::runtime_error("no luck"); }
};

TEST_P(RecordingTest, AFailureIsRecordedWithItsMessage) {
  const auto listener = std::make_shared<RecordingListener>();
  RunOptions options;
  options.listener = listener;
  TaskGraph graph;
  graph.add_output({graph.add(std::make_shared<Throws>())});
  engine()->submit(std::move(graph), options).statistics();
  ASSERT_EQ(listener->recording().tasks.size(), 1u);
  EXPECT_EQ(listener->recording().tasks[0].end, TaskEnd::kFailed);
  EXPECT_NE(listener->recording().outcome.find("no luck"), std::string::npos);
}

TEST_P(RecordingTest, AnEmptyGraphLeavesAnEmptyRecording) {
  const auto listener = std::make_shared<RecordingListener>();
  RunOptions options;
  options.listener = listener;
  engine()->submit(TaskGraph(), options).wait();
  EXPECT_TRUE(listener->recording().tasks.empty());
  EXPECT_EQ(listener->recording().outcome, "finished");
}

INSTANTIATE_TEST_SUITE_P(Engines, RecordingTest, testing::Values("threads", "synchronous"));

}  // namespace
}  // namespace treadle
