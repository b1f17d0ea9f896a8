// The task graph, where everything that Treadle runs is written down before it runs.
//
//   operation   what is done; one object may serve many tasks and is held once
//   task        an operation and its inputs, each one slot of an earlier task; its key tells equal work
//   output      a slot that the caller wants to have
//
// Tasks, edges, keys and operations lie in arrays, and ids are positions. Inputs are added before their
// users, so a graph cannot have a cycle and the order of the ids is a valid order to run in. The shape
// follows Dask's graphs (a key, a function, its arguments); the layout follows compressed sparse rows.
#include "treadle/task_graph.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "graph/task_graph_state.h"
#include "graph/value_operation.h"
#include "treadle/error.h"

namespace treadle {
namespace {

// Fibonacci hashing: pointers of one allocator differ in few bits.
std::uint64_t pointer_hash(const void* pointer) {
  return (reinterpret_cast<std::uintptr_t>(pointer) * 0x9e3779b97f4a7c15ULL) >> 20;
}

// The most inputs whose keys are hashed from the stack.
constexpr std::size_t kInputsOnStack = 16;

// `input` gives the inputs by their number.
template <class Input>
Key key_of(const Key& operation, std::size_t num_inputs, Input&& input) {
  using KeyedInput = TaskGraph::State::KeyedInput;
  if (num_inputs == 0) return operation;
  std::array<KeyedInput, kInputsOnStack + 1> on_stack;
  std::vector<KeyedInput> on_heap;
  KeyedInput* encoded = on_stack.data();
  if (num_inputs > kInputsOnStack) {
    on_heap.resize(num_inputs + 1);
    encoded = on_heap.data();
  }
  encoded[0] = {operation, num_inputs};
  for (std::size_t i = 0; i < num_inputs; ++i) encoded[i + 1] = input(i);
  return hash_bytes(std::as_bytes(std::span(encoded, num_inputs + 1)));
}

}  // namespace

// Called for every task: most graphs have few operations, or a new one for each task, which only the graph
// holds.
std::uint32_t TaskGraph::State::hold(std::shared_ptr<const Operation>&& operation) {
  if (!operations.empty() && operations.back().operation == operation) {
    return static_cast<std::uint32_t>(operations.size() - 1);
  }
  const bool held_by_others = operation.use_count() > 1;
  const std::uint64_t hash = pointer_hash(operation.get());
  if (held_by_others) {
    const std::uint32_t found = operations_by_address.find(
        hash, [&](std::uint32_t i) { return operations[i].operation == operation; });
    if (found != graph::NumberTable::kNone) return found;
  }

  const std::uint32_t index = hold_as_it_is(std::move(operation));
  if (held_by_others) operations_by_address.insert(hash, index);
  return index;
}

std::uint32_t TaskGraph::State::hold_as_it_is(std::shared_ptr<const Operation>&& operation) {
  const Key key = operation_key(*operation);
  const std::uint32_t slots = operation->num_slots();
  operations.push_back({std::move(operation), key, slots});
  return static_cast<std::uint32_t>(operations.size() - 1);
}

Key TaskGraph::State::operation_key(const Operation& operation) {
  KeyBuilder builder("operation");
  builder.add(operation.name());
  operation.add_to(builder);
  return builder.finish();
}

Key TaskGraph::State::task_key(const Key& operation, std::span<const KeyedInput> inputs) {
  return key_of(operation, inputs.size(), [&](std::size_t i) { return inputs[i]; });
}

Key TaskGraph::State::task_key(const Key& operation, std::span<const TaskOutput> inputs) const {
  return key_of(operation, inputs.size(),
                [&](std::size_t i) { return KeyedInput{keys[inputs[i].task], inputs[i].slot}; });
}

void TaskGraph::State::check(std::span<const TaskOutput> inputs) const {
  for (const TaskOutput& input : inputs) {
    check(input.task);
    if (single_slots && input.slot == 0) continue;  // without looking at a task that may be far away
    const std::uint32_t slots = operation(input.task).num_slots;
    if (input.slot >= slots) {
      throw InvalidArgument("task " + std::to_string(input.task) + " has " + std::to_string(slots) +
                            " slots; there is no slot " + std::to_string(input.slot));
    }
  }
}

void TaskGraph::State::check(TaskId id) const {
  if (id >= records.size()) {
    throw InvalidArgument("the graph has " + std::to_string(records.size()) + " tasks; there is no task " +
                          std::to_string(id));
  }
}

TaskGraph::TaskGraph() : state_(std::make_unique<State>()) {}
TaskGraph::TaskGraph(std::unique_ptr<State> state) : state_(std::move(state)) {}
TaskGraph::TaskGraph(TaskGraph&&) noexcept = default;
TaskGraph& TaskGraph::operator=(TaskGraph&&) noexcept = default;
TaskGraph::~TaskGraph() = default;

TaskId TaskGraph::add(std::shared_ptr<const Operation> operation, std::span<const TaskOutput> inputs,
                      Resources resources) {
  if (!operation) throw InvalidArgument("a task needs an operation; found none");
  State& s = *state_;
  s.check(inputs);
  if (s.records.size() >= graph::NumberTable::kNone || s.edges.size() + inputs.size() > UINT32_MAX) {
    throw InvalidArgument("a graph holds at most 4294967294 tasks and 4294967295 edges");
  }
  const std::uint32_t held = s.hold(std::move(operation));
  const Key key = s.task_key(s.operations[held].key, inputs);
  return s.add(held, key, inputs, resources);
}

TaskId TaskGraph::State::add(std::uint32_t operation, const Key& key, std::span<const TaskOutput> inputs,
                             Resources resources) {
  const std::uint32_t known = tasks_by_key.find(key.low, [&](std::uint32_t i) { return keys[i] == key; });
  if (known != graph::NumberTable::kNone) return known;
  const auto id = static_cast<TaskId>(records.size());
  records.push_back({operation, static_cast<std::uint32_t>(edges.size()), resources.priority,
                     resources.retries, resources.pinned});
  edges.insert(edges.end(), inputs.begin(), inputs.end());
  keys.push_back(key);
  tasks_by_key.insert(key.low, id);
  if (operations[operation].num_slots != 1) single_slots = false;
  if (resources.priority != 0) has_priorities = true;
  if (resources.pinned) has_pinned = true;
  return id;
}

TaskId TaskGraph::add(std::shared_ptr<const Operation> operation, std::initializer_list<TaskOutput> inputs,
                      Resources resources) {
  return add(std::move(operation), std::span<const TaskOutput>(inputs.begin(), inputs.size()), resources);
}

TaskId TaskGraph::add_value(Value value) {
  return add(std::make_shared<const graph::ValueOperation>(std::move(value)));
}

void TaskGraph::add_output(TaskOutput output) {
  state_->check(std::span(&output, 1));
  state_->outputs.push_back(output);
}

void TaskGraph::reserve(std::size_t num_tasks, std::size_t num_edges) {
  State& s = *state_;
  s.records.reserve(num_tasks);
  s.keys.reserve(num_tasks);
  s.edges.reserve(num_edges);
  s.tasks_by_key.reserve(num_tasks);
}

std::size_t TaskGraph::num_tasks() const noexcept { return state_->records.size(); }
std::size_t TaskGraph::num_edges() const noexcept { return state_->edges.size(); }
bool TaskGraph::single_slots() const noexcept { return state_->single_slots; }
std::span<const TaskOutput> TaskGraph::outputs() const noexcept { return state_->outputs; }

std::uint32_t TaskGraph::num_slots(TaskId id) const {
  state_->check(id);
  return state_->operations[state_->records[id].operation].num_slots;
}

Task TaskGraph::task(TaskId id) const {
  state_->check(id);
  const State::Record& record = state_->records[id];
  return {state_->keys[id], *state_->operations[record.operation].operation, state_->inputs(id),
          record.resources()};
}

const Key& TaskGraph::key(TaskId id) const {
  state_->check(id);
  return state_->keys[id];
}

std::string TaskGraph::name(TaskId id) const {
  return std::string(shared_operation(id)->name()) + "-" + key(id).to_string().substr(0, 8);
}

std::span<const TaskOutput> TaskGraph::inputs(TaskId id) const {
  state_->check(id);
  return state_->inputs(id);
}

const std::shared_ptr<const Operation>& TaskGraph::shared_operation(TaskId id) const {
  state_->check(id);
  return state_->operations[state_->records[id].operation].operation;
}

std::size_t TaskGraph::nbytes() const noexcept {
  const State& s = *state_;
  return sizeof(State) + s.keys.capacity() * sizeof(Key) + s.records.capacity() * sizeof(State::Record) +
         s.edges.capacity() * sizeof(TaskOutput) + s.operations.capacity() * sizeof(State::HeldOperation) +
         s.outputs.capacity() * sizeof(TaskOutput) + s.tasks_by_key.nbytes() +
         s.operations_by_address.nbytes();
}

}  // namespace treadle
