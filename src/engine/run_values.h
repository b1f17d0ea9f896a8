#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/scheduler_state.h"
#include "engine/slot_table.h"
#include "treadle/memory.h"
#include "treadle/value.h"

namespace treadle::engine {

/// What a recording needs of a graph's tasks.
struct GraphRecord {
  std::vector<std::uint32_t> kinds;    // by operation
  std::vector<std::int64_t> finished;  // by task: when it had finished
};

/// The finished values of one graph of a run. A running task may read its inputs' slots without the run's
/// lock: they stay until the task is done.
struct GraphValues {
  explicit GraphValues(std::shared_ptr<const TaskGraph> tasks)
      : graph(std::move(tasks)), table(*graph), slots(table.size()) {}
  const Value& at(const TaskOutput& output) const noexcept { return slots[table.of(output)]; }

  std::shared_ptr<const TaskGraph> graph;
  SlotTable table;
  std::vector<Value> slots;
  std::unique_ptr<GraphRecord> record;  // null unless somebody listens
};

/// What a run is done with. Emptied without the run's lock: destroying values can take long.
struct Trash {
  std::vector<Value> values;
  std::vector<std::unique_ptr<GraphValues>> graphs;
  bool empty() const noexcept { return values.empty() && graphs.empty(); }
  void clear() noexcept {
    values.clear();
    graphs.clear();
  }
};

/// All finished values of a run, charged to its budget until they go. Not thread-safe: under the run's lock.
class RunValues {
 public:
  explicit RunValues(MemoryBudget& budget) : memory_(budget.reserve("finished values")) {}

  void add(std::shared_ptr<const TaskGraph> graph, std::unique_ptr<GraphRecord> record);
  GraphValues* of(std::uint32_t graph) const { return graphs_[graph].get(); }
  /// Puts the values of a task into its slots; how many bytes they are.
  std::size_t publish(TaskRef ref, std::vector<Value>&& values);
  /// Does what the scheduler's state asked for; settles the account with the budget.
  void apply(std::span<const Effect> effects, Trash& trash);
  /// The values of the outputs of the graph that was submitted.
  std::vector<Value> outputs() const;
  void clear(Trash& trash);

 private:
  void adopt(const Effect& effect, Trash& trash);
  void release(Value& value, Trash& trash);

  std::vector<std::unique_ptr<GraphValues>> graphs_;  // by number; null once adopted
  Reservation memory_;
  std::ptrdiff_t unsettled_ = 0;  // bytes that memory_ does not show yet
};

}  // namespace treadle::engine
