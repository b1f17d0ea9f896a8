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
#include "treadle/task_graph.h"

namespace treadle {

class DelayedNode {
 public:
  DelayedNode(std::shared_ptr<const Operation> operation, std::vector<DelayedNodePtr> inputs,
              const Resources& resources = {})
      : operation_(std::move(operation)), inputs_(std::move(inputs)), resources_(resources) {}
  explicit DelayedNode(Value value) : value_(std::move(value)) {}
  DelayedNode(const DelayedNode&) = delete;
  DelayedNode& operator=(const DelayedNode&) = delete;
  ~DelayedNode();

  /// Null for a value.
  const std::shared_ptr<const Operation>& operation() const noexcept { return operation_; }
  const Value& value() const noexcept { return value_; }
  const std::vector<DelayedNodePtr>& inputs() const noexcept { return inputs_; }
  const Resources& resources() const noexcept { return resources_; }

 private:
  std::shared_ptr<const Operation> operation_;
  std::vector<DelayedNodePtr> inputs_;
  Resources resources_;
  Value value_;
};

// A chain of ten million nodes must not take ten million stack frames.
DelayedNode::~DelayedNode() { release_without_recursion(std::move(inputs_)); }

namespace {

// Adds nodes to a graph, inputs first, by a stack of its own.
class GraphWriter {
 public:
  explicit GraphWriter(bool kept) : kept_(kept) {}
  void add(const DelayedNodePtr& root) {
    stack_.push_back(root.get());
    while (!stack_.empty()) {
      const DelayedNode* node = stack_.back();
      if (written_.contains(node) || !push_missing_inputs(*node)) {
        if (!written_.contains(node)) write(*node);
        stack_.pop_back();
      }
    }
    if (kept_) {
      graph::add_kept_output(graph_, {written_.at(root.get()), 0});
    } else {
      graph_.add_output({written_.at(root.get()), 0});
    }
  }
  TaskGraph take() { return std::move(graph_); }

 private:
  bool push_missing_inputs(const DelayedNode& node) {
    const std::size_t before = stack_.size();
    for (const DelayedNodePtr& input : node.inputs()) {
      if (!written_.contains(input.get())) stack_.push_back(input.get());
    }
    return stack_.size() > before;
  }

  void write(const DelayedNode& node) {
    if (node.operation() == nullptr) {
      written_.emplace(&node, graph_.add_value(node.value()));
      return;
    }
    std::vector<TaskOutput> inputs;
    inputs.reserve(node.inputs().size());
    for (const DelayedNodePtr& input : node.inputs()) inputs.push_back({written_.at(input.get()), 0});
    written_.emplace(&node, graph_.add(node.operation(), inputs, node.resources()));
  }

  const bool kept_;
  TaskGraph graph_;
  std::unordered_map<const DelayedNode*, TaskId> written_;
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

DelayedNodePtr with_resources(const DelayedNodePtr& node, const Resources& resources) {
  if (node == nullptr) throw InvalidArgument("expected a delayed value, found an empty one");
  if (node->operation() == nullptr) return node;
  return std::make_shared<const DelayedNode>(node->operation(), node->inputs(), resources);
}

TaskGraph delayed_graph(std::span<const DelayedNodePtr> nodes, bool kept) {
  GraphWriter writer(kept);
  for (const DelayedNodePtr& node : nodes) {
    if (node == nullptr) throw InvalidArgument("expected a delayed value, found an empty one");
    writer.add(node);
  }
  return writer.take();
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
