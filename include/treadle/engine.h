#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "treadle/run_options.h"
#include "treadle/task_context.h"
#include "treadle/task_graph.h"
#include "treadle/value.h"

namespace treadle {

/// How far a run has come. Counters are added up over all tasks.
struct Progress {
  std::size_t tasks_done = 0;
  std::size_t tasks_total = 0;  ///< grows with expansions
  std::array<std::uint64_t, kNumCounters> counters{};
  bool finished = false;

  std::uint64_t counter(Counter which) const { return counters[static_cast<std::size_t>(which)]; }
};

/// What a finished run cost.
struct Statistics {
  Progress progress;
  std::chrono::nanoseconds wall{};
  std::size_t peak_working_memory = 0;
  std::vector<std::string> warnings;
  /// If a task failed: its readable name, then those of some tasks that it ran for, each needed by the next.
  std::vector<std::string> failed_tasks;
};

/// A graph under way. A handle: copies name the same run; the run goes on without handles. Thread-safe.
class Run {
 public:
  class State;  // the engine's side
  explicit Run(std::shared_ptr<State> state) : state_(std::move(state)) {}

  /// Waits for the end. Throws what the run ended with: TaskFailed's cause if it is a treadle::Error, else
  /// TaskFailed; Cancelled; OutOfMemory.
  void wait();
  /// Waits at most `timeout`; whether the run has ended. Does not throw the run's error.
  bool wait_for(std::chrono::milliseconds timeout);
  /// Asks the run to stop; returns at once. Tasks stop at their next poll.
  void cancel();
  Progress progress() const;
  /// Waits, then the values of the graph's outputs, in their order. Throws as wait() does.
  std::vector<Value> outputs();
  /// Waits, then the values of the outputs, those that a failure kept from being made empty; all are if the
  /// run was cancelled or was to stop at a failure. Does not throw the run's error.
  std::vector<Value> finished_outputs();
  /// Waits for the end without throwing.
  Statistics statistics();

 private:
  std::shared_ptr<State> state_;
};

/// What runs graphs. Every engine passes tests/conformance. Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;
  /// Whether runs go on while nobody waits for them.
  virtual bool works_unattended() const { return true; }
  /// Whether the calling thread is one of this engine's, inside a task. If it slept until another run has
  /// ended, that run might wait for the thread: it waits by Run::wait_for(), which works meanwhile.
  virtual bool inside_task() const noexcept { return false; }
  /// Starts the graph and returns. Throws InvalidArgument for options that cannot hold.
  virtual Run submit(TaskGraph graph, const RunOptions& options = {}) = 0;
};

/// Runs everything in the thread that waits, one task after the other: for finding faults.
std::shared_ptr<Engine> make_synchronous_engine();
/// The embedded pool of threads. `max_threads` 0: as many as the process may use (affinity and container
/// limits).
std::shared_ptr<Engine> make_threaded_engine(unsigned max_threads = 0);

}  // namespace treadle
