#include "src/run_observer.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/binding.h"
#include "treadle/events.h"
#include "treadle/operation.h"
#include "treadle/task_graph.h"
#include "treadle/views.h"

// A run's events for Python: treadle.diagnostics and treadle.callbacks.
namespace treadle::python {

void RunObserver::on_begin(const RecordingInfo& info) {
  const std::lock_guard lock(mutex_);
  recorded_.on_begin(info);
}

void RunObserver::on_kind(std::string_view name) {
  const std::lock_guard lock(mutex_);
  recorded_.on_kind(name);
}

void RunObserver::on_graph(std::uint32_t number, const TaskGraph& graph) {
  if (!keeps_graph_) return;
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = std::uint64_t{number} << 32;
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    Planned& task = planned_.emplace_back(first | id, std::string(graph.shared_operation(id)->name()),
                                          std::vector<std::uint64_t>{});
    for (const TaskOutput& input : graph.inputs(id)) task.inputs.push_back(first | input.task);
  }
}

void RunObserver::on_tasks(std::span<const TaskEvent> tasks) {
  const std::lock_guard lock(mutex_);
  recorded_.on_tasks(tasks);
}

void RunObserver::on_sample(const ResourceSample& sample) {
  const std::lock_guard lock(mutex_);
  recorded_.on_sample(sample);
}

void RunObserver::on_end(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  recorded_.on_end(outcome);
}

void RunObserver::end(bool failed) {
  const std::pair<std::size_t, std::size_t> last = progress();
  {
    const std::lock_guard lock(mutex_);
    progress_ = last;
    run_.reset();  // with it go the values that the run holds
  }
  const nb::object call = nb::borrow(end_.get());
  begin_.reset();
  look_.reset();
  end_.reset();
  call(failed);
}

void RunObserver::started(const Run& run) {
  const std::lock_guard lock(mutex_);
  run_ = run;
}

std::pair<std::size_t, std::size_t> RunObserver::progress() const {
  std::optional<Run> run;
  {
    const std::lock_guard lock(mutex_);
    if (!run_) return progress_;
    run = run_;
  }
  const Progress now = run->progress();
  return {now.tasks_done, now.tasks_total};
}

Recording RunObserver::recording() const { return recording_from(0, 0); }

Recording RunObserver::recording_from(std::size_t first_task, std::size_t first_sample) const {
  const std::lock_guard lock(mutex_);
  const Recording& all = recorded_.recording();
  Recording part;
  part.info = all.info;
  part.kinds = all.kinds;
  part.outcome = all.outcome;
  if (first_task < all.tasks.size()) part.tasks.assign(all.tasks.begin() + first_task, all.tasks.end());
  if (first_sample < all.samples.size()) {
    part.samples.assign(all.samples.begin() + first_sample, all.samples.end());
  }
  return part;
}

std::vector<RunObserver::Planned> RunObserver::planned_from(std::size_t first) const {
  const std::lock_guard lock(mutex_);
  return {planned_.begin() + static_cast<std::ptrdiff_t>(std::min(first, planned_.size())), planned_.end()};
}

std::shared_ptr<RunObserver> observer_of(const ComputeOptions& options) {
  return std::dynamic_pointer_cast<RunObserver>(options.run.listener);
}

namespace {

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

/// (number, kind, worker, begin, end, bytes, how it ended)
nb::list tasks_from(const RunObserver& observer, std::size_t first) {
  const Recording part = observer.recording_from(first, SIZE_MAX);
  nb::list tasks;
  for (const TaskEvent& event : part.tasks) {
    tasks.append(nb::make_tuple(event.task, part.kinds[event.kind], event.worker, seconds(event.begin),
                                seconds(event.finish), event.bytes, name_of(event.end)));
  }
  return tasks;
}

/// (number, kind, numbers of the tasks whose values it takes)
nb::list planned_from(const RunObserver& observer, std::size_t first) {
  nb::list tasks;
  for (const RunObserver::Planned& one : observer.planned_from(first)) {
    tasks.append(nb::make_tuple(one.task, one.kind, one.inputs));
  }
  return tasks;
}

/// (time, resident bytes, seconds of processors)
nb::list samples_from(const RunObserver& observer, std::size_t first) {
  nb::list samples;
  for (const ResourceSample& one : observer.recording_from(SIZE_MAX, first).samples) {
    samples.append(nb::make_tuple(seconds(one.time), one.resident_bytes, seconds(one.cpu_nanoseconds)));
  }
  return samples;
}

/// Samples of runs that may have been under way at once, as those of one: in the order of their times, what
/// each run counts for itself added up, and not closer than what can be told apart.
std::vector<ResourceSample> merged(const std::vector<std::vector<ResourceSample>>& runs) {
  constexpr std::int64_t kLeastApart = 10'000'000;
  std::vector<std::pair<std::size_t, ResourceSample>> all;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    for (const ResourceSample& sample : runs[run]) all.emplace_back(run, sample);
  }
  std::ranges::stable_sort(all, {}, [](const auto& one) { return one.second.time; });
  std::vector<ResourceSample> latest(runs.size());
  ResourceSample sum;
  std::vector<ResourceSample> kept;
  for (const auto& [run, sample] : all) {
    const ResourceSample& before = latest[run];
    sum.time = sample.time;
    sum.resident_bytes = sample.resident_bytes;
    sum.cpu_nanoseconds = std::max(sum.cpu_nanoseconds, sample.cpu_nanoseconds);
    sum.working_bytes += sample.working_bytes - before.working_bytes;
    sum.bytes_read += sample.bytes_read - before.bytes_read;
    sum.bytes_written += sample.bytes_written - before.bytes_written;
    sum.bytes_spilled += sample.bytes_spilled - before.bytes_spilled;
    sum.tasks_done += sample.tasks_done - before.tasks_done;
    latest[run] = sample;
    const bool apart = kept.size() < 2 || kept.back().time - kept[kept.size() - 2].time >= kLeastApart;
    if (apart) {
      kept.push_back(sum);
    } else {
      kept.back() = sum;
    }
  }
  return kept;
}

/// Recordings of runs as one, each beginning so many seconds behind the first. Equal kinds are one.
Recording joined(const std::vector<std::pair<std::shared_ptr<RunObserver>, double>>& runs) {
  Recording all;
  std::unordered_map<std::string, std::uint32_t> numbers;
  std::vector<std::vector<ResourceSample>> samples;
  for (const auto& [observer, offset] : runs) {
    Recording one = observer->recording();
    const auto shift = static_cast<std::int64_t>(offset * 1e9);
    const auto graph = std::uint64_t{all.tasks.empty() ? 0 : (all.tasks.back().task >> 32) + 1} << 32;
    if (all.kinds.empty()) all.info = one.info;
    std::vector<std::uint32_t> kinds;
    for (const std::string& kind : one.kinds) {
      const auto [known, added] = numbers.try_emplace(kind, static_cast<std::uint32_t>(all.kinds.size()));
      if (added) all.kinds.push_back(kind);
      kinds.push_back(known->second);
    }
    for (TaskEvent& event : one.tasks) {
      event.task += graph;
      event.kind = kinds.at(event.kind);
      event.ready += shift;
      event.begin += shift;
      event.finish += shift;
    }
    for (ResourceSample& sample : one.samples) sample.time += shift;
    all.tasks.insert(all.tasks.end(), one.tasks.begin(), one.tasks.end());
    samples.push_back(std::move(one.samples));
    all.outcome = one.outcome;
  }
  all.samples = merged(samples);
  return all;
}

}  // namespace

void bind_run_observer(nb::module_& module) {
  using Runs = std::vector<std::pair<std::shared_ptr<RunObserver>, double>>;
  nb::class_<RunObserver>(module, "RunObserver")
      .def(nb::new_([](nb::object begin, nb::object look, nb::object end, bool keeps_graph) {
             return std::make_shared<RunObserver>(std::move(begin), std::move(look), std::move(end),
                                                  keeps_graph);
           }),
           nb::arg("begin"), nb::arg("look"), nb::arg("end"), nb::arg("keeps_graph"))
      .def("progress", &RunObserver::progress)
      .def("tasks", tasks_from, nb::arg("first") = 0)
      .def("planned", planned_from, nb::arg("first") = 0)
      .def("samples", samples_from, nb::arg("first") = 0);
  module.def("html_report", [](const Runs& runs, const std::string& title) {
    Recording all = joined(runs);
    all.info.title = title;
    return html_report(all);
  });
  module.def("chrome_trace", [](const Runs& runs) { return chrome_trace(joined(runs)); });
}

}  // namespace treadle::python
