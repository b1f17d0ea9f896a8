#include "engine/run_recording.h"

#include <algorithm>
#include <ctime>
#include <utility>

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

void RunRecording::record(const Claim& claim, const Answer& answer, std::int64_t begin) {
  if (answer.put_back) return;
  const TaskGraph::State& graph = claim.values->graph->state();
  GraphRecord& record = *claim.values->record;
  TaskEvent event;
  event.task = std::uint64_t{claim.ref.graph} << 32 | claim.ref.task;
  event.kind = record.kinds[graph.records[claim.ref.task].operation];
  event.worker = static_cast<std::uint16_t>(thread_number());
  event.begin = begin;
  event.finish = recorder_.now();
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
  // Read by its users only after this task was settled under the run's lock.
  record.finished[claim.ref.task] = event.finish;
  recorder_.add(event);
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
