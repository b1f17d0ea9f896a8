#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "treadle/key.h"
#include "treadle/operation.h"
#include "treadle/value.h"

namespace treadle {

/// A task's number within its graph: tasks are numbered as they are added, inputs before their users.
using TaskId = std::uint32_t;

/// One slot of one task: what edges and outputs point at.
struct TaskOutput {
  TaskId task = 0;
  std::uint32_t slot = 0;
  bool operator==(const TaskOutput&) const = default;
};

/// What a task asks of the engine besides memory.
struct Resources {
  /// Larger goes first among ready tasks; order() sets it for whole graphs.
  std::int32_t priority = 0;
  /// How often a failed task is tried again.
  std::uint16_t retries = 0;
  /// Its values stay in memory until nobody needs them any more, whatever the budget: they are not spilled.
  /// For what many tasks read again and again.
  bool pinned = false;
  bool operator==(const Resources&) const = default;
};

/// A view of one task. Dies with the next change of the graph.
struct Task {
  Key key;
  const Operation& operation;
  std::span<const TaskOutput> inputs;
  Resources resources;
};

/// A directed acyclic graph of tasks as plain data: compact arrays of tasks and edges, and the outputs
/// wanted.
///
/// Acyclic by construction: inputs must have been added before. Culled, fused and ordered by free functions
/// (graph/). Move-only; not thread-safe while it is being built, safe to read from many threads afterwards.
/// Destroying a graph never recurses along its edges.
class TaskGraph {
 public:
  struct State;

  TaskGraph();
  /// A graph of arrays that are there already, for the library's own code.
  explicit TaskGraph(std::unique_ptr<State> state);
  TaskGraph(TaskGraph&&) noexcept;
  TaskGraph& operator=(TaskGraph&&) noexcept;
  ~TaskGraph();

  /// Adds a task. Throws InvalidArgument if an input names a task or slot that does not exist.
  /// The key is derived from the operation and the inputs' keys; adding equal work again returns the same
  /// task.
  TaskId add(std::shared_ptr<const Operation> operation, std::span<const TaskOutput> inputs,
             Resources resources = {});
  TaskId add(std::shared_ptr<const Operation> operation, std::initializer_list<TaskOutput> inputs = {},
             Resources resources = {});
  /// Adds a task whose result is there already. A movable value up to 1 MiB is known by its content, so that
  /// equal ones share a task; any other by a number of its own.
  TaskId add_value(Value value);
  /// Wants this slot's value at the end. Outputs keep their order; one may be wanted twice.
  void add_output(TaskOutput output);

  std::size_t num_tasks() const noexcept;
  std::size_t num_edges() const noexcept;
  /// How many values the task answers with.
  std::uint32_t num_slots(TaskId id) const;
  /// Whether every task answers with exactly one value.
  bool single_slots() const noexcept;
  /// Room for that many, so that building does not copy what it grew out of.
  void reserve(std::size_t num_tasks, std::size_t num_edges);
  Task task(TaskId id) const;
  const Key& key(TaskId id) const;
  /// "name-" and the first eight digits of the key; made on demand.
  std::string name(TaskId id) const;
  std::span<const TaskOutput> inputs(TaskId id) const;
  std::span<const TaskOutput> outputs() const noexcept;
  /// The operation, shared: for functions that build one graph from another.
  const std::shared_ptr<const Operation>& shared_operation(TaskId id) const;
  /// Bytes the graph itself holds, operations and values excepted.
  std::size_t nbytes() const noexcept;

  /// The arrays themselves, for the library's own code (src/graph/task_graph_state.h).
  const State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace treadle
