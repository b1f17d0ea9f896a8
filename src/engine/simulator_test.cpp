// Drives the scheduler's state through random orders of events: which running task answers next, with values,
// more graph, a failure or nothing; when memory is short; when the run is cancelled. What a task answers is
// settled by its number, so that several orders of one world must come to the same end. Each order is checked
// against what must always hold: no task is lost or run twice, none before its inputs, no value goes while it
// is needed or stays when it is not, the run always ends, and it ends with the failure that the oracle names.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "engine/scheduler_state.h"
#include "graph/test_operations.h"
#include "treadle/graph.h"

namespace treadle::engine {
namespace {

using graph::sum_operation;

constexpr unsigned kWorlds = 25'000;
constexpr unsigned kOrdersOfEach = 4;
constexpr std::uint32_t kMostSlots = 2;  // of a task
constexpr int kDeepest = 3;              // expansions in expansions
constexpr std::int64_t kMostTasks = 8;   // of one graph

// A graph, and what each of its tasks will do. Made anew from its number, it is the same.
struct Plan {
  std::shared_ptr<const TaskGraph> graph;
  std::vector<int> failures;                            // by task: how often it fails before it does not
  std::vector<std::unique_ptr<const Plan>> expansions;  // by task: what it answers with; null: values
  std::vector<std::uint32_t> ranks;                     // by task

  std::uint32_t slot(const TaskOutput& output) const { return SlotTable(*graph).of(output); }
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed), may_fail_(chance(2)) {}
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  std::unique_ptr<const Plan> plan(std::uint32_t outputs, int depth = 0) {
    auto plan = std::make_unique<Plan>();
    TaskGraph graph;
    const std::int64_t count = outputs == 0 ? 0 : 1 + random_() % kMostTasks;
    const bool slots = chance(3);
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<TaskOutput> inputs;
      for (std::size_t k = random_() % 4; k > 0 && i > 0; --k) inputs.push_back(output_of(graph));
      graph.add(sum_operation(next_number_++, slots && chance(2) ? kMostSlots : 1), inputs);
    }
    for (std::uint32_t i = 0; i < outputs; ++i) graph.add_output(output_of(graph));
    plan->ranks.resize(graph.num_tasks());
    const std::vector<TaskId> order = graph::order(graph);
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) plan->ranks[order[rank]] = rank;
    for (TaskId id = 0; id < graph.num_tasks(); ++id) {
      plan->failures.push_back(may_fail_ && chance(8) ? 1 + static_cast<int>(random_() % 2) : 0);
      const bool expands = depth < kDeepest && chance(5);
      plan->expansions.push_back(expands ? this->plan(graph.num_slots(id), depth + 1) : nullptr);
    }
    plan->graph = std::make_shared<const TaskGraph>(std::move(graph));
    return plan;
  }

 private:
  TaskOutput output_of(const TaskGraph& graph) {
    const auto task = static_cast<TaskId>(random_() % graph.num_tasks());
    return {task, static_cast<std::uint32_t>(random_() % graph.num_slots(task))};
  }

  std::mt19937 random_;
  std::int64_t next_number_ = 0;
  const bool may_fail_;
};

// What must come of a plan, worked out without any order of events.
class Oracle {
 public:
  Oracle(const Plan& plan, int retries) : retries_(retries) { fine_ = run(plan, {}); }
  /// By task of the outermost graph: whether it can have a result.
  const std::vector<bool>& fine() const { return fine_; }
  /// The ranks, from the outside, of the failure that the run must end with.
  const std::optional<std::vector<std::uint32_t>>& first_failure() const { return first_; }

 private:
  std::vector<bool> run(const Plan& plan, const std::vector<std::uint32_t>& around) {
    std::vector<bool> fine;
    for (TaskId id = 0; id < plan.graph->num_tasks(); ++id) {
      const auto inputs = plan.graph->inputs(id);
      fine.push_back(std::ranges::all_of(inputs, [&](const TaskOutput& in) { return fine[in.task]; }));
      if (!fine[id]) continue;
      std::vector<std::uint32_t> here = around;
      here.push_back(plan.ranks[id]);
      if (plan.failures[id] > retries_) {
        fine[id] = false;
        if (!first_ || here < *first_) first_ = here;
      } else if (plan.expansions[id]) {
        fine[id] = std::ranges::all_of(run(*plan.expansions[id], here), [](bool ok) { return ok; });
      }
    }
    return fine;
  }

  const int retries_;
  std::vector<bool> fine_;
  std::optional<std::vector<std::uint32_t>> first_;
};

// How often what an order of events may hold happened.
struct Tally {
  unsigned orders = 0, tasks = 0, retries = 0, failures = 0, cancellations = 0, expansions = 0, late = 0,
           put_back = 0;
};

std::ostream& operator<<(std::ostream& out, const Tally& tally) {
  return out << tally.orders << " orders: " << tally.tasks << " tasks done, " << tally.expansions
             << " expansions, " << tally.retries << " retries, " << tally.failures << " failures, "
             << tally.cancellations << " cancellations, " << tally.late << " late answers, " << tally.put_back
             << " put back";
}

class Simulator {
 public:
  Simulator(const Plan& root, const Oracle& oracle, int retries, OnFailure on_failure, unsigned seed,
            Tally& tally)
      : oracle_(oracle),
        tally_(tally),
        random_(seed),
        may_cancel_(chance(6)),
        on_failure_(on_failure),
        state_(root.graph, static_cast<std::uint16_t>(retries), on_failure) {
    add(root);
  }

  void run() {
    while (!state_.ended() && !testing::Test::HasFatalFailure()) step();
    ++tally_.orders;
    tally_.tasks += static_cast<unsigned>(done_.size());
    EXPECT_EQ(running_.size(), 0u);
    if (state_.stopped()) return;
    EXPECT_EQ(state_.complete(), !oracle_.first_failure());
    EXPECT_EQ(state_.num_running() + state_.num_ready(), 0u);
    check_failure();
    check_root();
    for (std::size_t i = 1; i < values_.size(); ++i)
      EXPECT_TRUE(values_[i].empty()) << "an expansion is left";
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  void add(const Plan& plan) {
    plans_.push_back(&plan);
    values_.emplace_back(SlotTable(*plan.graph).size(), 0);
  }

  std::vector<std::uint32_t> position(TaskRef ref) const {
    std::vector<std::uint32_t> ranks{plans_[ref.graph]->ranks[ref.task]};
    while (ref.graph != 0) {
      ref = parents_.at(ref.graph);
      ranks.insert(ranks.begin(), plans_[ref.graph]->ranks[ref.task]);
    }
    return ranks;
  }

  void check_failure() const {
    const auto failure = state_.first_failure();
    ASSERT_EQ(failure.has_value(), oracle_.first_failure().has_value());
    if (failure) {
      EXPECT_EQ(position(*failure), *oracle_.first_failure());
    }
  }

  // Which tasks of the outermost graph have run; that what is left is what the outputs hold, and nothing
  // else.
  void check_root() const {
    const Plan& root = *plans_[0];
    const TaskGraph& graph = *root.graph;
    std::set<TaskId> outputs;
    std::set<std::uint32_t> held;
    for (const TaskOutput& output : graph.outputs()) {
      outputs.insert(output.task);
      if (done_.contains({0, output.task})) held.insert(root.slot(output));
    }
    std::vector<bool> used(graph.num_tasks()), wanted(graph.num_tasks());
    for (TaskId id = static_cast<TaskId>(graph.num_tasks()); id-- > 0;) {
      const bool fine = oracle_.fine()[id];
      const bool must = !used[id] || wanted[id] || outputs.contains(id);
      const bool before = !oracle_.first_failure() || root.ranks[id] < oracle_.first_failure()->front();
      wanted[id] = fine && (before || (must && on_failure_ == OnFailure::kFinishOthers));
      for (const TaskOutput& input : graph.inputs(id)) {
        used[input.task] = true;
        if (wanted[id]) wanted[input.task] = true;
      }
      EXPECT_LE(wanted[id], done_.contains({0, id})) << "task " << id << " was not run";
      EXPECT_LE(done_.contains({0, id}), fine) << "task " << id << " has a result";
    }
    for (std::uint32_t slot = 0; slot < values_[0].size(); ++slot) {
      EXPECT_EQ(values_[0][slot], held.contains(slot) ? 1 : 0) << "slot " << slot;
    }
  }

  void step() {
    const bool can_answer = !running_.empty();
    if (may_cancel_ && chance(20)) {
      state_.stop();
      ++tally_.cancellations;
    }
    if (state_.ended()) return;
    if (!state_.has_ready() || (can_answer && chance(2))) {
      ASSERT_TRUE(can_answer) << "nothing is ready, nothing runs, and the run has not ended";
      answer();
    } else {
      take();
    }
  }

  void take() {
    std::array<TaskRef, 3> room;
    const std::size_t count = state_.take(std::span(room).first(random_() % 3 + 1));
    ASSERT_GT(count, 0u);
    for (std::size_t i = 0; i < count; ++i) {
      const Plan& plan = *plans_[room[i].graph];
      for (const TaskOutput& input : plan.graph->inputs(room[i].task)) {
        EXPECT_EQ(values_[room[i].graph][plan.slot(input)], 1) << "an input is not there";
      }
      EXPECT_FALSE(done_.contains({room[i].graph, room[i].task})) << "a task runs twice";
      running_.push_back(room[i]);
    }
  }

  // One of the running tasks, any of them, has something to say.
  void answer() {
    const std::size_t which = random_() % running_.size();
    const TaskRef ref = running_[which];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    const Plan& plan = *plans_[ref.graph];
    if (state_.stopped() || state_.unwanted(ref)) {
      state_.drop(ref, effects_);
      ++tally_.late;
    } else if (chance(10)) {
      state_.put_back(ref);
      ++tally_.put_back;
    } else if (failed_[{ref.graph, ref.task}]++ < plan.failures[ref.task]) {
      ++(state_.fail(ref, effects_) ? tally_.retries : tally_.failures);
    } else if (plan.expansions[ref.task]) {
      expand(ref, *plan.expansions[ref.task]);
      ++tally_.expansions;
    } else {
      done_.insert({ref.graph, ref.task});
      put_values(ref);
      state_.finish(ref, effects_);
    }
    apply();
  }

  void expand(TaskRef ref, const Plan& more) {
    parents_[static_cast<std::uint32_t>(plans_.size())] = ref;
    add(more);
    state_.expand(ref, more.graph, effects_);
  }

  void put_values(TaskRef ref) {
    const TaskGraph& graph = *plans_[ref.graph]->graph;
    const std::uint32_t first = SlotTable(graph).first(ref.task);
    for (std::uint32_t slot = first; slot < first + graph.num_slots(ref.task); ++slot) {
      EXPECT_EQ(values_[ref.graph][slot], 0) << "a value is there twice";
      values_[ref.graph][slot] = 1;
    }
  }

  void apply() {
    for (const Effect& effect : effects_) {
      switch (effect.kind) {
        case Effect::Kind::kAdopt:
          adopt(effect);
          break;
        case Effect::Kind::kDiscard:
          for (const TaskRef& ref : running_)
            EXPECT_NE(ref.graph, effect.graph) << "a graph goes under a task";
          values_[effect.graph].clear();
          break;
        case Effect::Kind::kStop:
          EXPECT_TRUE(state_.unwanted(effect.task));
          EXPECT_TRUE(std::ranges::find(running_, effect.task) != running_.end());
          break;
        case Effect::Kind::kRelease:
          release(effect);
      }
    }
    effects_.clear();
  }

  void adopt(const Effect& effect) {
    const Plan& child = *plans_[effect.graph];
    for (const TaskOutput& output : child.graph->outputs()) {
      EXPECT_EQ(values_[effect.graph][child.slot(output)], 1) << "an adopted value is gone";
    }
    values_[effect.graph].clear();
    done_.insert({effect.task.graph, effect.task.task});
    put_values(effect.task);
  }

  void release(const Effect& effect) {
    if (values_[effect.graph].empty()) return;
    EXPECT_EQ(values_[effect.graph][effect.slot], 1) << "a value goes twice";
    values_[effect.graph][effect.slot] = 0;
    const Plan& plan = *plans_[effect.graph];
    for (const TaskRef& ref : running_) {
      if (ref.graph != effect.graph) continue;
      for (const TaskOutput& input : plan.graph->inputs(ref.task)) {
        EXPECT_NE(plan.slot(input), effect.slot) << "a value goes under a running task";
      }
    }
  }

  const Oracle& oracle_;
  Tally& tally_;
  std::mt19937 random_;
  const bool may_cancel_;
  const OnFailure on_failure_;
  SchedulerState state_;
  std::vector<const Plan*> plans_;  // of all graphs there have been
  std::map<std::uint32_t, TaskRef> parents_;
  std::vector<TaskRef> running_;
  std::set<std::pair<std::uint32_t, TaskId>> done_;
  std::map<std::pair<std::uint32_t, TaskId>, int> failed_;
  std::vector<std::vector<int>> values_;  // by graph and slot: whether it is there
  std::vector<Effect> effects_;
};

TEST(Simulator, SurvivesAHundredThousandOrdersOfEvents) {
  Tally tally;
  for (unsigned world = 1; world <= kWorlds; ++world) {
    Maker maker(world);
    const auto plan = maker.plan(1 + world % 3);
    const int retries = maker.chance(3) ? 1 : 0;
    const auto on_failure = maker.chance(2) ? OnFailure::kStopRun : OnFailure::kFinishOthers;
    const Oracle oracle(*plan, retries);
    for (unsigned order = 0; order < kOrdersOfEach; ++order) {
      Simulator(*plan, oracle, retries, on_failure, world * kOrdersOfEach + order, tally).run();
      ASSERT_FALSE(testing::Test::HasFailure()) << "in world " << world << ", order " << order;
    }
  }
  std::cout << tally << '\n';
  EXPECT_EQ(tally.orders, 100'000u);
  // Each thing that can happen did, in a good part of the orders.
  for (const unsigned count :
       {tally.retries, tally.failures, tally.cancellations, tally.expansions, tally.late, tally.put_back}) {
    EXPECT_GT(count, tally.orders / 20);
  }
}

}  // namespace
}  // namespace treadle::engine
