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
#include "treadle/task_context.h"
#include "treadle/value.h"

namespace treadle {

class TaskGraph;

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
  /// Self-contained; values known already enter it by TaskGraph::add_value(). Its outputs become, in order,
  /// the slots of the task that answered.
  std::shared_ptr<TaskGraph> graph;
};

/// A task's answer: one Value for each slot, in order, or an Expansion.
using Outcome = std::variant<std::vector<Value>, Expansion>;

/// What a task does. Immutable after construction; one operation may serve many tasks on many threads at
/// once.
class Operation {
 public:
  virtual ~Operation() = default;

  /// A readable name such as "csv.scan" or "aggregate.merge"; reports group tasks by it.
  virtual std::string_view name() const = 0;
  /// Adds everything that determines the result besides the inputs. The default adds a number that is unique
  /// in the process, so that unrelated operations never look equal.
  virtual void add_to(KeyBuilder& key) const;
  /// How many Values run() answers with.
  virtual std::uint32_t num_slots() const { return 1; }
  virtual MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const;
  /// Does the work. May throw anything; the engine wraps it in TaskFailed. Long work polls
  /// context.check_stopped().
  virtual Outcome run(std::span<const Value> inputs, TaskContext& context) const = 0;
  /// Whether run() may answer with an Expansion. What lies behind such a task is submitted once it has
  /// answered.
  virtual bool may_expand() const { return false; }
  /// Whether the operation can be written, sent and run in another process.
  virtual bool portable() const { return false; }
  /// Writes what its reader (graph::register_operation) needs to make an equal one. Only portable ones can.
  virtual void write(ByteSink& sink) const;
  /// What its reader is registered by. Not name() where one reader serves operations of many names.
  virtual std::string_view reader_name() const { return name(); }

 protected:
  Operation();
  /// A copy has an identity of its own.
  Operation(const Operation&);
  Operation& operator=(const Operation&) = delete;

 private:
  Key identity_;
};

}  // namespace treadle
