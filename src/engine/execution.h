#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/monitor.h"
#include "engine/progress_watch.h"
#include "engine/run_recording.h"
#include "engine/run_services.h"
#include "engine/run_state.h"
#include "engine/run_values.h"
#include "engine/scheduler_state.h"
#include "engine/strip_run.h"
#include "engine/task_batch.h"

namespace treadle::engine {

/// A run as both local engines execute it: what is ready, what is there, how it ends. Threads come from
/// outside: whoever has one calls work(). Thread-safe.
class Execution : public Run::State {
 public:
  using Clock = std::chrono::steady_clock;

  /// `max_workers` threads at most work at once, those that wait for the run not counted; each takes up to
  /// `most_at_once` short tasks in one go, at most TaskBatch::kRoom.
  /// `wake` is called, from any thread, when threads may find work here that did not before, and at the end.
  Execution(TaskGraph graph, const RunOptions& options, unsigned max_workers, std::uint32_t most_at_once,
            std::function<void()> wake);
  ~Execution() override;

  /// Runs tasks, or strips of one, in this thread until there are none for it, another run wants the thread
  /// or, after a task, `until` has passed. False if there was nothing that it may do now. `waiting`: this
  /// thread waits for the run and has nothing better to do.
  bool work(bool waiting, std::optional<Clock::time_point> until = {});
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /// Stops the run and ends it with `reason`, unless it has ended.
  void stop(std::exception_ptr reason);
  /// Ends a run that was stopped a while ago although tasks are still under way; what they answer is dropped.
  void give_up_if_late(Clock::time_point now = Clock::now());
  /// Called now and then by a monitor: gives the run up if it is late or does not get on.
  void look(const Pulse& pulse);
  /// Whether a thread is inside work().
  bool at_work() const;
  /// The run whose task this thread runs, if any, gets on: the thread waits for another run.
  static void mark_own_run() noexcept;

  /// How long a stopped run waits for its tasks to notice: with it, control returns within 200 ms.
  static constexpr std::chrono::milliseconds kGrace{150};

  void wait() override;
  bool wait_for(std::chrono::milliseconds timeout) override;
  void cancel() override;
  Progress progress() const override;
  std::vector<Value> outputs() override;
  std::vector<Value> finished_outputs() override;
  Statistics statistics() override;

 protected:
  /// Whether threads should look at other runs between two tasks.
  virtual bool yields() const noexcept { return false; }
  /// Whether nothing goes on unless somebody waits for the run.
  virtual bool needs_driver() const noexcept { return false; }
  /// The run has ended while `count` threads are still inside tasks that do not stop.
  virtual void threads_abandoned(unsigned /*count*/) {}
  /// One of them is back. Called by that thread.
  virtual void thread_returned() {}
  /// Returns when the run has ended or `deadline` has passed.
  virtual void wait_until(std::optional<Clock::time_point> deadline) = 0;
  /// Sleeps until then, and gives up a run that is late.
  void sleep_until(std::optional<Clock::time_point> deadline);

 private:
  struct OpenStrips {
    StripRun* run;
    unsigned helpers;
  };
  // A thread inside work(); on its stack.
  struct Worker {
    Worker();
    const unsigned thread;
    const long system_thread;
    clockid_t cpu_clock{};
    Clock::time_point since;  // when it took the batch, or began to look for one
    TaskBatch batch;
  };
  // How many tasks a thread takes at once: many while they are short and their values small, else one.
  struct Pace {
    std::uint32_t tasks = 1;
  };

  void add_values(std::uint32_t number, std::shared_ptr<const TaskGraph> graph);
  ResourceSample sample() const;
  std::uint32_t claim(TaskBatch& batch, const Pace& pace);
  void run_batch(TaskBatch& batch, std::vector<Value>& inputs, Pace& pace,
                 std::optional<RunRecording::ThreadClock>& clock);
  std::shared_ptr<const Reloads> reloads_of(TaskRef ref) const;
  void let_others_in();
  bool reclaim(std::size_t wanted) noexcept;
  std::optional<std::size_t> spill_one();
  bool in_use(SlotRef where);
  void settle(TaskBatch& batch, Pace& pace, Trash& trash);
  void settle_one(const Claim& claim, Answer& answer);
  void apply_effects(Trash& trash);
  void stop_task(TaskRef ref);
  void put_back(TaskRef ref);
  void failed(const Claim& claim, const std::exception_ptr& error);
  std::vector<std::string> chain_of(TaskRef ref) const;
  bool help_strips(std::unique_lock<std::mutex>& lock);
  void run_strips(StripLoop& strips, TaskContext& context);
  void leave(std::unique_lock<std::mutex>& lock, bool waiting);
  void check_outputs_fit();
  std::string outputs_do_not_fit() const;
  std::vector<Value> take_outputs();
  void late_answer(std::unique_lock<std::mutex>& lock);
  void end(std::unique_lock<std::mutex>& lock);
  std::optional<Clock::time_point> patience() const;
  SignsOfLife signs() const;
  std::string dump(Clock::time_point now) const;

  const std::uint32_t most_at_once_;
  const std::function<void()> wake_;
  const std::function<void()> on_end_;
  const OnFailure on_failure_;
  const std::string if_outputs_do_not_fit_;
  const Clock::time_point started_ = Clock::now();
  RunServices services_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  SchedulerState state_;
  const std::size_t num_outputs_;
  RunValues values_;
  std::vector<Effect> effects_;
  std::vector<TaskBatch*> batches_;  // that threads are running and others may steal from
  std::list<OpenStrips> open_strips_;
  std::shared_ptr<SpillFile> spill_file_;  // of finished values; null until the first is spilled
  bool cannot_spill_ = false;              // it failed: there is no use in trying again
  std::vector<const Worker*> inside_;      // threads inside work()
  ProgressWatch watch_;
  unsigned workers_ = 0;       // those of them that do not wait for the run
  bool must_run_ = false;      // the next task runs whatever the memory: no other does
  bool memory_short_ = false;  // the next task's memory is not there, until a task ends; or is being freed
  bool alone_next_ = false;    // a task ran out of memory: the next one begins when all have ended
  bool alone_ = false;         // one task runs, and no other beside it
  std::vector<std::string> failed_tasks_;  // the first in the order that failed, and what it ran for
  std::exception_ptr error_;
  std::optional<Clock::time_point> stopped_at_;
  std::vector<Value> outputs_;
  Clock::time_point ended_at_;
  bool ending_ = false;
  std::atomic<bool> ended_{false};
  std::unique_ptr<RunRecording>
      recording_;  // null unless somebody listens; last: its thread looks at the rest
};

}  // namespace treadle::engine
