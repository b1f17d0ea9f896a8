#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/operation.h"
#include "treadle/value.h"

namespace treadle {

class DelayedNode;
class TaskGraph;
struct Resources;
struct TaskOutput;

/// A shared, immutable delayed computation. Deep chains are released without recursion.
using DelayedNodePtr = std::shared_ptr<const DelayedNode>;

/// Where one argument of a delayed call comes from.
struct CallArgument {
  enum class Kind : std::uint8_t {
    kConstant,  ///< known when the call was written down
    kInput,     ///< the result of another delayed computation
    kSequence,  ///< a vector or tuple made of such arguments
  };
  Kind kind = Kind::kConstant;
  Value constant;
  std::uint32_t input = 0;
  std::vector<CallArgument> items;
};

/// A function of any signature, called through one. Immutable; called by several threads at once.
class Callable {
 public:
  virtual ~Callable() = default;
  /// The name it was registered by (TREADLE_TASK); empty: it exists in this process only, and every call of
  /// it is work of its own.
  virtual std::string_view registered_name() const = 0;
  /// For reports: the registered name, or one made from the type.
  virtual std::string_view name() const = 0;
  /// Whether it answers with a delayed computation, which then runs in place of the call.
  virtual bool answers_delayed() const = 0;
  virtual Outcome call(std::span<const CallArgument> arguments, std::span<const Value> inputs) const = 0;
};

/// A row of values that other work than calls makes, such as the partitions of a bag. Immutable.
class DelayedRow {
 public:
  virtual ~DelayedRow() = default;
  /// Adds the tasks that make the values; where those are, in order. Tasks that no output needs are culled.
  virtual std::vector<TaskOutput> add_to(TaskGraph& graph) const = 0;
};

/// A call written down: `arguments` refer to `inputs` by position.
DelayedNodePtr make_delayed_call(std::shared_ptr<const Callable> callable,
                                 std::vector<CallArgument> arguments, std::vector<DelayedNodePtr> inputs);
/// The same call as the operation of its task, to be run on the inputs' values.
std::shared_ptr<const Operation> make_call_operation(std::shared_ptr<const Callable> callable,
                                                     std::vector<CallArgument> arguments);
/// A value that is there already, or a handle to one (persist_delayed()).
DelayedNodePtr make_delayed_value(Value value);
/// The value at `place` of a row. A graph has the tasks of a row once, however many of its values it needs.
DelayedNodePtr make_delayed_place(std::shared_ptr<const DelayedRow> row, std::uint32_t place);
/// The same call with other resources: equal work still, and one task where both are in a graph, with the
/// resources of the one that came first. A value, or one of a row, stays as it is.
DelayedNodePtr with_resources(const DelayedNodePtr& node, const Resources& resources);
/// The graph of these computations: one task a node however often it is used, equal work once. Its outputs
/// are the nodes' values, in order; if `kept`, claims on values that outlive the run (graph/kept_output.h).
TaskGraph delayed_graph(std::span<const DelayedNodePtr> nodes, bool kept = false);
/// Adds the tasks of these computations to a graph, whose maker culls it: where the nodes' values are, in
/// order.
std::vector<TaskOutput> add_delayed(std::span<const DelayedNodePtr> nodes, TaskGraph& graph);
/// The answer of a callable that answers with `node`.
Outcome expand_to(const DelayedNodePtr& node);
/// "Point" for a type whose mangled name is given: names of unregistered functions in reports.
std::string readable_type_name(const char* mangled);

}  // namespace treadle
