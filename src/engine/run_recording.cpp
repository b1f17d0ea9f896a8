#include "engine/run_recording.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/cycle_clock.h"
#include "graph/task_graph_state.h"
#include "treadle/error.h"

namespace treadle::engine {

std::unique_ptr<RunRecording> RunRecording::make(const RunOptions& options, unsigned max_workers) {
  if (!options.listener) return nullptr;
  return std::unique_ptr<RunRecording>(new RunRecording(options, max_workers));
}

RunRecording::RunRecording(const RunOptions& options, unsigned max_workers)
    : recorder_(options.listener, RecordingInfo{options.title, max_workers, std::time(nullptr)}) {}

std::unique_ptr<GraphRecord> RunRecording::record_of(std::uint32_t number, const TaskGraph& graph) {
  recorder_.add_graph(number, graph);
  const TaskGraph::State& arrays = graph.state();
  auto record = std::make_unique<GraphRecord>();
  for (const auto& held : arrays.operations) record->kinds.push_back(recorder_.kind(held.operation->name()));
  record->finished.resize(arrays.records.size());
  return record;
}

RunRecording::ThreadClock::ThreadClock(const report::Recorder& recorder)
    : recorder_(&recorder),
      first_tick_(ticks()),
      last_tick_(first_tick_),
      first_time_(recorder.now()),
      last_time_(first_time_) {}

std::int64_t RunRecording::ThreadClock::time_of(std::uint64_t tick) {
  constexpr std::uint64_t kPart = 16;
  constexpr std::uint64_t kLongest = 100'000;  // some 40 microseconds
  const std::uint64_t known = last_tick_ - first_tick_;
  if (tick > last_tick_ && tick - last_tick_ > std::min(known / kPart, kLongest)) {
    last_tick_ = ticks();
    last_time_ = recorder_->now();
    rate_ = static_cast<double>(last_time_ - first_time_) /
            static_cast<double>(std::max<std::uint64_t>(1, last_tick_ - first_tick_));
  }
  const double passed = rate_ * static_cast<double>(static_cast<std::int64_t>(tick - last_tick_));
  return given_ = std::max(given_, last_time_ + static_cast<std::int64_t>(passed));
}

void RunRecording::record(TaskBatch& batch, ThreadClock& clock, std::uint64_t first,
                          std::span<const std::uint64_t> finished) {
  std::array<TaskEvent, 8> events;  // a chain's batches have one
  std::size_t count = 0;
  std::int64_t begin = clock.time_of(first);
  for (std::uint32_t i = 0; i < finished.size(); ++i) {
    const auto& [claim, answer, stop] = batch[i];
    const std::int64_t finish = clock.time_of(finished[i]);
    if (!answer.put_back) {
      TaskEvent& event = events[count++] = event_of(claim, answer);
      // Its inputs may come from threads whose clocks are a few nanoseconds ahead.
      event.begin = std::max(begin, event.ready);
      event.finish = std::max(finish, event.begin);
      // Read by its users only after this task was settled under the run's lock.
      claim.values->record->finished[claim.ref.task] = event.finish;
    }
    begin = finish;
    if (count == events.size()) recorder_.add(std::span(events).first(std::exchange(count, 0)));
  }
  recorder_.add(std::span(events).first(count));
}

TaskEvent RunRecording::event_of(const Claim& claim, const Answer& answer) {
  const TaskGraph::State& graph = claim.values->graph->state();
  const GraphRecord& record = *claim.values->record;
  TaskEvent event;
  event.task = std::uint64_t{claim.ref.graph} << 32 | claim.ref.task;
  event.kind = record.kinds[graph.records[claim.ref.task].operation];
  event.worker = static_cast<std::uint16_t>(thread_number());
  for (const TaskOutput& edge : graph.inputs(claim.ref.task)) {
    event.ready = std::max(event.ready, record.finished[edge.task]);
  }
  if (answer.error) {
    event.end = TaskEnd::kFailed;
  } else if (const auto* slots = std::get_if<std::vector<Value>>(&answer.outcome)) {
    for (const Value& value : *slots) event.bytes += value.nbytes();
  } else {
    event.end = TaskEnd::kExpanded;
  }
  return event;
}

void RunRecording::sample_with(std::function<ResourceSample()> sample) {
  recorder_.sample_with([this, sample = std::move(sample)] {
    ResourceSample taken = sample();
    taken.time = recorder_.now();
    return taken;
  });
}

void RunRecording::end(const std::exception_ptr& error) {
  std::string outcome = "finished";
  try {
    if (error) std::rethrow_exception(error);
  } catch (const Cancelled&) {
    outcome = "cancelled";
  } catch (const std::exception& failure) {
    outcome = failure.what();
  }
  recorder_.end(outcome);
}

}  // namespace treadle::engine
