#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/key.h"
#include "treadle/memory.h"
#include "treadle/value.h"

namespace treadle {

class TaskGraph;
class TaskContext;

/// What is known of an input's size before it exists. `exact` once the value is there.
struct SizeEstimate {
  std::size_t bytes = 0;
  bool exact = false;
};

/// What a task needs while it runs, in bytes, inputs not counted.
struct MemoryNeed {
  /// Below this it cannot run; a task whose least need exceeds the budget fails before it starts.
  std::size_t least = 0;
  /// With this it runs without spilling; the engine reserves between least and wished.
  std::size_t wished = 0;
  /// What its outputs will hold: sources start only if this fits.
  std::size_t output = 0;
};

/// More graph as an answer: how a plan adapts to what was learnt while running. See TaskGraph.
/// The answer depends on values only, never on memory, load or time.
struct Expansion {
  /// Self-contained; values known already enter it by TaskGraph::add_value(). Its outputs become, in order, the
  /// slots of the task that answered.
  std::shared_ptr<TaskGraph> graph;
};

/// A task's answer: one Value for each slot, in order, or an Expansion.
using Outcome = std::variant<std::vector<Value>, Expansion>;

/// What a task does. Immutable after construction; one operation may serve many tasks on many threads at once.
class Operation {
 public:
  virtual ~Operation() = default;

  /// A readable name such as "csv.scan" or "aggregate.merge"; reports group tasks by it.
  virtual std::string_view name() const = 0;
  /// Adds everything that determines the result besides the inputs. The default adds a number that is unique in the
  /// process, so that unrelated operations never look equal.
  virtual void add_to(KeyBuilder& key) const;
  /// How many Values run() answers with.
  virtual std::uint32_t num_slots() const { return 1; }
  virtual MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const;
  /// Does the work. May throw anything; the engine wraps it in TaskFailed. Long work polls context.check_stopped().
  virtual Outcome run(std::span<const Value> inputs, TaskContext& context) const = 0;
  /// Whether run() may answer with an Expansion. What lies behind such a task is submitted once it has answered.
  virtual bool may_expand() const { return false; }
  /// Whether the operation can be written, sent and run in another process.
  virtual bool portable() const { return false; }

 protected:
  Operation() = default;
  Operation(const Operation&) = default;
  Operation& operator=(const Operation&) = delete;

 private:
  Key identity_ = {};
};

/// The strips of a running task: independent pieces that idle threads may take.
///
/// run() is called once per strip, from any thread, several at a time. commit() is called once per strip, in strip
/// order, by one thread at a time and after that strip's run(); what it does is therefore independent of the number
/// of threads. Strips that were run but not committed are bounded by the engine (threads + 2).
class StripLoop {
 public:
  virtual ~StripLoop() = default;
  virtual std::size_t num_strips() const = 0;
  /// Bytes that one strip's run() holds until its commit(); reserved before an idle thread takes the strip.
  virtual std::size_t bytes_per_strip() const = 0;
  virtual void run(std::size_t strip, TaskContext& context) = 0;
  /// False ends the loop: later strips are not started, those under way are dropped uncommitted.
  virtual bool commit(std::size_t strip, TaskContext& context) = 0;
};

/// What is counted while tasks run; the engine adds the counts up for progress and statistics.
enum class Counter : std::uint8_t {
  kRowsRead,       ///< rows that sources delivered
  kBytesRead,      ///< bytes read from storage
  kRowsWritten,    ///< rows that sinks wrote
  kBytesWritten,   ///< bytes written to storage, spill files excepted
  kBytesSpilled,   ///< bytes written to spill files
  kRowsSkipped,    ///< bad rows skipped
  kStripsRead,     ///< strips read, again included
  kStripsRepeated, ///< strips read again (a guessed boundary or type was wrong)
};
inline constexpr std::size_t kNumCounters = 8;

/// The engine's side of a running task. Valid during run() only. Thread-safe, memory() excepted.
class TaskContext {
 public:
  virtual ~TaskContext() = default;

  /// The task's key.
  virtual const Key& key() const = 0;
  /// Whether the run was cancelled.
  virtual bool stop_requested() const noexcept = 0;
  /// Throws Cancelled if the run was cancelled.
  void check_stopped() const;
  /// The task's own reservation; grows and shrinks with its state. In a strip's run(): that strip's.
  virtual Reservation& memory() = 0;
  /// Makes a further reservation in the run's budget.
  virtual Reservation reserve(std::string_view holder, std::size_t bytes) = 0;
  /// Runs all strips and returns when the last is committed. Idle threads of the pool help.
  /// If a strip throws, the rest is dropped and the exception of the lowest failed strip that was reached leaves here.
  virtual void run_strips(StripLoop& strips) = 0;
  /// Folder for this run's spill files; made at first use, removed with the run.
  virtual const std::string& spill_directory() = 0;
  virtual void count(Counter counter, std::uint64_t amount) noexcept = 0;
  /// A warning for the user ("12 bad rows skipped in x.csv"); shown once at the end.
  virtual void warn(std::string_view message) = 0;
};

}  // namespace treadle
