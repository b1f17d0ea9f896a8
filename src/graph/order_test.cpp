#include "treadle/graph.h"

#include <gtest/gtest.h>

#include <algorithm>

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
