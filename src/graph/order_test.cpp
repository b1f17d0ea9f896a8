#include "treadle/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "graph/test_operations.h"

namespace treadle::graph {
namespace {

std::vector<std::size_t> positions(const TaskGraph& graph) {
  const std::vector<TaskId> tasks = order(graph);
  std::vector<std::size_t> position(graph.num_tasks(), SIZE_MAX);
  for (std::size_t i = 0; i < tasks.size(); ++i) position[tasks[i]] = i;
  return position;
}

TEST(Order, PutsInputsBeforeTheirUsers) {
  TaskGraph graph;
  std::vector<TaskId> ids{graph.add(sum_operation(0))};
  for (int i = 1; i < 500; ++i) {
    const TaskId a = ids[static_cast<std::size_t>(i * 7919) % ids.size()];
    ids.push_back(graph.add(sum_operation(i), {{a, 0}, {ids.back(), 0}}));
  }
  const auto position = positions(graph);
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    ASSERT_NE(position[id], SIZE_MAX);
    for (const TaskOutput& input : graph.inputs(id)) EXPECT_LT(position[input.task], position[id]);
  }
}

TEST(Order, FinishesATreesBranchBeforeTheNext) {
  TaskGraph graph;  // all leaves are added first
  std::vector<TaskId> leaves;
  for (int i = 0; i < 8; ++i) leaves.push_back(graph.add(sum_operation(i)));
  std::vector<TaskId> pairs;
  for (int i = 0; i < 4; ++i)
    pairs.push_back(graph.add(sum_operation(), {{leaves[2 * i], 0}, {leaves[2 * i + 1], 0}}));
  const auto position = positions(graph);
  EXPECT_LT(position[pairs[0]], position[leaves[2]]);
  EXPECT_LT(position[pairs[2]], position[leaves[6]]);
}

// The most values that are alive at once when tasks run in their order, a task's own and its inputs counted.
std::size_t most_alive(const TaskGraph& graph) {
  std::vector<std::set<TaskId>> users(graph.num_tasks());
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    for (const TaskOutput& input : graph.inputs(id)) users[input.task].insert(id);
  }
  for (const TaskOutput& output : graph.outputs()) users[output.task].insert(UINT32_MAX);
  std::size_t alive = 0, most = 0;
  for (const TaskId task : order(graph)) {
    most = std::max(most, ++alive);
    for (const TaskOutput& input : graph.inputs(task)) {
      if (users[input.task].erase(task) == 1 && users[input.task].empty()) --alive;
    }
  }
  return most;
}

// Two sums over the same sources, each added up along a chain.
TaskGraph two_sums(int sources, bool joined) {
  TaskGraph graph;
  std::vector<TaskId> shared;
  for (int i = 0; i < sources; ++i) shared.push_back(graph.add(sum_operation(i)));
  TaskId a = graph.add(sum_operation(1), {{shared[0], 0}}), b = graph.add(sum_operation(2), {{shared[0], 0}});
  for (const TaskId source : shared) a = graph.add(sum_operation(1), {{a, 0}, {source, 0}});
  for (const TaskId source : shared) b = graph.add(sum_operation(2), {{b, 0}, {source, 0}});
  if (joined) {
    graph.add_output({graph.add(sum_operation(3), {{a, 0}, {b, 0}}), 0});
  } else {
    graph.add_output({a, 0});
    graph.add_output({b, 0});
  }
  return graph;
}

TEST(Order, UsesWhatTwoResultsShareWhileItIsThere) {
  for (const bool joined : {false, true}) EXPECT_LE(most_alive(two_sums(1000, joined)), 5u);
}

TEST(Order, TreesOverTheSameSourcesKeepNoMoreThanTheirDepth) {
  TaskGraph graph;
  std::vector<TaskId> sources;
  for (int i = 0; i < 1024; ++i) sources.push_back(graph.add(sum_operation(i)));
  for (int tree = 0; tree < 3; ++tree) {
    std::vector<TaskId> level;
    for (const TaskId source : sources) level.push_back(graph.add(sum_operation(tree), {{source, 0}}));
    while (level.size() > 1) {
      std::vector<TaskId> next;
      for (std::size_t i = 0; i < level.size(); i += 2) {
        next.push_back(graph.add(sum_operation(), {{level[i], 0}, {level[i + 1], 0}}));
      }
      level = next;
    }
    graph.add_output({level[0], 0});
  }
  EXPECT_LE(most_alive(graph), 3 * 11u + 3);
}

TEST(Order, AnInputThatIsUsedTwiceIsOneValue) {
  TaskGraph graph;
  std::vector<TaskId> sums(2);
  for (int i = 0; i < 100; ++i) {
    const TaskId source = graph.add(sum_operation(i));
    for (int k = 0; k < 2; ++k) {
      const TaskId square = graph.add(sum_operation(k), {{source, 0}, {source, 0}});
      sums[k] = i == 0 ? square : graph.add(sum_operation(5), {{sums[k], 0}, {square, 0}});
    }
  }
  for (const TaskId sum : sums) graph.add_output({sum, 0});
  EXPECT_LE(most_alive(graph), 6u);
}

// One task that waits for very many looks at each of them a few times at most.
TEST(Order, WideTasksCostNoMoreThanTheirInputs) {
  TaskGraph graph;
  std::vector<TaskOutput> all;
  for (int i = 0; i < 300'000; ++i) all.push_back({graph.add(sum_operation(i)), 0});
  graph.add_output({graph.add(sum_operation(), all), 0});
  graph.add_output({graph.add(sum_operation(1), all), 0});
  const std::vector<TaskId> tasks = order(graph);
  EXPECT_EQ(tasks.size(), 300'002u);
  EXPECT_EQ(tasks.back(), 300'001u);
}

TEST(Order, LargerPriorityFirst) {
  TaskGraph graph;
  const TaskId low = graph.add(sum_operation(1), {}, {.priority = -1});
  const TaskId high = graph.add(sum_operation(2), {}, {.priority = 5});
  const TaskId normal = graph.add(sum_operation(3));
  EXPECT_EQ(order(graph), (std::vector<TaskId>{high, normal, low}));
}

TEST(Order, DeepChainsDoNotOverflowTheStack) {
  TaskGraph graph;
  const auto operation = sum_operation(1);
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < 1'000'000; ++i) last = graph.add(operation, {{last, 0}});
  const auto tasks = order(graph);
  EXPECT_TRUE(std::is_sorted(tasks.begin(), tasks.end()));
}

}  // namespace
}  // namespace treadle::graph
