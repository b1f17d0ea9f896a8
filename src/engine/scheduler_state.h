#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
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
/// engine calls it under its lock.
///
///     waiting -> ready -> running -> done
///                  ^---------'  `-> expanded -> done      put back, retried; answered with more graph
class SchedulerState {
 public:
  SchedulerState(std::shared_ptr<const TaskGraph> graph, std::uint16_t default_retries);

  /// The ready task that goes first; it is running then. Newer expansions go before what was there, within a
  /// graph the order of graph::order(). Nothing once the run is stopped.
  std::optional<TaskRef> take();
  /// A running task was not started after all (its memory is not there yet): it is ready again.
  void put_back(TaskRef ref);
  /// A running task has put its values into its slots.
  void finish(TaskRef ref, std::vector<Effect>& effects);
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

 private:
  enum class Status : std::uint8_t { kWaiting, kReady, kRunning, kExpanded, kDone };
  struct GraphState {
    GraphState(std::shared_ptr<const TaskGraph> tasks, TaskRef expands);
    std::shared_ptr<const TaskGraph> graph;
    SlotTable slots;
    TaskRef parent;
    std::size_t unfinished;
    std::vector<Status> status;
    std::vector<std::uint32_t> missing;    // by task: edges whose value is not there yet
    std::vector<std::uint32_t> consumers;  // by slot: edges and outputs that still need it
    std::vector<std::uint32_t> dependents_begin;
    std::vector<TaskId> dependents;  // users of a task, once for each edge
    std::vector<TaskId> by_rank;
    std::vector<std::uint32_t> rank;
    RankSet ready;
  };

  void add(std::shared_ptr<const TaskGraph> graph, TaskRef parent);
  void make_ready(std::uint32_t index, TaskId task);
  void leave_running(TaskRef ref, Status next);
  void complete_task(TaskRef ref, std::vector<Effect>& effects);
  static void release(GraphState& state, std::uint32_t index, std::uint32_t slot,
                      std::vector<Effect>& effects);

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
