#pragma once

#include <chrono>
#include <span>
#include <string>

#include "engine/scheduler_state.h"
#include "treadle/memory.h"

namespace treadle::engine {

/// What one thread inside a run does.
struct ThreadActivity {
  std::string task;  ///< readable name; empty: strips of a task that another thread runs, or nothing
  unsigned thread = 0;
  long system_thread = 0;  ///< as debuggers and the system's tools number it
  std::chrono::nanoseconds since{};
};

/// What a person needs to see why a run does not get on: which tasks run since when and where, which wait for
/// what, and the memory.
std::string dump_state(const SchedulerState& state, std::span<const ThreadActivity> threads,
                       const MemoryBudget& budget, bool short_of_memory);

}  // namespace treadle::engine
