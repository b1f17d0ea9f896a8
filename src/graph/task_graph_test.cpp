#include "treadle/task_graph.h"

#include <gtest/gtest.h>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using graph::sum_operation;

TEST(TaskGraph, EqualWorkIsOneTask) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1));
  const TaskId b = graph.add(sum_operation(2));
  EXPECT_EQ(graph.add(sum_operation(1)), a);
  const TaskId sum = graph.add(sum_operation(), {{a, 0}, {b, 0}});
  EXPECT_EQ(graph.add(sum_operation(), {{a, 0}, {b, 0}}), sum);
  EXPECT_NE(graph.add(sum_operation(), {{b, 0}, {a, 0}}), sum);
  EXPECT_EQ(graph.num_tasks(), 4u);
  EXPECT_EQ(graph.num_edges(), 4u);
}

TEST(TaskGraph, KeysAreTheSameInAnotherGraph) {
  TaskGraph one, other;
  other.add(sum_operation(7));
  const TaskId a = one.add(sum_operation(1));
  const TaskId b = other.add(sum_operation(1));
  EXPECT_EQ(one.key(a), other.key(b));
  EXPECT_EQ(one.key(one.add(sum_operation(), {{a, 0}})), other.key(other.add(sum_operation(), {{b, 0}})));
  EXPECT_EQ(one.name(a), "sum-" + one.key(a).to_string().substr(0, 8));
}

TEST(TaskGraph, SlotsArePartOfTheKey) {
  TaskGraph graph;
  const TaskId split = graph.add(sum_operation(1, 3));
  EXPECT_EQ(graph.num_slots(split), 3u);
  EXPECT_NE(graph.add(sum_operation(), {{split, 0}}), graph.add(sum_operation(), {{split, 1}}));
  EXPECT_FALSE(graph.single_slots());
}

TEST(TaskGraph, RefusesInputsThatDoNotExist) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1));
  EXPECT_THROW(graph.add(sum_operation(), {{5, 0}}), InvalidArgument);
  EXPECT_THROW(graph.add(sum_operation(), {{a, 1}}), InvalidArgument);
  EXPECT_THROW(graph.add(nullptr), InvalidArgument);
  EXPECT_THROW(graph.add_output({9, 0}), InvalidArgument);
  EXPECT_THROW(graph.task(9), InvalidArgument);
  EXPECT_EQ(graph.num_tasks(), 1u);
}

TEST(TaskGraph, SmallEqualValuesShareATask) {
  TaskGraph graph;
  EXPECT_EQ(graph.add_value(Value::of(std::string("x"))), graph.add_value(Value::of(std::string("x"))));
  EXPECT_NE(graph.add_value(Value::of(std::int64_t{1})), graph.add_value(Value::of(std::int64_t{2})));
  struct Opaque {};
  EXPECT_NE(graph.add_value(Value::pinned(Opaque(), 4)), graph.add_value(Value::pinned(Opaque(), 4)));
  const std::string large(2 << 20, 'x');
  EXPECT_NE(graph.add_value(Value::of(large)), graph.add_value(Value::of(large)));
}

TEST(TaskGraph, OperationsWithoutAKeyOfTheirOwnNeverLookEqual) {
  struct Plain : Operation {
    std::string_view name() const override { return "plain"; }
    Outcome run(std::span<const Value>, TaskContext&) const override { return std::vector<Value>(1); }
  };
  TaskGraph graph;
  const auto shared = std::make_shared<const Plain>();
  EXPECT_EQ(graph.add(shared), graph.add(shared));
  EXPECT_NE(graph.add(shared), graph.add(std::make_shared<const Plain>(*shared)));
}

TEST(TaskGraph, ManyInputsHaveAKey) {
  TaskGraph graph;
  std::vector<TaskOutput> inputs;
  for (int i = 0; i < 1000; ++i) inputs.push_back({graph.add(sum_operation(i)), 0});
  const TaskId wide = graph.add(sum_operation(), inputs);
  EXPECT_EQ(graph.add(sum_operation(), inputs), wide);
  std::swap(inputs[3], inputs[4]);
  EXPECT_NE(graph.add(sum_operation(), inputs), wide);
  EXPECT_EQ(graph.task(wide).inputs.size(), 1000u);
}

TEST(TaskGraph, AMillionTasksStayCompact) {
  TaskGraph graph;
  const auto operation = sum_operation(1);
  TaskId last = graph.add(sum_operation());
  for (int i = 0; i < 1'000'000; ++i) last = graph.add(operation, {{last, 0}});
  EXPECT_LE(graph.nbytes() / graph.num_tasks(), 120u);
  TaskGraph moved = std::move(graph);
  EXPECT_EQ(moved.num_tasks(), 1'000'001u);
}

}  // namespace
}  // namespace treadle
