#include "engine/state_dump.h"

#include "base/byte_size.h"

namespace treadle::engine {
namespace {

// Enough to see what blocks what; a run may have millions.
constexpr std::size_t kMostTasks = 12;
constexpr std::size_t kMostInputs = 3;

std::string name_of(const SchedulerState& state, TaskRef ref) {
  return state.graph(ref.graph)->name(ref.task);
}

std::string seconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

std::string describe(const SchedulerState& state, TaskRef ref) {
  std::string text = name_of(state, ref);
  text.append(" is ").append(state.standing(ref));
  const char* joint = " for ";
  for (const TaskRef& input : state.missing_inputs(ref, kMostInputs)) {
    text.append(joint).append(name_of(state, input));
    joint = ", ";
  }
  return text;
}

}  // namespace

std::string dump_state(const SchedulerState& state, std::span<const ThreadActivity> threads,
                       const MemoryBudget& budget, bool short_of_memory) {
  std::string text = "of " + std::to_string(state.num_tasks()) + " tasks " +
                     std::to_string(state.num_done()) + " are done, " + std::to_string(state.num_running()) +
                     " running, " + std::to_string(state.num_ready()) + " ready";
  for (const ThreadActivity& activity : threads) {
    text += "\n  thread " + std::to_string(activity.thread) + " (system thread " +
            std::to_string(activity.system_thread) + "): ";
    text += activity.task.empty() ? "no task of its own" : activity.task;
    text += " for " + seconds(activity.since);
  }
  const auto unfinished = state.unfinished(kMostTasks);
  for (const TaskRef& ref : unfinished) text += "\n  " + describe(state, ref);
  const std::size_t rest = state.num_tasks() - state.num_done() - unfinished.size();
  if (unfinished.size() == kMostTasks && rest != 0) text += "\n  and " + std::to_string(rest) + " more";
  text += "\n  memory: " + format_byte_size(budget.used()) + " in use, " +
          format_byte_size(budget.available()) + " free";
  if (short_of_memory) text += "; the next task waits for memory";
  return text;
}

}  // namespace treadle::engine
