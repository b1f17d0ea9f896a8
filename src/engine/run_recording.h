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

  /// Makes room for the tasks of a graph. Before any of them runs.
  std::unique_ptr<GraphRecord> record_of(const TaskGraph& graph);
  std::int64_t now() const noexcept { return recorder_.now(); }
  /// This thread has run the first tasks of a batch, one after the other from `began` on, when ticks() said
  /// `first`: `finished` has what it said after each. Before their answers are settled. From any thread.
  void record(TaskBatch& batch, std::int64_t began, std::uint64_t first,
              std::span<const std::uint64_t> finished);
  /// Calls `sample` now and then, from another thread, until end(). `sample` leaves the time to this.
  void sample_with(std::function<ResourceSample()> sample);
  /// Before anybody hears of the end, so that the listener has everything by then.
  void end(const std::exception_ptr& error);

 private:
  RunRecording(const RunOptions& options, unsigned max_workers);
  TaskEvent event_of(const Claim& claim, const Answer& answer);

  report::Recorder recorder_;
};

}  // namespace treadle::engine
