#include "engine/scheduler_state.h"

#include <algorithm>

#include "graph/task_graph_state.h"
#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::engine {
SchedulerState::GraphState::GraphState(std::shared_ptr<const TaskGraph> task_graph, TaskRef expands)
    : graph(std::move(task_graph)),
      slots(*graph),
      parent(expands),
      unfinished(graph->num_tasks()),
      tasks(graph->num_tasks() + 1),
      dependents(graph->num_edges()),
      slot_consumers(graph->single_slots() ? 0 : slots.size(), 0),
      by_rank(graph::order(*graph)),
      ready(graph->num_tasks()),
      lost_from(graph->num_tasks()) {
  const TaskGraph::State& arrays = graph->state();
  const auto count = static_cast<TaskId>(unfinished);
  for (TaskId i = 0; i < count; ++i) tasks[by_rank[i]].rank = i;
  for (const TaskOutput& edge : arrays.edges) {
    ++tasks[edge.task].dependents;
    ++consumers(edge);
  }
  for (const TaskOutput& output : arrays.outputs) ++consumers(output);
  // Each begin is first its range's end and moves down as the range is filled from behind.
  std::uint32_t end = 0;
  for (TaskId id = 0; id < count; ++id) {
    tasks[id].missing = static_cast<std::uint32_t>(arrays.inputs(id).size());
    tasks[id].dependents = end += tasks[id].dependents;
  }
  tasks[count].dependents = end;
  for (TaskId id = count; id-- > 0;) {
    for (const TaskOutput& input : arrays.inputs(id)) dependents[--tasks[input.task].dependents] = id;
  }
}

SchedulerState::SchedulerState(std::shared_ptr<const TaskGraph> graph, std::uint16_t default_retries,
                               OnFailure on_failure)
    : default_retries_(default_retries), on_failure_(on_failure) {
  add(std::move(graph), {});
}

void SchedulerState::add(std::shared_ptr<const TaskGraph> graph, TaskRef parent) {
  const std::uint32_t index = num_graphs();
  graphs_.push_back(std::make_unique<GraphState>(std::move(graph), parent));
  const GraphState& state = *graphs_.back();
  num_tasks_ += state.unfinished;
  for (TaskId id = 0; id < state.unfinished; ++id) {
    if (state.tasks[id].missing == 0) make_ready(index, id);
  }
}

void SchedulerState::make_ready(std::uint32_t index, TaskId task) {
  GraphState& state = *graphs_[index];
  if (state.ready.empty()) open_.push(index);
  state.tasks[task].missing = kReady;
  state.ready.insert(state.tasks[task].rank);
  ++num_ready_;
}

std::size_t SchedulerState::take(std::span<TaskRef> room) {
  if (!has_ready()) return 0;
  while (!graphs_[open_.top()] || graphs_[open_.top()]->ready.empty()) open_.pop();
  const std::uint32_t index = open_.top();
  GraphState& state = *graphs_[index];
  const std::size_t count = std::min(room.size(), state.ready.size());
  for (std::size_t i = 0; i < count; ++i) {
    const TaskId task = state.by_rank[state.ready.pop_first()];
    state.tasks[task].missing = kRunning;
    room[i] = {index, task};
  }
  if (state.ready.empty()) open_.pop();
  num_ready_ -= count;
  num_running_ += count;
  return count;
}

void SchedulerState::Tasks::prefetch(TaskId task) const noexcept {
  __builtin_prefetch(state_->dependents.data() + state_->tasks[task].dependents);
  for (const TaskOutput& input : state_->graph->state().inputs(task)) {
    __builtin_prefetch(&state_->tasks[input.task], 1);
  }
}

void SchedulerState::Tasks::prefetch_users(TaskId task) const noexcept {
  const std::uint32_t end = state_->tasks[task + 1].dependents;
  for (std::uint32_t i = state_->tasks[task].dependents; i < end; ++i) {
    __builtin_prefetch(&state_->tasks[state_->dependents[i]], 1);
  }
}

std::optional<TaskRef> SchedulerState::take() {
  TaskRef ref;
  return take(std::span(&ref, 1)) == 1 ? std::optional(ref) : std::nullopt;
}

void SchedulerState::leave_running(TaskRef ref, std::uint32_t next) {
  if (ref.graph >= graphs_.size() || !graphs_[ref.graph] ||
      graphs_[ref.graph]->tasks[ref.task].missing != kRunning) {
    throw InternalError("a task that is not running was answered for");
  }
  graphs_[ref.graph]->tasks[ref.task].missing = next;
  --num_running_;
}

void SchedulerState::put_back(TaskRef ref) {
  leave_running(ref, kIdle);
  make_ready(ref.graph, ref.task);
}

void SchedulerState::finish(std::span<const TaskRef> refs, std::vector<Effect>& effects) {
  for (const TaskRef& ref : refs) {
    leave_running(ref, kDone);
    complete_task(ref, effects);
  }
}

void SchedulerState::expand(TaskRef ref, std::shared_ptr<const TaskGraph> graph,
                            std::vector<Effect>& effects) {
  leave_running(ref, kExpanded);
  // Its inputs are needed no longer: what the expansion uses of them, it holds itself.
  release_inputs(*graphs_[ref.graph], ref, effects);
  const std::uint32_t index = num_graphs();
  add(std::move(graph), ref);
  if (graphs_[index]->unfinished != 0) {
    expansions_[task_number(ref)] = index;
    return;
  }
  // No tasks, so no outputs: its parent has no slots.
  effects.push_back({Effect::Kind::kAdopt, index, 0, ref});
  graphs_[index].reset();
  complete_task(ref, effects);
}

void SchedulerState::release_inputs(GraphState& state, TaskRef ref, std::vector<Effect>& effects) {
  for (const TaskOutput& input : state.graph->state().inputs(ref.task)) {
    if (--state.consumers(input) == 0) {
      effects.push_back({Effect::Kind::kRelease, ref.graph, state.slots.of(input)});
    }
  }
}

// Slots that nobody asked for.
void SchedulerState::release_unwanted(GraphState& state, TaskRef ref, std::vector<Effect>& effects) {
  if (state.slot_consumers.empty()) {
    if (state.tasks[ref.task].consumers == 0)
      effects.push_back({Effect::Kind::kRelease, ref.graph, ref.task});
    return;
  }
  const std::uint32_t first = state.slots.first(ref.task);
  const std::uint32_t count = state.graph->num_slots(ref.task);
  for (std::uint32_t slot = first; slot < first + count; ++slot) {
    if (state.slot_consumers[slot] == 0) effects.push_back({Effect::Kind::kRelease, ref.graph, slot});
  }
}

// A loop instead of a recursion: the last task of an expansion completes the task that was expanded, which
// may be the last of an expansion in turn.
void SchedulerState::complete_task(TaskRef ref, std::vector<Effect>& effects) {
  for (;;) {
    GraphState& state = *graphs_[ref.graph];
    const bool was_expanded = state.tasks[ref.task].missing == kExpanded;
    state.tasks[ref.task].missing = kDone;
    ++num_done_;
    const std::uint32_t end = state.tasks[ref.task + 1].dependents;
    for (std::uint32_t i = state.tasks[ref.task].dependents; i < end; ++i) {
      const TaskId user = state.dependents[i];
      std::uint32_t& missing = state.tasks[user].missing;
      if (missing != kLost && --missing == 0) make_ready(ref.graph, user);
    }
    if (!was_expanded) release_inputs(state, ref, effects);
    release_unwanted(state, ref, effects);
    if (--state.unfinished != 0 || ref.graph == 0) return;
    if (state.lost) {
      over_.push_back(ref.graph);
      return close_lost_graphs(effects);
    }
    const TaskRef parent = state.parent;
    effects.push_back({Effect::Kind::kAdopt, ref.graph, 0, parent});
    graphs_[ref.graph].reset();
    expansions_.erase(task_number(parent));
    ref = parent;
  }
}

// Newer graphs go first, within a graph the order of the ranks.
std::uint64_t SchedulerState::next_use(TaskRef ref) const {
  const GraphState& state = *graphs_[ref.graph];
  std::uint64_t first = UINT32_MAX;
  const std::uint32_t end = state.tasks[ref.task + 1].dependents;
  for (std::uint32_t i = state.tasks[ref.task].dependents; i < end; ++i) {
    const TaskState& user = state.tasks[state.dependents[i]];
    if (user.missing != kDone && user.missing != kExpanded && user.missing != kLost)
      first = std::min<std::uint64_t>(first, user.rank);
  }
  return std::uint64_t{UINT32_MAX - ref.graph} << 32 | first;
}

std::vector<TaskRef> SchedulerState::users_of(TaskRef ref, std::size_t most) const {
  std::vector<TaskRef> chain;
  while (chain.size() < most) {
    const GraphState& state = *graphs_[ref.graph];
    const std::uint32_t first = state.tasks[ref.task].dependents;
    if (first != state.tasks[ref.task + 1].dependents) {
      ref.task = state.dependents[first];
    } else if (ref.graph != 0) {
      ref = state.parent;
    } else {
      break;
    }
    chain.push_back(ref);
  }
  return chain;
}

std::vector<TaskRef> SchedulerState::unfinished(std::size_t most) const {
  std::vector<TaskRef> found;
  for (std::uint32_t index = 0; index < num_graphs(); ++index) {
    if (!graphs_[index]) continue;
    for (const TaskId task : graphs_[index]->by_rank) {
      if (found.size() == most) return found;
      const std::uint32_t missing = graphs_[index]->tasks[task].missing;
      if (missing != kDone && missing != kLost) found.push_back({index, task});
    }
  }
  return found;
}

std::string_view SchedulerState::standing(TaskRef ref) const {
  switch (graphs_[ref.graph]->tasks[ref.task].missing) {
    case kReady:
      return "ready";
    case kRunning:
      return "running";
    case kUnwanted:
      return "running, unwanted";
    case kExpanded:
      return "expanded";
    case kDone:
      return "done";
    case kLost:
      return "lost";
    case kIdle:
      return "stopped";
    default:
      return "waiting";
  }
}

std::vector<TaskRef> SchedulerState::missing_inputs(TaskRef ref, std::size_t most) const {
  std::vector<TaskRef> found;
  for (const TaskOutput& input : graphs_[ref.graph]->graph->inputs(ref.task)) {
    const TaskRef task{ref.graph, input.task};
    if (found.size() == most) break;
    if (graphs_[ref.graph]->tasks[input.task].missing == kDone) continue;
    if (std::ranges::find(found, task) == found.end()) found.push_back(task);
  }
  return found;
}

}  // namespace treadle::engine
