#include "graph/graph_copy.h"

#include <utility>

namespace treadle::graph {

GraphCopy::GraphCopy(const TaskGraph::State& from)
    : from_(from),
      to_(std::make_unique<TaskGraph::State>()),
      new_id_(from.records.size(), NumberTable::kNone),
      new_operation_(from.operations.size(), NumberTable::kNone) {}

void GraphCopy::add(TaskId id) {
  add_record(id, copied_operation(from_.records[id].operation), from_.inputs(id));
}

void GraphCopy::add_as(TaskId id, std::shared_ptr<const Operation> operation,
                       std::span<const TaskOutput> inputs) {
  const std::uint32_t index = to_->hold_as_it_is(std::move(operation));
  if (to_->operations[index].num_slots != 1) to_->single_slots = false;
  add_record(id, index, inputs);
}

void GraphCopy::add_record(TaskId id, std::uint32_t operation, std::span<const TaskOutput> inputs) {
  TaskGraph::State::Record record = from_.records[id];
  record.operation = operation;
  record.first_input = static_cast<std::uint32_t>(to_->edges.size());
  for (const TaskOutput& input : inputs) to_->edges.push_back({new_id_[input.task], input.slot});
  new_id_[id] = static_cast<TaskId>(to_->records.size());
  to_->records.push_back(record);
  to_->keys.push_back(from_.keys[id]);
  if (record.priority != 0) to_->has_priorities = true;
  if (record.pinned != 0) to_->has_pinned = true;
}

std::uint32_t GraphCopy::copied_operation(std::uint32_t index) {
  std::uint32_t& copied = new_operation_[index];
  if (copied == NumberTable::kNone) {
    copied = static_cast<std::uint32_t>(to_->operations.size());
    to_->operations.push_back(from_.operations[index]);
    if (from_.operations[index].num_slots != 1) to_->single_slots = false;
  }
  return copied;
}

TaskGraph GraphCopy::take() {
  TaskGraph::State& to = *to_;
  to.tasks_by_key.reserve(to.keys.size());
  for (std::uint32_t id = 0; id < to.keys.size(); ++id) to.tasks_by_key.insert(to.keys[id].low, id);
  for (const TaskOutput& output : from_.outputs) to.outputs.push_back({new_id_[output.task], output.slot});
  return TaskGraph(std::move(to_));
}

}  // namespace treadle::graph
