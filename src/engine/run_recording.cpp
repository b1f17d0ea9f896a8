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

std::unique_ptr<GraphRecord> RunRecording::record_of(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  auto record = std::make_unique<GraphRecord>();
  for (const auto& held : arrays.operations) record->kinds.push_back(recorder_.kind(held.operation->name()));
  record->finished.resize(arrays.records.size());
  return record;
}

// Ticks are cheap to read but of no known length: a batch's own beginning and end say how long they were.
void RunRecording::record(TaskBatch& batch, std::int64_t began, std::uint64_t first,
                          std::span<const std::uint64_t> finished) {
  if (finished.empty()) return;
  const std::int64_t now = recorder_.now();
  const double rate = static_cast<double>(now - began) / std::max(1.0, static_cast<double>(ticks() - first));
  const auto time_of = [&](std::uint64_t tick) {
    const auto passed = static_cast<std::int64_t>(static_cast<double>(tick - first) * rate);
    return began + std::min(passed, now - began);
  };
  std::array<TaskEvent, TaskBatch::kRoom> events;
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < finished.size(); ++i) {
    const auto& [claim, answer, stop] = batch[i];
    if (answer.put_back) continue;
    TaskEvent& event = events[count++] = event_of(claim, answer);
    event.begin = i == 0 ? began : time_of(finished[i - 1]);
    event.finish = time_of(finished[i]);
    // Read by its users only after this task was settled under the run's lock.
    claim.values->record->finished[claim.ref.task] = event.finish;
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
