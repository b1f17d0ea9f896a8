#include <nanobind/stl/string.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "array/nodes/array_node.h"
#include "session/chosen_blocks.h"
#include "session/waited_block.h"
#include "src/blocks.h"
#include "src/interrupt.h"
#include "src/made_blocks.h"
#include "src/python_call.h"
#include "src/recorded_blocks.h"
#include "treadle/error.h"
#include "treadle/future.h"

// Lazy values as plain objects of Python, for pickles and for graphs of Dask's form: treadle.steps makes them
// again.
namespace treadle::python {
namespace {

bool is_of_array(const lazy::NodePtr& node) {
  return dynamic_cast<const RecordedBlocks*>(node.get()) != nullptr ||
         dynamic_cast<const array::ArrayNode*>(node.get()) != nullptr;
}

/// Whether its inputs are steps of the description, too.
bool shows_inputs(const lazy::NodePtr& node, bool natives) {
  return (!natives && is_of_array(node)) || dynamic_cast<const PythonCallNode*>(node.get()) != nullptr ||
         dynamic_cast<const PythonCallsNode*>(node.get()) != nullptr || session::chosen_of(node) != nullptr;
}

/// The nodes that a description of `root` has, inputs before those that need them.
std::vector<lazy::NodePtr> described_nodes(const lazy::NodePtr& root, bool natives) {
  std::vector<lazy::NodePtr> order;
  std::unordered_map<const lazy::Node*, bool> met;
  std::vector<std::pair<lazy::NodePtr, std::size_t>> path{{root, 0}};
  met.emplace(root.get(), true);
  while (!path.empty()) {
    auto& [node, next] = path.back();
    if (!shows_inputs(node, natives) || next == node->inputs().size()) {
      order.push_back(node);
      path.pop_back();
      continue;
    }
    const lazy::NodePtr input = node->inputs()[next++];
    if (met.emplace(input.get(), true).second) path.emplace_back(input, 0);
  }
  return order;
}

/// The values of a node that waits for futures, which are waited for; nothing for another.
std::optional<nb::list> waited_values(const lazy::NodePtr& node) {
  const std::vector<FutureStatePtr> futures = session::waited_of(node);
  if (futures.empty()) return std::nullopt;
  nb::list objects;
  for (const FutureStatePtr& future : futures) {
    wait_interruptibly(*future);
    Value value;
    {
      const GilReleased released;
      value = future->value();
    }
    objects.append(to_python(value));
  }
  return objects;
}

class Description {
 public:
  /// `mention(step, block)`: an object that stands for a block of an earlier step, or for all (None).
  /// `natives`: what the core makes is a step, too, else an error unless a call of Python makes it again.
  /// `record(array, step_of)`: how a `_core.Array` is made, as an object; `step_of(blocks)` is the number of
  /// the step that makes blocks.
  Description(nb::callable mention, nb::object record, bool natives)
      : mention_(std::move(mention)), record_(std::move(record)), natives_(natives) {}

  void add(const lazy::NodePtr& node) {
    steps_.append(described(node));
    const std::size_t number = numbers_.size();
    numbers_.emplace(node.get(), number);
  }
  nb::list take() { return std::move(steps_); }

  [[noreturn]] static void refuse(std::string_view kind) {
    throw TypeError("a lazy value made by " + std::string(kind) +
                    " cannot be pickled: persist() or compute() it first");
  }

 private:
  nb::object mention(const lazy::NodePtr& node, const session::BlockChoice& choice) {
    const lazy::NodePtr& input = node->inputs()[choice.input];
    if (!natives_ && dynamic_cast<const array::ArrayNode*>(input.get()) != nullptr) refuse(input->kind());
    const std::size_t step = numbers_.at(input.get());
    return choice.block == PythonCallsNode::kEach ? mention_(step, nb::none()) : mention_(step, choice.block);
  }

  nb::tuple described(const lazy::NodePtr& node) {
    const std::string key = node->key().to_string();
    if (const auto* call = dynamic_cast<const PythonCallNode*>(node.get())) {
      const auto [positional, by_name] = arguments(node, call->call(), call->choices());
      const PythonCall::Parts& parts = call->call().parts();
      return nb::make_tuple("call", key, parts.function.get(), positional, by_name, parts.name.get(),
                            token(parts), 0, parts.stays_here, parts.if_inputs_do_not_fit);
    }
    if (const auto* calls = dynamic_cast<const PythonCallsNode*>(node.get())) {
      const auto [positional, by_name] = arguments(node, calls->call(), calls->choices());
      const PythonCall::Parts& parts = calls->call().parts();
      return nb::make_tuple("calls", key, parts.function.get(), positional, by_name, calls->num_blocks(),
                            parts.name.get(), token(parts), calls->numbered(), parts.stays_here);
    }
    if (const auto* choices = session::chosen_of(node)) {
      nb::list chosen;
      for (const session::BlockChoice& choice : *choices) chosen.append(mention(node, choice));
      return nb::make_tuple("chosen", key, chosen);
    }
    if (const auto kept = session::kept_of(node)) {
      nb::list objects;
      for (const Value& value : *kept) objects.append(to_python(value));
      return nb::make_tuple("kept", key, objects);
    }
    if (!natives_) {
      if (const auto values = waited_values(node)) return nb::make_tuple("kept", key, *values);
    }
    if (natives_) return nb::make_tuple("native", key, Blocks(node, PythonCallsNode::kEach));
    if (const auto* made = dynamic_cast<const MadeBlocks*>(node.get()))
      return nb::make_tuple("made", key, made->recipe());
    if (const auto* recorded = dynamic_cast<const RecordedBlocks*>(node.get())) {
      const nb::object step_of = nb::cpp_function(
          [this](const Blocks& blocks) { return numbers_.at(blocks.node().get()); }, nb::arg("blocks"));
      return nb::make_tuple("array", key, record_(recorded->object(), step_of));
    }
    // A part of what the recipe of an array says; mention() refuses it to others.
    if (is_of_array(node)) return nb::make_tuple("within", key);
    refuse(node->kind());
  }

  static std::string token(const PythonCall::Parts& parts) { return "key " + parts.identity.to_string(); }

  std::pair<nb::tuple, nb::dict> arguments(const lazy::NodePtr& node, const PythonCall& call,
                                           const std::vector<session::BlockChoice>& choices) {
    std::vector<Value> inputs;
    for (const session::BlockChoice& choice : choices) inputs.push_back(from_python(mention(node, choice)));
    const PythonCall::Parts& parts = call.parts();
    nb::list positional;
    for (const CallArgument& argument : parts.positional) positional.append(make_argument(argument, inputs));
    nb::dict by_name;
    for (std::size_t i = 0; i < parts.by_name.size(); ++i) {
      by_name[nb::borrow(parts.names.get())[i]] = make_argument(parts.by_name[i], inputs);
    }
    return {nb::tuple(positional), by_name};
  }

  nb::callable mention_;
  nb::object record_;
  bool natives_;
  nb::list steps_;
  std::unordered_map<const lazy::Node*, std::size_t> numbers_;
};

/// The steps that make blocks, inputs first: tuples of a kind, the key of its blocks, and what the kind
/// needs.
nb::list describe(const Blocks& blocks, nb::callable mention, nb::object record, bool natives) {
  const lazy::NodePtr& root = blocks.node();
  if (!natives && dynamic_cast<const array::ArrayNode*>(root.get()) != nullptr)
    Description::refuse(root->kind());
  Description description(std::move(mention), std::move(record), natives);
  for (const lazy::NodePtr& node : described_nodes(root, natives)) description.add(node);
  return description.take();
}

Blocks made(const Blocks& blocks, nb::tuple recipe) {
  return {std::make_shared<const MadeBlocks>(blocks.node(), SharedObject(std::move(recipe))),
          blocks.num_blocks()};
}

}  // namespace

void bind_describe_blocks(nb::module_& module) {
  module.def("describe_blocks", describe, nb::arg("blocks"), nb::arg("mention"),
             nb::arg("record").none() = nb::none(), nb::arg("natives") = false);
  module.def("made_blocks", made, nb::arg("blocks"), nb::arg("recipe"));
}

}  // namespace treadle::python
