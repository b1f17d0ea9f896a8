#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/shared_object.h"
#include "treadle/compute_options.h"
#include "treadle/engine.h"
#include "treadle/events.h"

namespace treadle::python {

/// The recording of one run, which Python may look at while the run is under way, and what Python is called
/// for: before the run, now and then, behind it. Thread-safe; the engine's threads never wait for the GIL.
class RunObserver final : public EventListener, public std::enable_shared_from_this<RunObserver> {
 public:
  /// A task of the run's graphs. Numbers are those of events.
  struct Planned {
    std::uint64_t task;
    std::string kind;
    std::vector<std::uint64_t> inputs;
  };

  /// Called without arguments, `end` with whether the run failed. `keeps_graph`: planned() has something to
  /// say.
  RunObserver(nanobind::object begin, nanobind::object look, nanobind::object end, bool keeps_graph)
      : begin_(std::move(begin)), look_(std::move(look)), end_(std::move(end)), keeps_graph_(keeps_graph) {}

  void on_begin(const RecordingInfo& info) override;
  void on_kind(std::string_view name) override;
  void on_graph(std::uint32_t number, const TaskGraph& graph) override;
  void on_tasks(std::span<const TaskEvent> tasks) override;
  void on_sample(const ResourceSample& sample) override;
  void on_end(std::string_view outcome) override;

  // Under the GIL, in the thread that wants the result.
  void begin() { begin_.get()(); }
  void look() { look_.get()(); }
  /// The last call: forgets what it would call.
  void end(bool failed);

  void started(const Run& run);
  /// Tasks that are done, and all that are known of.
  std::pair<std::size_t, std::size_t> progress() const;
  /// What was recorded so far.
  Recording recording() const;
  /// The same without the first so many events and samples.
  Recording recording_from(std::size_t first_task, std::size_t first_sample) const;
  /// The tasks of all graphs so far without the first so many.
  std::vector<Planned> planned_from(std::size_t first) const;

 private:
  SharedObject begin_;
  SharedObject look_;
  SharedObject end_;
  const bool keeps_graph_;
  mutable std::mutex mutex_;
  std::vector<Planned> planned_;
  RecordingListener recorded_;
  std::optional<Run> run_;
  std::pair<std::size_t, std::size_t> progress_{0, 0};
};

/// The observer that `options` have; null if there is none.
std::shared_ptr<RunObserver> observer_of(const ComputeOptions& options);

}  // namespace treadle::python
