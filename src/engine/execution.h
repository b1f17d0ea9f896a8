#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "engine/run_state.h"
#include "engine/scheduler_state.h"
#include "engine/slot_table.h"
#include "engine/spill_folder.h"
#include "engine/strip_run.h"
#include "report/recorder.h"

namespace treadle::engine {

/// A run as both local engines execute it: the scheduler's state, the values, the memory, the end. Threads
/// come from outside: whoever has one calls work(). Thread-safe.
class Execution : public Run::State {
 public:
  using Clock = std::chrono::steady_clock;

  /// `max_workers` threads at most work at once, those that wait for the run not counted.
  /// `wake` is called, from any thread, when threads may find work here that did not before, and at the end.
  Execution(TaskGraph graph, const RunOptions& options, unsigned max_workers, std::function<void()> wake);
  ~Execution() override;

  /// Runs tasks, or strips of one, in this thread until there are none for it, another run wants the thread
  /// or, after a task, `until` has passed. False if there was nothing that it may do now. `waiting`: this
  /// thread waits for the run and has nothing better to do.
  bool work(bool waiting, std::optional<Clock::time_point> until = {});
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Stops the run and ends it with `reason`, unless it has ended.
  void stop(std::exception_ptr reason);
  /// Ends a run that was stopped a while ago although tasks are still under way; what they answer is dropped.
  void give_up_if_late();

  void wait() override;
  bool wait_for(std::chrono::milliseconds timeout) override;
  void cancel() override;
  Progress progress() const override;
  std::vector<Value> outputs() override;
  Statistics statistics() override;

 protected:
  /// Whether threads should look at other runs between two tasks.
  virtual bool yields() const noexcept { return false; }
  /// Returns when the run has ended or `deadline` has passed.
  virtual void wait_until(std::optional<Clock::time_point> deadline) = 0;
  /// Sleeps until then, and gives up a run that is late.
  void sleep_until(std::optional<Clock::time_point> deadline);

 private:
  friend class TaskRun;
  struct GraphValues {
    std::shared_ptr<const TaskGraph> graph;
    SlotTable table;
    std::vector<Value> slots;
    std::vector<std::uint32_t> kinds;    // by task; if events are recorded
    std::vector<std::int64_t> finished;  // by task, when it had finished; likewise
  };
  struct OpenStrips {
    StripRun* run;
    unsigned helpers;
  };
  struct alignas(64) CounterLine {
    std::array<std::atomic<std::uint64_t>, kNumCounters> counts{};
  };
  struct Claim {
    TaskRef ref;
    GraphValues* values = nullptr;
  };
  struct Admission;
  struct Answer {
    Outcome outcome;
    std::exception_ptr error;
    bool put_back = false;  // it did not run: its memory is not there
    bool held_memory = false;
    std::int64_t begin = 0;  // if events are recorded
  };
  // What is destroyed once the lock is gone: values can be large.
  struct Trash {
    std::vector<Value> values;
    std::vector<std::unique_ptr<GraphValues>> graphs;
    bool empty() const noexcept { return values.empty() && graphs.empty(); }
  };

  std::optional<Claim> claim();
  bool help_strips(std::unique_lock<std::mutex>& lock);
  Answer run_task(const Claim& claim);
  void record(const Claim& claim, const Answer& answer);
  void end_recording(std::unique_lock<std::mutex>& lock);
  ResourceSample sample() const;
  static void check(const Claim& claim, const Outcome& outcome);
  void settle(const Claim& claim, Answer& answer, Trash& trash);
  void add_values(std::shared_ptr<const TaskGraph> graph);
  static std::vector<Value> gather(const Claim& claim);
  bool admit(const Operation& operation, std::span<const Value> inputs, Admission& admission);
  void failed(const Claim& claim, const std::exception_ptr& error);
  void publish(const Claim& claim, std::vector<Value>&& values);
  void apply(Trash& trash);
  void adopt(const Effect& effect, Trash& trash);
  void release(Value& value, Trash& trash);
  std::string chain_of(TaskRef ref) const;
  void leave(std::unique_lock<std::mutex>& lock, bool waiting);
  void end(std::unique_lock<std::mutex>& lock);
  std::optional<Clock::time_point> patience() const;
  void drop_values(Trash& trash);
  void run_strips(StripLoop& strips, TaskContext& context);
  CounterLine& own_counters() noexcept;

  const unsigned max_workers_;
  const std::function<void()> wake_;
  const std::function<void()> on_end_;
  const Clock::time_point started_ = Clock::now();
  StopFlag stop_;
  SpillFolder spill_folder_;
  MemoryBudget budget_;
  std::array<CounterLine, 16> counters_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  SchedulerState state_;
  std::vector<std::unique_ptr<GraphValues>> values_;  // by graph; null once adopted
  std::vector<Effect> effects_;
  std::list<OpenStrips> open_strips_;
  Reservation values_memory_;
  unsigned inside_ = 0;                      // threads inside work()
  unsigned workers_ = 0;                     // those of them that do not wait for the run
  std::atomic<unsigned> holding_memory_{0};  // tasks that run, or try to, with admitted memory
  bool memory_short_ = false;                // the next task's memory is not there; until a task ends
  std::set<std::string> warnings_;
  std::optional<TaskRef> failed_task_;  // the lowest of those that failed
  std::exception_ptr error_;
  std::optional<Clock::time_point> stopped_at_;
  std::vector<Value> outputs_;
  Clock::time_point ended_at_;
  std::unique_ptr<report::Recorder>
      recorder_;  // null unless somebody listens; last: its thread looks at the rest
  bool ending_ = false;
  std::atomic<bool> ended_{false};
};

}  // namespace treadle::engine
