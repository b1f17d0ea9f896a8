#include <string>
#include <unordered_map>
#include <vector>

#include <nanobind/stl/string.h>
#include "session/chosen_blocks.h"

#include "src/blocks.h"
#include "src/python_call.h"
#include "treadle/error.h"

// Lazy values as plain objects of Python, for pickles: treadle.steps makes them again.
namespace treadle::python {
namespace {

class Description {
 public:
  /// `mention(step, block)`: an object that stands for a block of an earlier step.
  explicit Description(nb::callable mention) : mention_(std::move(mention)) {}

  void add(const lazy::NodePtr& node) {
    steps_.append(described(node));
    const std::size_t number = numbers_.size();
    numbers_.emplace(node.get(), number);
  }
  nb::list take() { return std::move(steps_); }

 private:
  nb::object mention(const lazy::NodePtr& node, const session::BlockChoice& choice) {
    return mention_(numbers_.at(node->inputs()[choice.input].get()), choice.block);
  }

  nb::tuple described(const lazy::NodePtr& node) {
    if (const auto* call = dynamic_cast<const PythonCallNode*>(node.get()))
      return described_call(node, *call);
    if (const auto* choices = session::chosen_of(node)) {
      nb::list chosen;
      for (const session::BlockChoice& choice : *choices) chosen.append(mention(node, choice));
      return nb::make_tuple("chosen", chosen);
    }
    if (const auto kept = session::kept_of(node)) {
      nb::list objects;
      for (const Value& value : *kept) objects.append(to_python(value));
      return nb::make_tuple("kept", objects);
    }
    throw TypeError("a lazy value made by " + std::string(node->kind()) +
                    " cannot be pickled: persist() or compute() it first");
  }

  nb::tuple described_call(const lazy::NodePtr& node, const PythonCallNode& call) {
    std::vector<Value> inputs;
    for (const session::BlockChoice& choice : call.choices())
      inputs.push_back(from_python(mention(node, choice)));
    const PythonCall::Parts& parts = call.call().parts();
    nb::list positional;
    for (const CallArgument& argument : parts.positional) positional.append(make_argument(argument, inputs));
    nb::dict by_name;
    for (std::size_t i = 0; i < parts.by_name.size(); ++i) {
      by_name[nb::borrow(parts.names.get())[i]] = make_argument(parts.by_name[i], inputs);
    }
    return nb::make_tuple("call", parts.function.get(), nb::tuple(positional), by_name, parts.name.get(),
                          "key " + parts.identity.to_string());
  }

  nb::callable mention_;
  nb::list steps_;
  std::unordered_map<const lazy::Node*, std::size_t> numbers_;
};

nb::list describe(const Blocks& blocks, nb::callable mention) {
  Description description(std::move(mention));
  const lazy::NodePtr root = blocks.node();
  for (const lazy::NodePtr& node : lazy::topological_order({&root, 1})) description.add(node);
  return description.take();
}

}  // namespace

void bind_describe_blocks(nb::module_& module) {
  module.def("describe_blocks", describe, nb::arg("blocks"), nb::arg("mention"));
}

}  // namespace treadle::python
