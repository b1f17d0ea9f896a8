#include "engine/scheduler_state.h"

#include <numeric>

#include "graph/order.h"
#include "treadle/error.h"

namespace treadle::engine {

SchedulerState::GraphState::GraphState(std::shared_ptr<const TaskGraph> tasks, TaskRef expands)
    : graph(std::move(tasks)),
      slots(*graph),
      parent(expands),
      unfinished(graph->num_tasks()),
      status(graph->num_tasks(), Status::kWaiting),
      missing(graph->num_tasks()),
      consumers(slots.size(), 0),
      dependents_begin(graph->num_tasks() + 1, 0),
      dependents(graph->num_edges()),
      by_rank(graph::order(*graph)),
      rank(graph->num_tasks()),
      ready(graph->num_tasks()) {
  const auto count = static_cast<TaskId>(graph->num_tasks());
  for (TaskId i = 0; i < count; ++i) rank[by_rank[i]] = i;
  for (TaskId id = 0; id < count; ++id) {
    const auto inputs = graph->inputs(id);
    missing[id] = static_cast<std::uint32_t>(inputs.size());
    for (const TaskOutput& input : inputs) {
      ++dependents_begin[input.task];
      ++consumers[slots.of(input)];
    }
  }
  for (const TaskOutput& output : graph->outputs()) ++consumers[slots.of(output)];
  // Each begin is first its range's end and moves down as the range is filled from behind.
  std::inclusive_scan(dependents_begin.begin(), dependents_begin.end(), dependents_begin.begin());
  for (TaskId id = count; id-- > 0;) {
    for (const TaskOutput& input : graph->inputs(id)) dependents[--dependents_begin[input.task]] = id;
  }
}

SchedulerState::SchedulerState(std::shared_ptr<const TaskGraph> graph, std::uint16_t default_retries)
    : default_retries_(default_retries) {
  add(std::move(graph), {});
}

void SchedulerState::add(std::shared_ptr<const TaskGraph> graph, TaskRef parent) {
  const std::uint32_t index = num_graphs();
  graphs_.push_back(std::make_unique<GraphState>(std::move(graph), parent));
  const GraphState& state = *graphs_.back();
  num_tasks_ += state.graph->num_tasks();
  for (TaskId id = 0; id < state.missing.size(); ++id) {
    if (state.missing[id] == 0) make_ready(index, id);
  }
}

void SchedulerState::make_ready(std::uint32_t index, TaskId task) {
  GraphState& state = *graphs_[index];
  if (state.ready.empty()) open_.push(index);
  state.status[task] = Status::kReady;
  state.ready.insert(state.rank[task]);
  ++num_ready_;
}

std::optional<TaskRef> SchedulerState::take() {
  if (!has_ready()) return std::nullopt;
  const std::uint32_t index = open_.top();
  GraphState& state = *graphs_[index];
  const TaskId task = state.by_rank[state.ready.pop_first()];
  if (state.ready.empty()) open_.pop();
  state.status[task] = Status::kRunning;
  --num_ready_;
  ++num_running_;
  return TaskRef{index, task};
}

void SchedulerState::leave_running(TaskRef ref, Status next) {
  if (ref.graph >= graphs_.size() || !graphs_[ref.graph] ||
      graphs_[ref.graph]->status[ref.task] != Status::kRunning) {
    throw InternalError("a task that is not running was answered for");
  }
  graphs_[ref.graph]->status[ref.task] = next;
  --num_running_;
}

void SchedulerState::put_back(TaskRef ref) {
  leave_running(ref, Status::kWaiting);
  make_ready(ref.graph, ref.task);
}

void SchedulerState::drop(TaskRef ref) { leave_running(ref, Status::kWaiting); }

bool SchedulerState::fail(TaskRef ref) {
  leave_running(ref, Status::kWaiting);
  const std::uint16_t own = graphs_[ref.graph]->graph->task(ref.task).resources.retries;
  const std::uint16_t allowed = own != 0 ? own : default_retries_;
  if (!stopped_ && failures_[{ref.graph, ref.task}]++ < allowed) {
    make_ready(ref.graph, ref.task);
    return true;
  }
  stopped_ = true;
  return false;
}

void SchedulerState::finish(TaskRef ref, std::vector<Effect>& effects) {
  leave_running(ref, Status::kRunning);
  complete_task(ref, effects);
}

void SchedulerState::expand(TaskRef ref, std::shared_ptr<const TaskGraph> graph,
                            std::vector<Effect>& effects) {
  leave_running(ref, Status::kExpanded);
  // Its inputs are needed no longer: what the expansion uses of them, it holds itself.
  GraphState& state = *graphs_[ref.graph];
  for (const TaskOutput& input : state.graph->inputs(ref.task)) {
    release(state, ref.graph, state.slots.of(input), effects);
  }
  const std::uint32_t index = num_graphs();
  add(std::move(graph), ref);
  if (graphs_[index]->unfinished != 0) return;
  // No tasks, so no outputs: its parent has no slots.
  effects.push_back({Effect::Kind::kAdopt, index, 0, ref});
  graphs_[index].reset();
  complete_task(ref, effects);
}

void SchedulerState::release(GraphState& state, std::uint32_t index, std::uint32_t slot,
                             std::vector<Effect>& effects) {
  if (--state.consumers[slot] == 0) effects.push_back({Effect::Kind::kRelease, index, slot});
}

// A loop instead of a recursion: the last task of an expansion completes the task that was expanded, which
// may be the last of an expansion in turn.
void SchedulerState::complete_task(TaskRef ref, std::vector<Effect>& effects) {
  for (;;) {
    GraphState& state = *graphs_[ref.graph];
    const bool was_expanded = state.status[ref.task] == Status::kExpanded;
    state.status[ref.task] = Status::kDone;
    ++num_done_;
    for (std::uint32_t i = state.dependents_begin[ref.task]; i < state.dependents_begin[ref.task + 1]; ++i) {
      const TaskId user = state.dependents[i];
      if (--state.missing[user] == 0) make_ready(ref.graph, user);
    }
    if (!was_expanded) {
      for (const TaskOutput& input : state.graph->inputs(ref.task)) {
        release(state, ref.graph, state.slots.of(input), effects);
      }
    }
    const std::uint32_t first = state.slots.first(ref.task);
    const std::uint32_t count = state.graph->num_slots(ref.task);
    for (std::uint32_t slot = first; slot < first + count; ++slot) {
      if (state.consumers[slot] == 0) effects.push_back({Effect::Kind::kRelease, ref.graph, slot});
    }
    if (--state.unfinished != 0 || ref.graph == 0) return;
    const TaskRef parent = state.parent;
    effects.push_back({Effect::Kind::kAdopt, ref.graph, 0, parent});
    graphs_[ref.graph].reset();
    ref = parent;
  }
}

}  // namespace treadle::engine
