// Delayed calls: ordinary functions whose calls are written down instead of made.
//
//   node       a call or a value; refers to the nodes that its arguments come from
//   callable   a function of any signature behind one; known by name if it was registered
//   argument   a constant, an input, or a sequence of arguments
//
//   delayed(add)(delayed(inc)(1), 2)     add <- inc <- 1
//                                            <- 2
//
// The user's types appear in the headers only; here everything is a Value. The idea is Dask's delayed.
#include "treadle/delayed_node.h"

#include <cxxabi.h>

#include <cstdlib>
#include <unordered_map>
#include <utility>

#include "base/release_queue.h"
#include "delayed/call_operation.h"
#include "graph/kept_output.h"
#include "treadle/error.h"
#include "treadle/graph.h"
#include "treadle/task_graph.h"

namespace treadle {

class DelayedNode {
 public:
  DelayedNode(std::shared_ptr<const Operation> operation, std::vector<DelayedNodePtr> inputs,
              const Resources& resources = {})
      : operation_(std::move(operation)), inputs_(std::move(inputs)), resources_(resources) {}
  explicit DelayedNode(Value value) : value_(std::move(value)) {}
  DelayedNode(std::shared_ptr<const DelayedRow> row, std::uint32_t place)
      : row_(std::move(row)), place_(place) {}
  DelayedNode(const DelayedNode&) = delete;
  DelayedNode& operator=(const DelayedNode&) = delete;
  ~DelayedNode();

  /// Null for a value, and for one of a row.
  const std::shared_ptr<const Operation>& operation() const noexcept { return operation_; }
  const Value& value() const noexcept { return value_; }
  /// Null for a call or a value.
  const std::shared_ptr<const DelayedRow>& row() const noexcept { return row_; }
  std::uint32_t place() const noexcept { return place_; }
  const std::vector<DelayedNodePtr>& inputs() const noexcept { return inputs_; }
  const Resources& resources() const noexcept { return resources_; }

 private:
  std::shared_ptr<const Operation> operation_;
  std::vector<DelayedNodePtr> inputs_;
  Resources resources_;
  Value value_;
  std::shared_ptr<const DelayedRow> row_;
  std::uint32_t place_ = 0;
};

// A chain of ten million nodes must not take ten million stack frames.
DelayedNode::~DelayedNode() { release_without_recursion(std::move(inputs_)); }

namespace {

// Adds nodes to a graph, inputs first, by a stack of its own.
class GraphWriter {
 public:
  explicit GraphWriter(TaskGraph& graph) : graph_(graph) {}
  TaskOutput add(const DelayedNodePtr& root) {
    if (root == nullptr) throw InvalidArgument("expected a delayed value, found an empty one");
    stack_.push_back(root.get());
    while (!stack_.empty()) {
      const DelayedNode* node = stack_.back();
      if (written_.contains(node) || !push_missing_inputs(*node)) {
        if (!written_.contains(node)) written_.emplace(node, write(*node));
        stack_.pop_back();
      }
    }
    return written_.at(root.get());
  }
  /// Whether rows were added, of which perhaps not all values are needed.
  bool has_rows() const noexcept { return !rows_.empty(); }

 private:
  bool push_missing_inputs(const DelayedNode& node) {
    const std::size_t before = stack_.size();
    for (const DelayedNodePtr& input : node.inputs()) {
      if (!written_.contains(input.get())) stack_.push_back(input.get());
    }
    return stack_.size() > before;
  }

  TaskOutput write(const DelayedNode& node) {
    if (node.row() != nullptr) return row(*node.row()).at(node.place());
    if (node.operation() == nullptr) return {graph_.add_value(node.value()), 0};
    std::vector<TaskOutput> inputs;
    inputs.reserve(node.inputs().size());
    for (const DelayedNodePtr& input : node.inputs()) inputs.push_back(written_.at(input.get()));
    return {graph_.add(node.operation(), inputs, node.resources()), 0};
  }

  const std::vector<TaskOutput>& row(const DelayedRow& row) {
    const auto known = rows_.find(&row);
    return known != rows_.end() ? known->second : rows_.emplace(&row, row.add_to(graph_)).first->second;
  }

  TaskGraph& graph_;
  std::unordered_map<const DelayedNode*, TaskOutput> written_;
  std::unordered_map<const DelayedRow*, std::vector<TaskOutput>> rows_;
  std::vector<const DelayedNode*> stack_;
};

}  // namespace

DelayedNodePtr make_delayed_call(std::shared_ptr<const Callable> callable,
                                 std::vector<CallArgument> arguments, std::vector<DelayedNodePtr> inputs) {
  return std::make_shared<const DelayedNode>(make_call_operation(std::move(callable), std::move(arguments)),
                                             std::move(inputs));
}

std::shared_ptr<const Operation> make_call_operation(std::shared_ptr<const Callable> callable,
                                                     std::vector<CallArgument> arguments) {
  return std::make_shared<const delayed::CallOperation>(std::move(callable), std::move(arguments));
}

DelayedNodePtr make_delayed_value(Value value) {
  return std::make_shared<const DelayedNode>(std::move(value));
}

DelayedNodePtr make_delayed_place(std::shared_ptr<const DelayedRow> row, std::uint32_t place) {
  return std::make_shared<const DelayedNode>(std::move(row), place);
}

DelayedNodePtr with_resources(const DelayedNodePtr& node, const Resources& resources) {
  if (node == nullptr) throw InvalidArgument("expected a delayed value, found an empty one");
  if (node->operation() == nullptr) return node;
  return std::make_shared<const DelayedNode>(node->operation(), node->inputs(), resources);
}

TaskGraph delayed_graph(std::span<const DelayedNodePtr> nodes, bool kept) {
  TaskGraph graph;
  GraphWriter writer(graph);
  for (const DelayedNodePtr& node : nodes) {
    const TaskOutput output = writer.add(node);
    if (kept) {
      graph::add_kept_output(graph, output);
    } else {
      graph.add_output(output);
    }
  }
  return writer.has_rows() ? graph::cull(std::move(graph)) : std::move(graph);
}

std::vector<TaskOutput> add_delayed(std::span<const DelayedNodePtr> nodes, TaskGraph& graph) {
  GraphWriter writer(graph);
  std::vector<TaskOutput> outputs;
  outputs.reserve(nodes.size());
  for (const DelayedNodePtr& node : nodes) outputs.push_back(writer.add(node));
  return outputs;
}

Outcome expand_to(const DelayedNodePtr& node) {
  return Expansion{std::make_shared<TaskGraph>(delayed_graph(std::span(&node, 1)))};
}

std::string readable_type_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                    std::free);
  return text ? text.get() : mangled;
}

}  // namespace treadle
