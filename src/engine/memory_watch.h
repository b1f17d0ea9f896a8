#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/memory_limits.h"
#include "treadle/memory.h"

namespace treadle::engine {

/// Keeps the memory that a process holds within memory_limit: what no reservation explains is not there for
/// reservations. sample() is called by one thread at a time.
class MemoryWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// Asks the allocator to give back to the system what it keeps.
  using Trim = std::function<void()>;

  MemoryWatch(const MemoryLimits& limits, Trim trim);
  /// Of this process and machine. `kept`: what of the process's memory its budget knows already. Throws
  /// InvalidArgument for limits that cannot hold.
  MemoryWatch(const RunOptions& options, unsigned num_threads, std::size_t kept);

  std::size_t memory_limit() const noexcept { return limits_.memory_limit; }
  /// What reservations and values may hold.
  std::size_t working_memory() const noexcept { return limits_.working_memory; }
  /// Compares what is resident with what `budget` knows of, and tells it what it does not.
  void sample(MemoryBudget& budget, std::size_t resident, TimePoint now);

 private:
  const MemoryLimits limits_;
  Trim trim_;
  TimePoint next_trim_{};
  // So much was resident that the budget knew nothing of when there was least of it.
  std::size_t least_outside_ = SIZE_MAX;
  // Memory that was given up a moment ago is resident for a moment longer: only what several samples show in
  // a row is there.
  std::array<std::size_t, 4> recent_{};
  std::size_t next_recent_ = 0;
};

}  // namespace treadle::engine
