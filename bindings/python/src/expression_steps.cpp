#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "dataframe/expressions/node.h"
#include "src/binding.h"
#include "src/literal.h"
#include "treadle/error.h"
#include "treadle/expression.h"

// Expressions as plain Python data, for pickling: a list of (kind, parameters, positions of the arguments in
// the list), arguments first, each node once.
namespace treadle::python {
namespace {

using dataframe::ExpressionNode;
using dataframe::ExpressionPtr;

nb::object to_python(const Scalar& value) {
  if (value.is_null()) return nb::none();
  if (const auto* text = std::get_if<std::string>(&value.storage())) {
    if (value.type().id() == TypeId::kBinary) return nb::bytes(text->data(), text->size());
    return nb::str(text->data(), text->size());
  }
  return std::visit(
      []<class T>(const T& held) -> nb::object {
        if constexpr (std::is_same_v<T, std::monostate>) {
          return nb::none();
        } else {
          return nb::cast(held);
        }
      },
      value.storage());
}

/// A visitor for each kind of node: its name and its parameters.
struct Describe {
  nb::tuple operator()(const dataframe::ColumnReference& one) const {
    return nb::make_tuple("column", one.name);
  }
  nb::tuple operator()(const dataframe::Literal& one) const {
    return nb::make_tuple("literal", nb::make_tuple(to_python(one.value), one.value.type().to_string()));
  }
  nb::tuple operator()(const dataframe::Call& one) const { return nb::make_tuple("call", one.function); }
  nb::tuple operator()(const dataframe::Cast& one) const {
    return nb::make_tuple("cast", nb::make_tuple(one.type.to_string(), one.strict));
  }
  nb::tuple operator()(const dataframe::Alias& one) const { return nb::make_tuple("alias", one.name); }
  nb::tuple operator()(const dataframe::AggregateCall& one) const {
    return nb::make_tuple("aggregate", nb::make_tuple(static_cast<int>(one.kind), one.ddof, one.quantile));
  }
};

class StepList {
 public:
  /// The position of a node; trees are no deeper than ExpressionNode::kMaxDepth.
  std::size_t add(const ExpressionPtr& node) {
    const auto found = positions_.find(node.get());
    if (found != positions_.end()) return found->second;
    nb::list arguments;
    for (const ExpressionPtr& argument : node->arguments()) arguments.append(add(argument));
    const nb::tuple described = std::visit(Describe(), node->payload());
    steps_.append(nb::make_tuple(described[0], described[1], nb::tuple(arguments)));
    return positions_[node.get()] = positions_.size();
  }
  nb::list take() { return std::move(steps_); }

 private:
  nb::list steps_;
  std::unordered_map<const ExpressionNode*, std::size_t> positions_;
};

ExpressionPtr make(const std::string& kind, const nb::object& parameters,
                   std::vector<ExpressionPtr> arguments) {
  if (kind == "column") return dataframe::make_column(nb::cast<std::string>(parameters));
  if (kind == "literal") return typed_literal(parameters[0], nb::cast<std::string>(parameters[1])).node();
  if (kind == "call") return dataframe::make_call(nb::cast<std::string>(parameters), std::move(arguments));
  if (kind == "cast") {
    return dataframe::make_cast(arguments.at(0), DataType::from_string(nb::cast<std::string>(parameters[0])),
                                nb::cast<bool>(parameters[1]));
  }
  if (kind == "alias") return dataframe::make_alias(arguments.at(0), nb::cast<std::string>(parameters));
  if (kind != "aggregate") throw InvalidArgument("an expression of another version: step " + kind);
  const dataframe::AggregateCall call{static_cast<dataframe::AggregateKind>(nb::cast<int>(parameters[0])),
                                      nb::cast<int>(parameters[1]), nb::cast<double>(parameters[2])};
  return dataframe::make_aggregate(call, arguments.empty() ? nullptr : arguments[0]);
}

Expression from_steps(const nb::list& steps) {
  std::vector<ExpressionPtr> made;
  for (const nb::handle step : steps) {
    std::vector<ExpressionPtr> arguments;
    for (const nb::handle position : step[2]) {
      arguments.push_back(made.at(nb::cast<std::size_t>(position)));
    }
    made.push_back(make(nb::cast<std::string>(step[0]), step[1], std::move(arguments)));
  }
  return Expression(made.at(made.size() - 1));
}

}  // namespace

void bind_expression_steps(nb::module_& module) {
  module.def("expression_from", from_steps);
  module.def("expression_steps", [](const Expression& expression) {
    StepList steps;
    steps.add(expression.node());
    return steps.take();
  });
}

}  // namespace treadle::python
