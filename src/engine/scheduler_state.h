#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "engine/rank_set.h"
#include "engine/slot_table.h"
#include "treadle/task_graph.h"

namespace treadle::engine {

/// One task of a run: its graph (0 is the one submitted, others are expansions by arrival) and its number
/// there.
struct TaskRef {
  std::uint32_t graph = 0;
  TaskId task = 0;
  bool operator==(const TaskRef&) const = default;
};

/// What the owner of the values has to do, in this order, after an event.
struct Effect {
  enum class Kind : std::uint8_t {
    kRelease,  ///< the value in `slot` of `graph` is not needed any more
    kAdopt,    ///< expansion `graph` is done: its outputs become the slots of `parent`, the rest of it goes
  };
  Kind kind;
  std::uint32_t graph;
  std::uint32_t slot = 0;
  TaskRef parent = {};
};

/// What a run knows about its tasks: which are ready, running, done. A pure state machine: no threads,
/// clocks, values or I/O, so that a simulator can drive it through any order of events. Not thread-safe: an
/// engine calls it under its lock, and for many tasks at a time, because most of the cost is in reaching
/// their memory.
///
///     waiting -> ready -> running -> done
///                  ^---------'  `-> expanded -> done      put back, retried; answered with more graph
class SchedulerState {
 public:
  SchedulerState(std::shared_ptr<const TaskGraph> graph, std::uint16_t default_retries);

  /// Fills `room` with the ready tasks that go first, all of one graph, and answers how many; they are
  /// running then. Newer expansions go before what was there; within a graph the order is graph::order().
  /// Nothing once stopped.
  std::size_t take(std::span<TaskRef> room);
  std::optional<TaskRef> take();
  /// A running task was not started after all (its memory is not there yet): it is ready again.
  void put_back(TaskRef ref);
  /// Running tasks of one graph have put their values into their slots.
  void finish(std::span<const TaskRef> refs, std::vector<Effect>& effects);
  void finish(TaskRef ref, std::vector<Effect>& effects) { finish(std::span(&ref, 1), effects); }
  /// A running task answered with more graph, which has as many outputs as the task has slots.
  void expand(TaskRef ref, std::shared_ptr<const TaskGraph> graph, std::vector<Effect>& effects);
  /// A running task threw. True if it is ready again to be retried; false if that ends the run: it is stopped
  /// then.
  bool fail(TaskRef ref);
  /// A running task was stopped before it had a result.
  void drop(TaskRef ref);
  /// Starts nothing any more.
  void stop() noexcept { stopped_ = true; }

  bool stopped() const noexcept { return stopped_; }
  bool has_ready() const noexcept { return !stopped_ && num_ready_ != 0; }
  std::size_t num_ready() const noexcept { return num_ready_; }
  std::size_t num_running() const noexcept { return num_running_; }
  std::size_t num_done() const noexcept { return num_done_; }
  std::size_t num_tasks() const noexcept { return num_tasks_; }
  /// Every task is done.
  bool complete() const noexcept { return num_done_ == num_tasks_; }
  /// Nothing is running and nothing will.
  bool ended() const noexcept { return num_running_ == 0 && (stopped_ || complete()); }

  /// A graph of the run; an expansion only until it is adopted.
  const std::shared_ptr<const TaskGraph>& graph(std::uint32_t index) const { return graphs_[index]->graph; }
  /// How many graphs there have been.
  std::uint32_t num_graphs() const noexcept { return static_cast<std::uint32_t>(graphs_.size()); }
  /// The task whose answer this expansion is. Not for graph 0.
  TaskRef parent(std::uint32_t index) const { return graphs_[index]->parent; }
  /// When a task's value is used next: larger is later, and last of all what only outputs hold.
  std::uint64_t next_use(TaskRef ref) const;
  /// From the task to one that nothing waits for, each by the first that needs the one before; at most
  /// `most`.
  std::vector<TaskRef> users_of(TaskRef ref, std::size_t most) const;

 private:
  // All that an event needs to know of a task: four to a cache line.
  struct TaskState {
    std::uint32_t missing = 0;     // edges whose value is not there yet, or one of the marks below
    std::uint32_t consumers = 0;   // edges and outputs that still need slot 0, if that is all
    std::uint32_t dependents = 0;  // where its users begin; they end where the next task's begin
    std::uint32_t rank = 0;
  };
  static constexpr std::uint32_t kReady = UINT32_MAX;
  static constexpr std::uint32_t kRunning = UINT32_MAX - 1;
  static constexpr std::uint32_t kExpanded = UINT32_MAX - 2;
  static constexpr std::uint32_t kDone = UINT32_MAX - 3;
  static constexpr std::uint32_t kIdle = UINT32_MAX - 4;  // stopped, and never to run

  struct GraphState {
    GraphState(std::shared_ptr<const TaskGraph> tasks, TaskRef expands);
    std::uint32_t& consumers(const TaskOutput& output) {
      return slot_consumers.empty() ? tasks[output.task].consumers : slot_consumers[slots.of(output)];
    }

    std::shared_ptr<const TaskGraph> graph;
    SlotTable slots;
    TaskRef parent;
    std::size_t unfinished;
    std::vector<TaskState> tasks;  // and one more, where the last one's users end
    std::vector<TaskId> dependents;
    std::vector<std::uint32_t> slot_consumers;  // only if there are tasks with other than one slot
    std::vector<TaskId> by_rank;
    RankSet ready;
  };

  void add(std::shared_ptr<const TaskGraph> graph, TaskRef parent);
  void make_ready(std::uint32_t index, TaskId task);
  void leave_running(TaskRef ref, std::uint32_t next);
  void complete_task(TaskRef ref, std::vector<Effect>& effects);
  static void release_inputs(GraphState& state, TaskRef ref, std::vector<Effect>& effects);
  static void release_unwanted(GraphState& state, TaskRef ref, std::vector<Effect>& effects);

  std::vector<std::unique_ptr<GraphState>> graphs_;  // an expansion that was adopted is null
  std::priority_queue<std::uint32_t> open_;          // the graphs that have ready tasks, newest first
  std::map<std::pair<std::uint32_t, TaskId>, std::uint16_t> failures_;
  std::uint16_t default_retries_;
  std::size_t num_tasks_ = 0;
  std::size_t num_done_ = 0;
  std::size_t num_ready_ = 0;
  std::size_t num_running_ = 0;
  bool stopped_ = false;
};

}  // namespace treadle::engine
