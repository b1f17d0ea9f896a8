#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/task_batch.h"
#include "report/recorder.h"
#include "treadle/run_options.h"

namespace treadle::engine {

/// Writes down a run's tasks for a listener. Thread-safe as far as its methods say.
class RunRecording {
 public:
  /// Null if the options name no listener.
  static std::unique_ptr<RunRecording> make(const RunOptions& options, unsigned max_workers);

  /// Makes room for the tasks of the run's graph of that number. Before any of them runs.
  std::unique_ptr<GraphRecord> record_of(std::uint32_t number, const TaskGraph& graph);
  /// What ticks() says, in nanoseconds of the recording: for one thread, from now on. Ticks are cheap to read
  /// but of no known length, and the clock that knows costs as much as a short task: it is read again only
  /// once the time since the last look is a good part of what was measured so far.
  class ThreadClock {
   public:
    /// Never less than before.
    std::int64_t time_of(std::uint64_t tick);

   private:
    friend class RunRecording;
    explicit ThreadClock(const report::Recorder& recorder);

    const report::Recorder* recorder_;
    std::uint64_t first_tick_, last_tick_;
    std::int64_t first_time_, last_time_;
    double rate_ = 0;
    std::int64_t given_ = 0;
  };
  ThreadClock thread_clock() const { return ThreadClock(recorder_); }
  /// This thread has run the first tasks of a batch, one after the other, from when ticks() said `first`:
  /// `finished` has what it said after each. Before their answers are settled. From any thread.
  void record(TaskBatch& batch, ThreadClock& clock, std::uint64_t first,
              std::span<const std::uint64_t> finished);
  /// Calls `sample` now and then, from another thread, until end(). `sample` leaves the time to this.
  void sample_with(std::function<ResourceSample()> sample);
  /// Before anybody hears of the end, so that the listener has everything by then.
  void end(const std::exception_ptr& error);

 private:
  RunRecording(const RunOptions& options, unsigned max_workers);
  static TaskEvent event_of(const Claim& claim, const Answer& answer);

  report::Recorder recorder_;
};

}  // namespace treadle::engine
