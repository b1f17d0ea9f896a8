#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/scheduler_state.h"
#include "engine/slot_table.h"
#include "graph/task_graph_state.h"
#include "memory/spilled_value.h"
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
  bool pinned(TaskId task) const noexcept {
    const TaskGraph::State& arrays = graph->state();
    return arrays.has_pinned && arrays.records[task].pinned != 0;
  }
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
  std::vector<std::shared_ptr<const SpilledValue>> spilled;
  bool empty() const noexcept { return values.empty() && graphs.empty() && spilled.empty(); }
  void clear() noexcept {
    values.clear();
    graphs.clear();
    spilled.clear();
  }
};

/// One slot of one graph of the run.
struct SlotRef {
  std::uint32_t graph = 0;
  std::uint32_t slot = 0;
  auto operator<=>(const SlotRef&) const = default;
};

/// All finished values of a run, charged to its budget until they go. Not thread-safe: under the run's lock.
class RunValues {
 public:
  /// `count_outputs`: whether output_bytes() is asked for.
  RunValues(MemoryBudget& budget, bool count_outputs);

  void add(std::shared_ptr<const TaskGraph> graph, std::unique_ptr<GraphRecord> record);
  GraphValues* of(std::uint32_t graph) const { return graphs_[graph].get(); }
  /// Puts the values of a task into its slots; how many bytes they are. `room` was reserved for them.
  std::size_t publish(TaskRef ref, std::vector<Value>&& values, Reservation&& room);
  /// Does what the scheduler's state asked for; settles the account with the budget.
  void apply(std::span<const Effect> effects, Trash& trash);
  /// The values of the outputs of the graph that was submitted, empty where there is none. Throws IoError if
  /// a spilled one cannot be read.
  std::vector<Value> outputs() const;
  /// What the outputs that are there take together, or will once they are read back.
  std::size_t output_bytes() const noexcept { return output_bytes_; }
  /// What of it has to be read back.
  std::size_t output_bytes_on_disk() const;
  void clear(Trash& trash);

  /// A value that could be spilled, taken off the list of such values.
  struct Victim {
    SlotRef where;
    Value value;
  };
  /// When a slot's value is used next: larger is later.
  using NextUse = std::function<std::uint64_t(SlotRef)>;
  /// The value that is used last of all that nobody else holds; none if there is none.
  std::optional<Victim> choose_victim(const NextUse& next_use);
  /// Puts a victim's spilled form into its place. False if the value is needed or gone by now.
  bool replace(Victim&& victim, std::shared_ptr<const SpilledValue> spilled, bool in_use, Trash& trash);
  /// A victim that was not spilled after all.
  void keep(const Victim& victim) { large_.push_back(victim.where); }
  bool any_spilled() const noexcept { return !spilled_.empty(); }
  /// The spilled value of a slot; null if it is not spilled.
  std::shared_ptr<const SpilledValue> spilled(SlotRef where) const;

 private:
  void adopt(const Effect& effect, Trash& trash);
  void discard(std::uint32_t graph, Trash& trash);
  void release(SlotRef where, Trash& trash);
  void place(SlotRef where, Value value);
  void count_output(SlotRef where, std::size_t bytes);
  std::shared_ptr<const SpilledValue> take_spilled(SlotRef where);

  std::vector<std::unique_ptr<GraphValues>> graphs_;  // by number; null once adopted
  Reservation memory_;
  std::ptrdiff_t unsettled_ = 0;  // bytes that memory_ does not show yet
  std::size_t worth_spilling_;    // values below this stay
  std::vector<SlotRef> large_;    // slots that had a value worth spilling; some have lost it since
  std::map<SlotRef, std::shared_ptr<const SpilledValue>> spilled_;
  const bool count_outputs_;
  std::vector<bool> is_output_;  // by slot of the graph that was submitted; empty unless outputs are counted
  std::size_t output_bytes_ = 0;
};

}  // namespace treadle::engine
