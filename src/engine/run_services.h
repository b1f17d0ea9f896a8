#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/stop_flag.h"
#include "engine/memory_watch.h"
#include "engine/spill_folder.h"
#include "memory/kept_values.h"
#include "memory/spill_file.h"
#include "treadle/memory.h"
#include "treadle/run_options.h"
#include "treadle/task_context.h"

namespace treadle::engine {

/// A small number of the calling thread's own.
unsigned thread_number() noexcept;

/// What the running tasks of one run share: memory, stop flag, spill folder, counters, warnings. Thread-safe.
class RunServices {
 public:
  RunServices(const RunOptions& options, unsigned max_workers);

  MemoryWatch memory_watch;
  MemoryBudget budget;
  StopFlag stop;
  SpillFolder spill_folder;
  const unsigned max_workers;
  /// A file below spill_folder, within the run's limits.
  std::shared_ptr<SpillFile> make_spill_file(std::string_view holder);
  /// Spills values that are kept beyond runs until `wanted` bytes are freed; how many were. What lies in
  /// memory of them counts in the budget until the run has ended.
  std::size_t spill_kept(std::size_t wanted) noexcept;
  /// The same, until so many bytes of the budget are free; whether it freed any.
  bool make_room(std::size_t wanted) noexcept;
  /// The run has ended: what is kept is none of its business any more.
  void let_go_of_kept() noexcept { kept_account_.reset(); }
  /// What kept values hold, for messages; empty if that is nothing.
  std::string describe_kept() const { return kept_->describe(); }
  /// How a task runs its strips with the help of others; set once, before any task runs.
  std::function<void(StripLoop&, TaskContext&)> run_strips;
  /// Called when a task that must run has its memory; set once, before any task runs.
  std::function<void()> admitted;

  void count(Counter counter, std::uint64_t amount) noexcept;
  /// What a task had counted that is to run again.
  void uncount(Counter counter, std::uint64_t amount) noexcept;
  std::array<std::uint64_t, kNumCounters> counters() const noexcept;
  /// The run gets on: a task has ended, or one polls.
  void mark() noexcept;
  std::uint64_t marks() const noexcept;
  void warn(std::string_view message);
  /// Each once, sorted: the order in which threads met them says nothing.
  std::vector<std::string> warnings() const;

 private:
  const std::shared_ptr<KeptValues> kept_;
  const SpillPlace kept_place_;
  std::optional<KeptAccount> kept_account_;
  std::atomic<bool> cannot_spill_kept_{false};
  const std::shared_ptr<SpillAccount> spill_account_;
  // Threads count on lines of their own and are added up when somebody asks.
  struct alignas(64) Line {
    std::array<std::atomic<std::uint64_t>, kNumCounters> counts{};
    std::atomic<std::uint64_t> marks{0};
  };
  std::array<Line, 16> lines_;
  mutable std::mutex mutex_;
  std::set<std::string> warnings_;
};

}  // namespace treadle::engine
