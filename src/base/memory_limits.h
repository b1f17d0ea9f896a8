#pragma once

#include <cstddef>

#include "treadle/run_options.h"

namespace treadle {

/// What a run's settings, the process and the machine come to.
struct MemoryLimits {
  /// What the process may hold.
  std::size_t memory_limit = 0;
  /// What reservations and values may hold when the run begins.
  std::size_t working_memory = 0;
  /// What they may hold whatever else the process holds.
  std::size_t least_working_memory = 0;
};

/// `resident` and `machine` are the process's and the machine's bytes. Throws InvalidArgument for limits that
/// cannot hold.
MemoryLimits memory_limits(const RunOptions& options, unsigned num_threads, std::size_t resident,
                           std::size_t machine);
/// Of this process and machine.
MemoryLimits memory_limits(const RunOptions& options, unsigned num_threads);

}  // namespace treadle
