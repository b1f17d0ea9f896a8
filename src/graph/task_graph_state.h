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
    std::uint16_t reserved = 0;  // no byte is undefined: records are written as they are
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

  std::span<const TaskOutput> inputs(TaskId id) const noexcept {
    const std::size_t begin = records[id].first_input;
    const std::size_t end = id + 1 < records.size() ? records[id + 1].first_input : edges.size();
    return {edges.data() + begin, end - begin};
  }
  const HeldOperation& operation(TaskId id) const noexcept { return operations[records[id].operation]; }

  std::uint32_t hold(std::shared_ptr<const Operation>&& operation);
  Key task_key(const Key& operation, std::span<const TaskOutput> inputs) const;
  void check(std::span<const TaskOutput> inputs) const;
  void check(TaskId id) const;
};

}  // namespace treadle
