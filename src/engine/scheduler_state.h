#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/rank_set.h"
#include "engine/slot_table.h"
#include "treadle/run_options.h"
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
    kAdopt,    ///< expansion `graph` is done: its outputs become the slots of `task`, the rest of it goes
    kDiscard,  ///< expansion `graph` is over without a result: all of it goes
    kStop,     ///< nobody waits for the running `task` any more: it may stop, and is dropped when it has
  };
  Kind kind;
  std::uint32_t graph;
  std::uint32_t slot = 0;
  TaskRef task = {};
};

/// What a run knows about its tasks: which are ready, running, done. A pure state machine: no threads,
/// clocks, values or I/O, so that a simulator can drive it through any order of events. Not thread-safe: an
/// engine calls it under its lock, and for many tasks at a time, because most of the cost is in reaching
/// their memory.
///
///     waiting -> ready -> running -> done
///                  ^---------'  `-> expanded -> done      put back, retried; answered with more graph
///
/// A task that fails for good is lost, and with it what depends on it: an expansion is one piece of work with
/// the task that answered with it. What only lost tasks wanted is lost, too, if it comes later in the order;
/// with OnFailure::kStopRun all that comes later is. What comes earlier goes on, so that which failure is the
/// first in the order depends on neither threads nor time. A running task that is lost is unwanted until its
/// thread drops it.
///
///     waiting, ready, expanded -> lost        running -> unwanted -> lost
class SchedulerState {
  struct GraphState;

 public:
  explicit SchedulerState(std::shared_ptr<const TaskGraph> graph, std::uint16_t default_retries = 0,
                          OnFailure on_failure = OnFailure::kFinishOthers);

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
  /// Where one graph's tasks lie; valid while one of them is running. finish() is called under the engine's
  /// lock, where waiting for memory holds up all threads: asking for it before, without the lock, is this.
  class Tasks {
   public:
    /// What finish() touches of the task itself and of its inputs.
    void prefetch(TaskId task) const noexcept;
    /// What it touches of the task's users; some time after prefetch().
    void prefetch_users(TaskId task) const noexcept;

   private:
    friend class SchedulerState;
    explicit Tasks(const GraphState& state) : state_(&state) {}
    const GraphState* state_;
  };
  Tasks tasks_of(std::uint32_t graph) const { return Tasks(*graphs_[graph]); }
  /// A running task threw. True if it is ready again to be retried; else it is lost.
  bool fail(TaskRef ref, std::vector<Effect>& effects);
  /// A running task of a stopped run, or an unwanted one, has stopped. Its result, if any, is nobody's.
  void drop(TaskRef ref, std::vector<Effect>& effects);
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
  bool ended() const noexcept {
    return num_running_ == 0 && (stopped_ || num_done_ + num_lost_ == num_tasks_);
  }
  /// Whether a running task was lost: drop() is the only answer for it.
  bool unwanted(TaskRef ref) const noexcept {
    return first_failure_ && graphs_[ref.graph]->tasks[ref.task].missing == kUnwanted;
  }
  /// Of the tasks that failed for good, the one that is first in the order.
  std::optional<TaskRef> first_failure() const noexcept { return first_failure_; }

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
  /// Tasks that are neither done nor lost, the first in the order of each graph; at most `most`.
  std::vector<TaskRef> unfinished(std::size_t most) const;
  /// "waiting", "ready" and so on, for people.
  std::string_view standing(TaskRef ref) const;
  /// The tasks whose values the task still waits for, each once; at most `most`.
  std::vector<TaskRef> missing_inputs(TaskRef ref, std::size_t most) const;

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
  static constexpr std::uint32_t kUnwanted = UINT32_MAX - 5;
  static constexpr std::uint32_t kLost = UINT32_MAX - 6;

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
    std::size_t lost_from;  // all tasks from this rank on are lost, unless they were done
    bool lost = false;      // its parent is lost
  };
  // The ranks of a task and of the tasks whose expansions it belongs to, from the outside: the order of all
  // tasks of a run is the order of these.
  using Position = std::vector<std::uint32_t>;

  static std::uint64_t task_number(TaskRef ref) noexcept { return std::uint64_t{ref.graph} << 32 | ref.task; }
  void add(std::shared_ptr<const TaskGraph> graph, TaskRef parent);
  void make_ready(std::uint32_t index, TaskId task);
  void leave_running(TaskRef ref, std::uint32_t next);
  void complete_task(TaskRef ref, std::vector<Effect>& effects);
  static void release_inputs(GraphState& state, TaskRef ref, std::vector<Effect>& effects);
  static void release_unwanted(GraphState& state, TaskRef ref, std::vector<Effect>& effects);
  Position position(TaskRef ref) const;
  void lose_with_dependents(TaskRef ref, std::vector<Effect>& effects);
  void lose_from(std::uint32_t index, std::size_t rank, std::vector<Effect>& effects);
  void lose_around(TaskRef ref, std::vector<Effect>& effects);
  void lose(TaskRef ref, std::vector<Effect>& effects);
  void lose_expansions(std::vector<Effect>& effects);
  void retire(TaskRef ref);
  void close_lost_graphs(std::vector<Effect>& effects);
  static void give_up_inputs(GraphState& state, TaskRef ref, std::vector<Effect>& effects);
  static bool may_be_lost(const GraphState& state, TaskId task);
  static bool has_consumers(const GraphState& state, TaskId task);

  std::vector<std::unique_ptr<GraphState>> graphs_;  // an expansion that was adopted is null
  // The graphs that have ready tasks, newest first; some, perhaps, that have lost them.
  std::priority_queue<std::uint32_t> open_;
  std::map<std::pair<std::uint32_t, TaskId>, std::uint16_t> failures_;
  std::unordered_map<std::uint64_t, std::uint32_t> expansions_;  // by the task that answered with it
  const std::uint16_t default_retries_;
  const OnFailure on_failure_;
  std::optional<TaskRef> first_failure_;
  Position first_position_;
  std::vector<std::uint32_t> losing_;  // expansions whose tasks are still to be lost
  std::vector<std::uint32_t> over_;    // lost expansions that have no unfinished tasks any more
  std::size_t num_tasks_ = 0;
  std::size_t num_done_ = 0;
  std::size_t num_lost_ = 0;
  std::size_t num_ready_ = 0;
  std::size_t num_running_ = 0;
  bool stopped_ = false;
};

}  // namespace treadle::engine
