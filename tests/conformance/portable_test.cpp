// With operations that can be written down: for engines wherever their tasks run.
#include "conformance/suite.h"

namespace treadle::conformance {
namespace {

class PortableTest : public ConformanceTest {};
TREADLE_CONFORMANCE_SUITE(PortableTest);

TEST_P(PortableTest, RunsAnEmptyGraph) {
  Run run = start(TaskGraph());
  run.wait();
  EXPECT_TRUE(run.outputs().empty());
  EXPECT_TRUE(run.finished_outputs().empty());
  EXPECT_TRUE(run.progress().finished);
  EXPECT_EQ(run.statistics().progress.tasks_total, 0u);
}

TEST_P(PortableTest, AddsUpATree) {
  TaskGraph graph;
  std::vector<TaskId> level;
  for (int i = 0; i < 1000; ++i) level.push_back(graph.add(add(i)));
  while (level.size() > 1) {
    std::vector<TaskId> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      next.push_back(graph.add(add(), {{level[i], 0}, {level[i + 1], 0}}));
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

TEST_P(PortableTest, RunsALongChain) {
  const int length = GetParam().in_process ? 1'000'000 : 1000;
  EXPECT_EQ(result(chain(length)), length);
}

TEST_P(PortableTest, PassesSlots) {
  TaskGraph graph;
  const TaskId split = graph.add(add(10, 3));
  graph.add_output({graph.add(add(), {{split, 2}, {split, 0}}), 0});
  graph.add_output({split, 1});
  const auto outputs = start(std::move(graph)).outputs();
  EXPECT_EQ(outputs[0].get<std::int64_t>(), 22);
  EXPECT_EQ(outputs[1].get<std::int64_t>(), 11);
}

TEST_P(PortableTest, RunsValuesThatAreThere) {
  TaskGraph graph;
  const TaskId known = graph.add_value(Value::of(std::int64_t{5}));
  graph.add_output({graph.add(add(2), {{known, 0}}), 0});
  graph.add_output({known, 0});
  const auto outputs = start(std::move(graph)).outputs();
  EXPECT_EQ(outputs[0].get<std::int64_t>(), 7);
  EXPECT_EQ(outputs[1].get<std::int64_t>(), 5);
}

TEST_P(PortableTest, CarriesLargeValues) {
  TaskGraph graph;
  std::vector<TaskOutput> texts;
  for (int i = 0; i < 8; ++i) texts.push_back({graph.add(portable(Act::kText, (1 << 20) + i)), 0});
  graph.add_output({graph.add(portable(Act::kLength), texts), 0});
  graph.add_output(texts[3]);
  const auto outputs = start(std::move(graph)).outputs();
  EXPECT_EQ(outputs[0].get<std::int64_t>(), (8 << 20) + 28);
  EXPECT_EQ(outputs[1].get<std::string>(), std::string((1 << 20) + 3, 'x'));
}

TEST_P(PortableTest, SplicesExpansionsIn) {
  TaskGraph graph;
  const TaskId seed = graph.add(add(5));
  const TaskId grown = graph.add(portable(Act::kExpand, 10, 2), {{seed, 0}});
  graph.add_output({graph.add(add(1000), {{grown, 0}, {grown, 1}}), 0});
  EXPECT_EQ(result(std::move(graph)), 1000 + 2 * (50 + 45) + 1);
}

TEST_P(PortableTest, KeepsTheTypeOfTreadlesErrors) {
  Run run = start(single(portable(Act::kIoError, 4)));
  EXPECT_THROW(run.wait(), IoError);
  EXPECT_THROW(run.outputs(), IoError);
  EXPECT_EQ(error_of(run), "IoError: disk 4");
  EXPECT_TRUE(run.progress().finished);
  expect_usable();
}

TEST_P(PortableTest, WrapsOtherExceptions) {
  Run standard = start(single(portable(Act::kStdError)));
  try {
    standard.wait();
    FAIL();
  } catch (const TaskFailed& error) {
    EXPECT_NE(std::string(error.what()).find("the cause"), std::string::npos);
    EXPECT_EQ(error.task().substr(0, 12), "conformance-");
    if (GetParam().in_process) {
      EXPECT_THROW(std::rethrow_exception(error.cause()), std::runtime_error);
    }
  }
  Run odd = start(single(portable(Act::kOddError)));
  EXPECT_THROW(odd.wait(), TaskFailed);
  expect_usable();
}

TEST_P(PortableTest, WrongAnswersAreErrors) {
  for (const Act act : {Act::kNothing, Act::kTooMuch}) {
    Run run = start(single(portable(act)));
    EXPECT_NE(error_of(run).find("InvalidArgument: conformance must answer with 1 value"), std::string::npos)
        << error_of(run);
  }
  expect_usable();
}

TEST_P(PortableTest, AFailureCancelsItsDependentsOnly) {
  TaskGraph graph;
  for (int i = 0; i < 10; ++i) {
    const TaskId source = graph.add(portable(i == 3 || i == 7 ? Act::kIoError : Act::kAdd, i));
    graph.add_output({graph.add(add(100), {{source, 0}}), 0});
  }
  Run run = start(std::move(graph));
  EXPECT_EQ(error_of(run), "IoError: disk 3");  // the first in the order, whichever came first
  const std::vector<Value> outputs = run.finished_outputs();
  ASSERT_EQ(outputs.size(), 10u);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(outputs[i].empty(), i == 3 || i == 7);
    if (!outputs[i].empty()) {
      EXPECT_EQ(outputs[i].get<std::int64_t>(), 100 + i);
    }
  }
  const Statistics statistics = run.statistics();
  EXPECT_EQ(statistics.progress.tasks_done, 16u);
  EXPECT_EQ(statistics.failed_tasks.size(), 2u);  // the task and the one that needed it
}

TEST_P(PortableTest, CancelEndsARunThatPolls) {
  if (!unattended()) GTEST_SKIP() << "nobody else runs it";
  Run run = start(single(portable(Act::kRunOn)));
  EXPECT_FALSE(run.wait_for(20ms));
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  EXPECT_THROW(run.outputs(), Cancelled);
  run.cancel();
  expect_usable();
}

TEST_P(PortableTest, ManyRunsShareTheEngine) {
  std::vector<Run> runs;
  for (int i = 0; i < 20; ++i) runs.push_back(start(chain(100 + i)));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(runs[i].outputs()[0].get<std::int64_t>(), 100 + i);
}

}  // namespace
}  // namespace treadle::conformance
