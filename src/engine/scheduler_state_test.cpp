#include "engine/scheduler_state.h"

#include <gtest/gtest.h>

#include <array>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

using graph::sum_operation;

std::shared_ptr<const TaskGraph> shared(TaskGraph graph) {
  return std::make_shared<const TaskGraph>(std::move(graph));
}

std::vector<TaskId> run_in_order(SchedulerState& state) {
  std::vector<TaskId> tasks;
  std::vector<Effect> effects;
  while (const auto ref = state.take()) {
    tasks.push_back(ref->task);
    state.finish(*ref, effects);
  }
  return tasks;
}

TEST(SchedulerState, RunsEveryTaskOnceAfterItsInputs) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1)), b = graph.add(sum_operation(2));
  const TaskId c = graph.add(sum_operation(), {{a, 0}, {a, 0}, {b, 0}});
  SchedulerState state(shared(std::move(graph)), 0);
  EXPECT_EQ(run_in_order(state), (std::vector<TaskId>{a, b, c}));
  EXPECT_TRUE(state.ended());
  EXPECT_TRUE(state.complete());
}

TEST(SchedulerState, ReleasesAValueAfterItsLastConsumer) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1, 2));
  const TaskId b = graph.add(sum_operation(), {{a, 0}});
  graph.add_output({b, 0});
  SchedulerState state(shared(std::move(graph)), 0);
  std::vector<Effect> effects;
  state.finish(*state.take(), effects);
  ASSERT_EQ(effects.size(), 1u);  // slot 1, which nobody wants
  EXPECT_EQ(effects[0].slot, 1u);
  effects.clear();
  state.finish(*state.take(), effects);
  ASSERT_EQ(effects.size(), 1u);  // slot 0; the output stays
  EXPECT_EQ(effects[0].slot, 0u);
}

TEST(SchedulerState, AdoptsNestedExpansionsFromTheInside) {
  const auto one_task = [](int number) {
    TaskGraph graph;
    graph.add_output({graph.add(sum_operation(number)), 0});
    return graph;
  };
  SchedulerState state(shared(one_task(1)), 0);
  std::vector<Effect> effects;
  state.expand(*state.take(), shared(one_task(2)), effects);
  state.expand(*state.take(), shared(one_task(3)), effects);
  EXPECT_TRUE(effects.empty());
  state.finish(*state.take(), effects);
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(effects[0].kind, Effect::Kind::kAdopt);
  EXPECT_EQ(effects[0].graph, 2u);
  EXPECT_EQ(effects[0].task, (TaskRef{1, 0}));
  EXPECT_EQ(effects[1].graph, 1u);
  EXPECT_TRUE(state.complete());
  EXPECT_EQ(state.num_tasks(), 3u);
}

TEST(SchedulerState, RetriesAsOftenAsAllowed) {
  TaskGraph graph;
  graph.add(sum_operation(1), {}, {.retries = 2});
  SchedulerState state(shared(std::move(graph)), 0);
  std::vector<Effect> effects;
  EXPECT_TRUE(state.fail(*state.take(), effects));
  EXPECT_TRUE(state.fail(*state.take(), effects));
  EXPECT_FALSE(state.fail(*state.take(), effects));
  EXPECT_TRUE(state.ended());
  EXPECT_FALSE(state.complete());
}

TEST(SchedulerState, PutBackTasksComeAgain) {
  TaskGraph graph;
  graph.add(sum_operation(1));
  SchedulerState state(shared(std::move(graph)), 0);
  const TaskRef ref = *state.take();
  EXPECT_FALSE(state.take());
  state.put_back(ref);
  EXPECT_EQ(*state.take(), ref);
}

TEST(SchedulerState, RefusesASecondAnswer) {
  TaskGraph graph;
  graph.add(sum_operation(1));
  SchedulerState state(shared(std::move(graph)), 0);
  std::vector<Effect> effects;
  const TaskRef ref = *state.take();
  state.finish(ref, effects);
  EXPECT_THROW(state.finish(ref, effects), InternalError);
  EXPECT_THROW(state.drop(ref, effects), InternalError);
}

TEST(SchedulerState, StartsNothingOnceStopped) {
  TaskGraph graph;
  graph.add(sum_operation(1));
  graph.add(sum_operation(2));
  SchedulerState state(shared(std::move(graph)), 0);
  const TaskRef ref = *state.take();
  state.stop();
  EXPECT_FALSE(state.take());
  EXPECT_FALSE(state.ended());
  std::vector<Effect> effects;
  state.drop(ref, effects);
  EXPECT_TRUE(state.ended());
}

TEST(SchedulerState, AFailureTakesItsDependentsOnly) {
  TaskGraph graph;
  const TaskId bad = graph.add(sum_operation(1)), other = graph.add(sum_operation(2));
  const TaskId behind = graph.add(sum_operation(), {{bad, 0}});
  const TaskId both = graph.add(sum_operation(), {{behind, 0}, {other, 0}});
  const TaskId after_other = graph.add(sum_operation(3), {{other, 0}});
  graph.add_output({both, 0});
  graph.add_output({after_other, 0});
  SchedulerState state(shared(std::move(graph)));
  std::vector<Effect> effects;
  const TaskRef first = *state.take();
  EXPECT_EQ(first.task, bad);
  EXPECT_FALSE(state.fail(first, effects));
  EXPECT_FALSE(state.ended());
  EXPECT_EQ(run_in_order(state), (std::vector<TaskId>{other, after_other}));
  EXPECT_TRUE(state.ended());
  EXPECT_FALSE(state.complete());
  EXPECT_EQ(state.first_failure(), first);
}

TEST(SchedulerState, WhatOnlyLostTasksWantedIsLostIfItComesLater) {
  TaskGraph graph;
  const TaskId a = graph.add(sum_operation(1)), b = graph.add(sum_operation(2)),
               c = graph.add(sum_operation(3));
  graph.add_output({graph.add(sum_operation(), {{a, 0}, {b, 0}, {c, 0}}), 0});
  SchedulerState state(shared(std::move(graph)));
  std::vector<Effect> effects;
  std::array<TaskRef, 2> taken;
  ASSERT_EQ(state.take(taken), 2u);
  EXPECT_FALSE(state.fail(taken[1], effects));  // b: a may fail yet and be the first; c has no use any more
  EXPECT_FALSE(state.has_ready());
  EXPECT_FALSE(state.unwanted(taken[0]));
  EXPECT_FALSE(state.fail(taken[0], effects));
  EXPECT_EQ(state.first_failure(), taken[0]);
  EXPECT_TRUE(state.ended());
}

TEST(SchedulerState, ARunThatStopsAtAFailureFinishesWhatComesBefore) {
  TaskGraph graph;
  for (int i = 0; i < 4; ++i) graph.add_output({graph.add(sum_operation(i)), 0});
  SchedulerState state(shared(std::move(graph)), 0, OnFailure::kStopRun);
  std::vector<Effect> effects;
  std::array<TaskRef, 3> taken;
  ASSERT_EQ(state.take(taken), 3u);
  EXPECT_FALSE(state.fail(taken[1], effects));
  EXPECT_FALSE(state.has_ready());
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(effects[0].kind, Effect::Kind::kStop);
  EXPECT_EQ(effects[0].task, taken[2]);
  EXPECT_TRUE(state.unwanted(taken[2]));
  EXPECT_THROW(state.finish(taken[2], effects), InternalError);
  state.drop(taken[2], effects);
  EXPECT_FALSE(state.ended());
  state.finish(taken[0], effects);
  EXPECT_TRUE(state.ended());
}

TEST(SchedulerState, AFailureInAnExpansionIsOneOfTheTaskThatAnsweredWithIt) {
  const auto two_tasks = [](int number) {
    TaskGraph graph;
    const TaskId first = graph.add(sum_operation(number));
    graph.add_output({graph.add(sum_operation(number), {{first, 0}}), 0});
    return graph;
  };
  SchedulerState state(shared(two_tasks(1)));
  std::vector<Effect> effects;
  state.expand(*state.take(), shared(two_tasks(2)), effects);
  state.expand(*state.take(), shared(two_tasks(3)), effects);
  EXPECT_TRUE(effects.empty());
  EXPECT_FALSE(state.fail(*state.take(), effects));
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(effects[0].kind, Effect::Kind::kDiscard);
  EXPECT_EQ(effects[0].graph, 2u);
  EXPECT_EQ(effects[1].kind, Effect::Kind::kDiscard);
  EXPECT_EQ(effects[1].graph, 1u);
  EXPECT_TRUE(state.ended());
  EXPECT_EQ(state.num_done(), 0u);
}

}  // namespace
}  // namespace treadle::engine
