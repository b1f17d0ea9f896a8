#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace treadle {

class EventListener;  // treadle/events.h

/// What a task that failed for good (see RunOptions::retries) means for the rest of its run. Either way the
/// run ends with the failure that is first in the order of the tasks, whatever the threads and the timing.
enum class OnFailure : std::uint8_t {
  /// What depends on it is not run, nor what nobody else wanted; all other tasks and outputs go on, and
  /// Run::finished_outputs() has those that were reached: for independent pieces of work in one graph.
  kFinishOthers,
  /// The run ends as soon as nothing that comes before the failure is left: for one result in many parts.
  kStopRun,
};

/// How one graph is to be run.
struct RunOptions {
  /// Threads that work on this run; 0: all that the process may use.
  unsigned num_threads = 0;
  /// Bytes that the process may hold in memory while the run is under way, everything counted; unset: 70 % of
  /// the container's or machine's memory. What it holds besides reservations and values is looked at all the
  /// time and taken off working_memory. Below 64 MiB and 8 MiB a thread it is an InvalidArgument.
  std::optional<std::size_t> memory_limit;
  /// Bytes that reservations and values may hold; unset: what memory_limit leaves of what the process holds
  /// already.
  std::optional<std::size_t> working_memory;
  /// Where spill files go: a folder or several, separated by ':', of which the one with the most room is
  /// taken; empty: $TREADLE_SPILL_DIRECTORY, else $TMPDIR, else /tmp.
  std::string spill_directory;
  /// Bytes that the run's spill files may hold together; unset: what there is.
  std::optional<std::uint64_t> spill_quota;
  /// Bytes of a spill directory's disk that are left free; unset: a twentieth of it, at most 1 GiB.
  std::optional<std::uint64_t> spill_reserve;
  /// How often a failed task is tried again unless its Resources say otherwise.
  std::uint16_t retries = 0;
  OnFailure on_failure = OnFailure::kFinishOthers;
  /// What to do where the outputs do not fit into the budget together: the run ends with OutOfMemory, which
  /// says so, as soon as they do not, and none is read back from disk for nothing. Empty: they are handed out
  /// whatever they take.
  std::string if_outputs_do_not_fit;
  /// A run in which for so long no task ends, no strip is committed, no task polls and no thread computes
  /// ends with EngineLost, which tells what ran and what waited; 0: it may take for ever.
  std::chrono::nanoseconds watchdog = std::chrono::minutes(30);
  /// Receives the life of every task, and samples of what the process holds; null: nothing is recorded. One
  /// listener takes one run at a time.
  std::shared_ptr<EventListener> listener;
  /// What a recording calls the run.
  std::string title;
  /// Called once when the run has ended, however it did, by the thread that ends it. Must not throw or wait.
  std::function<void()> on_end;
};

}  // namespace treadle
