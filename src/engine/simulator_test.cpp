// Drives the scheduler's state through random orders of events: which running task answers next, with values,
// more graph, a failure or nothing; when memory is short; when the run is cancelled. Each order is checked
// against what must always hold: no task is lost or run twice, none before its inputs, no value goes while it
// is needed or stays when it is not, and the run always ends.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "engine/scheduler_state.h"
#include "graph/test_operations.h"

namespace treadle::engine {
namespace {

using graph::sum_operation;

constexpr int kOrders = 100'000;
constexpr std::size_t kMostTasks = 60;

class Simulator {
 public:
  explicit Simulator(unsigned seed)
      : random_(seed),
        may_fail_(chance(4)),
        may_cancel_(chance(6)),
        graphs_{random_graph(1)},
        state_(graphs_[0], chance(3) ? 1 : 0) {
    values_.emplace_back(SlotTable(*graphs_[0]).size(), 0);
  }

  void run() {
    while (!state_.ended()) step();
    EXPECT_EQ(running_.size(), 0u);
    if (state_.stopped()) return;
    EXPECT_TRUE(state_.complete());
    EXPECT_EQ(state_.num_done(), state_.num_tasks());
    // What is left is what the outputs hold, and nothing else.
    std::set<std::uint32_t> wanted;
    const TaskGraph& root = *graphs_[0];
    for (const TaskOutput& output : root.outputs()) wanted.insert(slot_number(root, output));
    for (std::uint32_t slot = 0; slot < values_[0].size(); ++slot) {
      EXPECT_EQ(values_[0][slot], wanted.contains(slot) ? 1 : 0) << "slot " << slot;
    }
  }

 private:
  static constexpr std::uint32_t kSlots = 2;  // at most, of a task

  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  std::shared_ptr<const TaskGraph> random_graph(std::uint32_t outputs) {
    TaskGraph graph;
    const std::size_t count = random_() % 8 + 1;
    const bool slots = chance(3);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<TaskOutput> inputs;
      for (std::size_t k = random_() % 4; k > 0 && i > 0; --k) inputs.push_back(random_output(graph));
      graph.add(sum_operation(next_number_++, slots && chance(2) ? kSlots : 1), inputs);
    }
    for (std::uint32_t i = 0; i < outputs; ++i) graph.add_output(random_output(graph));
    made_ += count;
    return std::make_shared<const TaskGraph>(std::move(graph));
  }

  TaskOutput random_output(const TaskGraph& graph) {
    const auto task = static_cast<TaskId>(random_() % graph.num_tasks());
    return {task, static_cast<std::uint32_t>(random_() % graph.num_slots(task))};
  }

  static std::uint32_t slot_number(const TaskGraph& graph, const TaskOutput& output) {
    return SlotTable(graph).of(output);
  }

  void step() {
    const bool can_answer = !running_.empty();
    if (may_cancel_ && chance(20)) state_.stop();
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
      const TaskGraph& graph = *graphs_[room[i].graph];
      for (const TaskOutput& input : graph.inputs(room[i].task)) {
        EXPECT_EQ(values_[room[i].graph][slot_number(graph, input)], 1) << "an input is not there";
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
    if (state_.stopped()) {
      state_.drop(ref);  // late
    } else if (may_fail_ && chance(25)) {
      state_.fail(ref);
    } else if (chance(10)) {
      state_.put_back(ref);
    } else if (chance(6) && made_ < kMostTasks) {
      expand(ref);
    } else {
      finish(ref);
    }
  }

  void expand(TaskRef ref) {
    const std::uint32_t slots = graphs_[ref.graph]->num_slots(ref.task);
    auto more = slots != 0 ? random_graph(slots) : std::make_shared<const TaskGraph>();
    values_.emplace_back(SlotTable(*more).size(), 0);
    graphs_.push_back(more);
    state_.expand(ref, more, effects_);
    apply();
  }

  void finish(TaskRef ref) {
    done_.insert({ref.graph, ref.task});
    put_values(ref);
    state_.finish(ref, effects_);
    apply();
  }

  void put_values(TaskRef ref) {
    const TaskGraph& graph = *graphs_[ref.graph];
    const std::uint32_t first = SlotTable(graph).first(ref.task);
    for (std::uint32_t slot = first; slot < first + graph.num_slots(ref.task); ++slot) {
      EXPECT_EQ(values_[ref.graph][slot], 0) << "a value is there twice";
      values_[ref.graph][slot] = 1;
    }
  }

  void apply() {
    for (const Effect& effect : effects_) {
      if (effect.kind == Effect::Kind::kAdopt) {
        const TaskGraph& child = *graphs_[effect.graph];
        for (const TaskOutput& output : child.outputs()) {
          EXPECT_EQ(values_[effect.graph][slot_number(child, output)], 1) << "an adopted value is gone";
        }
        values_[effect.graph].clear();
        put_values(effect.parent);
      } else if (!values_[effect.graph].empty()) {
        EXPECT_EQ(values_[effect.graph][effect.slot], 1) << "a value goes twice";
        values_[effect.graph][effect.slot] = 0;
      }
    }
    effects_.clear();
  }

  std::mt19937 random_;
  std::int64_t next_number_ = 0;
  std::size_t made_ = 0;
  const bool may_fail_;
  const bool may_cancel_;
  // All graphs there have been: the state lets go of an expansion before its effects are done.
  std::vector<std::shared_ptr<const TaskGraph>> graphs_;
  SchedulerState state_;
  std::vector<TaskRef> running_;
  std::set<std::pair<std::uint32_t, TaskId>> done_;
  std::vector<std::vector<int>> values_;  // by graph and slot: whether it is there
  std::vector<Effect> effects_;
};

TEST(Simulator, SurvivesAHundredThousandOrdersOfEvents) {
  for (unsigned seed = 1; seed <= kOrders; ++seed) {
    Simulator(seed).run();
    ASSERT_FALSE(testing::Test::HasFailure()) << "with seed " << seed;
  }
}

}  // namespace
}  // namespace treadle::engine
