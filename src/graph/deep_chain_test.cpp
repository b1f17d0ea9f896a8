// Nothing recurses along a graph, destructors included: a chain of ten million tasks is an ordinary graph.
#include <gtest/gtest.h>

#include "graph/test_operations.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

constexpr int kLength = 10'000'000;

TaskGraph long_chain() {
  TaskGraph graph;
  graph.reserve(kLength + 1, kLength);
  const auto operation = sum_operation(1);
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < kLength; ++i) last = graph.add(operation, {{last, 0}});
  graph.add_output({last, 0});
  return graph;
}

TEST(DeepChain, IsOrderedCulledAndFused) {
  TaskGraph graph = long_chain();
  const std::vector<TaskId> ranked = order(graph);
  ASSERT_EQ(ranked.size(), kLength + 1u);
  EXPECT_EQ(ranked.back(), static_cast<TaskId>(kLength));
  graph = cull(std::move(graph));
  EXPECT_EQ(graph.num_tasks(), kLength + 1u);
  graph = fuse(std::move(graph));
  EXPECT_EQ(graph.num_tasks(), 1u);
}

}  // namespace
}  // namespace treadle::graph
