// What a failure takes with it. See scheduler_state.h.
#include <algorithm>

#include "engine/scheduler_state.h"
#include "graph/task_graph_state.h"
#include "treadle/error.h"

namespace treadle::engine {

SchedulerState::Position SchedulerState::position(TaskRef ref) const {
  Position ranks{graphs_[ref.graph]->tasks[ref.task].rank};
  while (ref.graph != 0) {
    ref = graphs_[ref.graph]->parent;
    ranks.push_back(graphs_[ref.graph]->tasks[ref.task].rank);
  }
  std::ranges::reverse(ranks);
  return ranks;
}

bool SchedulerState::fail(TaskRef ref, std::vector<Effect>& effects) {
  leave_running(ref, kIdle);
  if (stopped_) return false;
  const std::uint16_t own = graphs_[ref.graph]->graph->task(ref.task).resources.retries;
  const std::uint16_t allowed = own != 0 ? own : default_retries_;
  if (failures_[{ref.graph, ref.task}]++ < allowed) {
    make_ready(ref.graph, ref.task);
    return true;
  }
  Position where = position(ref);
  if (!first_failure_ || where < first_position_) {
    first_failure_ = ref;
    first_position_ = std::move(where);
  }
  lose_with_dependents(ref, effects);
  return false;
}

void SchedulerState::drop(TaskRef ref, std::vector<Effect>& effects) {
  if (ref.graph >= graphs_.size() || !graphs_[ref.graph] || !unwanted(ref)) return leave_running(ref, kIdle);
  --num_running_;
  GraphState& state = *graphs_[ref.graph];
  state.tasks[ref.task].missing = kLost;
  give_up_inputs(state, ref, effects);
  retire(ref);
  close_lost_graphs(effects);
}

// From the task outwards: in an expansion nobody wants what comes later, and the task that answered with it
// is lost in turn.
void SchedulerState::lose_with_dependents(TaskRef ref, std::vector<Effect>& effects) {
  GraphState& home = *graphs_[ref.graph];
  home.tasks[ref.task].missing = kLost;
  give_up_inputs(home, ref, effects);
  retire(ref);
  for (;;) {
    GraphState& state = *graphs_[ref.graph];
    if (ref.graph != 0 || on_failure_ == OnFailure::kStopRun) {
      lose_from(ref.graph, state.tasks[ref.task].rank + std::size_t{1}, effects);
    } else {
      lose_around(ref, effects);
    }
    if (ref.graph == 0 || state.lost) break;
    state.lost = true;
    ref = state.parent;
  }
  lose_expansions(effects);
  close_lost_graphs(effects);
}

void SchedulerState::lose_from(std::uint32_t index, std::size_t rank, std::vector<Effect>& effects) {
  GraphState& state = *graphs_[index];
  for (std::size_t i = rank; i < state.lost_from; ++i) lose({index, state.by_rank[i]}, effects);
  state.lost_from = std::min(state.lost_from, rank);
}

// What depends on the task, and what comes later and only lost tasks wanted.
void SchedulerState::lose_around(TaskRef ref, std::vector<Effect>& effects) {
  GraphState& state = *graphs_[ref.graph];
  const std::uint32_t rank = state.tasks[ref.task].rank;
  std::vector<TaskId> reached{ref.task};
  const auto reach = [&](TaskId task) {
    lose({ref.graph, task}, effects);
    reached.push_back(task);
  };
  while (!reached.empty()) {
    const TaskId task = reached.back();
    reached.pop_back();
    const std::uint32_t end = state.tasks[task + 1].dependents;
    for (std::uint32_t i = state.tasks[task].dependents; i < end; ++i) {
      if (may_be_lost(state, state.dependents[i])) reach(state.dependents[i]);
    }
    for (const TaskOutput& input : state.graph->state().inputs(task)) {
      const bool later = state.tasks[input.task].rank > rank;
      if (later && may_be_lost(state, input.task) && !has_consumers(state, input.task)) reach(input.task);
    }
  }
}

void SchedulerState::lose(TaskRef ref, std::vector<Effect>& effects) {
  GraphState& state = *graphs_[ref.graph];
  if (!may_be_lost(state, ref.task)) return;
  TaskState& task = state.tasks[ref.task];
  if (task.missing == kRunning) {
    task.missing = kUnwanted;
    effects.push_back({Effect::Kind::kStop, ref.graph, 0, ref});
    return;
  }
  if (task.missing == kExpanded) {
    losing_.push_back(expansions_.at(task_number(ref)));
    return;
  }
  if (task.missing == kReady) {
    state.ready.erase(task.rank);
    --num_ready_;
  }
  task.missing = kLost;
  give_up_inputs(state, ref, effects);
  retire(ref);
}

// A list instead of a recursion: expansions nest deep.
void SchedulerState::lose_expansions(std::vector<Effect>& effects) {
  while (!losing_.empty()) {
    const std::uint32_t index = losing_.back();
    losing_.pop_back();
    graphs_[index]->lost = true;
    lose_from(index, 0, effects);
  }
}

// A task is over without a result.
void SchedulerState::retire(TaskRef ref) {
  ++num_lost_;
  if (--graphs_[ref.graph]->unfinished == 0 && ref.graph != 0) over_.push_back(ref.graph);
}

void SchedulerState::close_lost_graphs(std::vector<Effect>& effects) {
  while (!over_.empty()) {
    const std::uint32_t index = over_.back();
    over_.pop_back();
    const TaskRef parent = graphs_[index]->parent;
    effects.push_back({Effect::Kind::kDiscard, index, 0, parent});
    graphs_[index].reset();
    expansions_.erase(task_number(parent));
    graphs_[parent.graph]->tasks[parent.task].missing = kLost;
    retire(parent);
  }
}

// As release_inputs(), where some inputs may not be there yet: they go as soon as they are.
void SchedulerState::give_up_inputs(GraphState& state, TaskRef ref, std::vector<Effect>& effects) {
  for (const TaskOutput& input : state.graph->state().inputs(ref.task)) {
    if (--state.consumers(input) == 0 && state.tasks[input.task].missing == kDone) {
      effects.push_back({Effect::Kind::kRelease, ref.graph, state.slots.of(input)});
    }
  }
}

bool SchedulerState::may_be_lost(const GraphState& state, TaskId task) {
  const std::uint32_t missing = state.tasks[task].missing;
  return missing != kDone && missing != kLost && missing != kUnwanted && missing != kIdle;
}

bool SchedulerState::has_consumers(const GraphState& state, TaskId task) {
  if (state.slot_consumers.empty()) return state.tasks[task].consumers != 0;
  const auto first = state.slot_consumers.begin() + state.slots.first(task);
  return std::any_of(first, first + state.graph->num_slots(task),
                     [](std::uint32_t count) { return count != 0; });
}

}  // namespace treadle::engine
