#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "graph/number_table.h"
#include "treadle/task_graph.h"

namespace treadle {

/// A graph's arrays, for the code that walks millions of tasks: graph/ and engine/. Ids are not checked here.
struct TaskGraph::State {
  struct Record {
    std::uint32_t operation;
    std::uint32_t first_input;
    std::int32_t priority;
    std::uint16_t retries;
    std::uint16_t pinned;  // 0 or 1; no byte is undefined: records are written as they are
    Resources resources() const noexcept { return {priority, retries, pinned != 0}; }
  };
  /// One input as it enters the key of its user.
  struct KeyedInput {
    Key key;
    std::uint64_t slot;
  };
  struct HeldOperation {
    std::shared_ptr<const Operation> operation;
    Key key;
    std::uint32_t num_slots;
  };

  std::vector<Key> keys;
  std::vector<Record> records;
  std::vector<TaskOutput> edges;
  std::vector<HeldOperation> operations;
  std::vector<TaskOutput> outputs;
  graph::NumberTable tasks_by_key;
  // Operations that others hold, too, and may add again.
  graph::NumberTable operations_by_address;
  bool single_slots = true;
  bool has_priorities = false;
  bool has_pinned = false;

  std::span<const TaskOutput> inputs(TaskId id) const noexcept {
    const std::size_t begin = records[id].first_input;
    const std::size_t end = id + 1 < records.size() ? records[id + 1].first_input : edges.size();
    return {edges.data() + begin, end - begin};
  }
  const HeldOperation& operation(TaskId id) const noexcept { return operations[records[id].operation]; }

  static Key operation_key(const Operation& operation);
  static Key task_key(const Key& operation, std::span<const KeyedInput> inputs);
  std::uint32_t hold(std::shared_ptr<const Operation>&& operation);
  /// The same, under the next number even if it is held already.
  std::uint32_t hold_as_it_is(std::shared_ptr<const Operation>&& operation);
  Key task_key(const Key& operation, std::span<const TaskOutput> inputs) const;
  /// Adds a task of a held operation, whose inputs were checked; the task that has the key if there is one.
  TaskId add(std::uint32_t operation, const Key& key, std::span<const TaskOutput> inputs,
             Resources resources);
  void check(std::span<const TaskOutput> inputs) const;
  void check(TaskId id) const;
};

}  // namespace treadle
