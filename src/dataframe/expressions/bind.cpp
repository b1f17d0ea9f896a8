#include "dataframe/expressions/bind.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "dataframe/expressions/literal_types.h"
#include "treadle/error.h"

namespace treadle::dataframe {

/// Turns trees into steps; equal sub-trees become one step.
class Binder {
 public:
  Binder(BoundExpressions& bound, const Schema& input) : bound_(bound), input_(input) {}

  std::uint32_t bind(const ExpressionPtr& node) {
    const ExpressionPtr& bare = without_alias(node);
    const auto known = done_.find(bare->key());
    if (known != done_.end()) return known->second;
    const std::uint32_t step = bind_new(bare);
    done_.emplace(bare->key(), step);
    return step;
  }

 private:
  using Step = BoundExpressions::Step;
  using StepKind = BoundExpressions::StepKind;

  std::uint32_t bind_new(const ExpressionPtr& node) {
    if (const auto* column = node->as<ColumnReference>()) return bind_column(column->name);
    if (const auto* literal = node->as<Literal>()) return add_constant(literal->value);
    if (const auto* cast = node->as<Cast>()) {
      return add_cast(bind(node->arguments()[0]), cast->type, cast->strict, dataframe::to_string(*node));
    }
    if (const auto* call = node->as<Call>()) return bind_call(*node, call->function);
    throw InvalidArgument("expected an expression without aggregates here, found " +
                          dataframe::to_string(*node) +
                          "; aggregates belong into select() or group_by().agg()");
  }

  std::uint32_t bind_column(const std::string& name) {
    Step step;
    step.kind = StepKind::kInput;
    step.column = input_.index_of(name);
    step.type = input_.field(step.column).type;
    return add(std::move(step));
  }

  std::uint32_t bind_call(const ExpressionNode& node, const std::string& name) {
    const columnar::Function& function = columnar::FunctionRegistry::builtin().find(name);
    const std::string text = dataframe::to_string(node);
    const std::size_t count = node.arguments().size();
    if (count < function.min_arguments || count > function.max_arguments) {
      throw InvalidArgument(text + ": " + name + " takes " + std::to_string(function.min_arguments) + " to " +
                            std::to_string(function.max_arguments) + " arguments, found " +
                            std::to_string(count));
    }
    std::vector<std::uint32_t> arguments = bind_arguments(node, name, text);
    std::vector<DataType> types;
    for (const std::uint32_t argument : arguments) types.push_back(bound_.steps_[argument].type);
    const columnar::ResolvedFunction resolved = resolve(function, types, text);
    Step step;
    step.kind = StepKind::kCall;
    step.type = resolved.result;
    step.kernel = resolved.kernel;
    step.text = text;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      step.arguments.push_back(add_cast(arguments[i], resolved.arguments[i], true, text));
    }
    return add_folded(std::move(step));
  }

  /// The arguments' steps, with literals typed as the argument beside them.
  std::vector<std::uint32_t> bind_arguments(const ExpressionNode& node, const std::string& name,
                                            const std::string& text) {
    std::vector<std::uint32_t> steps;
    for (const ExpressionPtr& argument : node.arguments()) steps.push_back(bind(argument));
    if (!arguments_share_type(name)) return steps;
    const std::size_t first = first_shared_argument(name);
    const DataType* type = nullptr;
    for (std::size_t i = first; i < steps.size() && type == nullptr; ++i) {
      if (node.arguments()[i]->as<Literal>() == nullptr) type = &bound_.steps_[steps[i]].type;
    }
    if (type == nullptr) return steps;
    const DataType wanted = *type;
    for (std::size_t i = first; i < steps.size(); ++i) {
      const auto* literal = node.arguments()[i]->as<Literal>();
      if (literal == nullptr) continue;
      if (auto typed = typed_literal(literal->value, wanted, text))
        steps[i] = add_constant(std::move(*typed));
    }
    if (is_comparison(name)) compare_as_decimals(wanted, first, steps);
    return steps;
  }

  /// Constants beside decimals as such decimals, so that no row's value is converted.
  void compare_as_decimals(const DataType& type, std::size_t first, std::vector<std::uint32_t>& steps) {
    for (std::size_t i = first; i < steps.size(); ++i) {
      const Step& step = bound_.steps_[steps[i]];
      if (step.kind != StepKind::kConstant) continue;
      if (auto decimal = compared_decimal(step.value, type)) steps[i] = add_constant(std::move(*decimal));
    }
  }

  static std::optional<Scalar> typed_literal(const Scalar& literal, const DataType& type,
                                             const std::string& text) {
    try {
      return literal_as(literal, type);
    } catch (const TypeError& error) {
      throw TypeError(text + ": " + error.what());
    }
  }

  static columnar::ResolvedFunction resolve(const columnar::Function& function,
                                            const std::vector<DataType>& types, const std::string& text) {
    try {
      return function.resolve(types);
    } catch (const TypeError& error) {
      throw TypeError(text + ": " + error.what());
    }
  }

  std::uint32_t add_constant(Scalar value) {
    Step step;
    step.kind = StepKind::kConstant;
    step.type = value.type();
    step.value = std::move(value);
    return add(std::move(step));
  }

  std::uint32_t add_cast(std::uint32_t argument, const DataType& type, bool strict, const std::string& text) {
    if (bound_.steps_[argument].type == type) return argument;
    const auto known = std::find_if(casts_.begin(), casts_.end(), [&](const MadeCast& made) {
      return made.argument == argument && made.strict == strict && made.type == type;
    });
    if (known != casts_.end()) return known->step;
    Step step;
    step.kind = StepKind::kCast;
    step.type = type;
    step.strict = strict;
    step.arguments = {argument};
    step.text = text;
    const std::uint32_t made = add_folded(std::move(step));
    casts_.push_back({argument, type, strict, made});
    return made;
  }

  /// Computes a step of constants now. One that fails stays: it is an error only if there are rows.
  std::uint32_t add_folded(Step step) {
    std::vector<columnar::Datum> arguments;
    for (const std::uint32_t argument : step.arguments) {
      if (bound_.steps_[argument].kind != StepKind::kConstant) return add(std::move(step));
      arguments.emplace_back(bound_.steps_[argument].value);
    }
    try {
      const columnar::Datum value = BoundExpressions::compute(step, arguments, 1);
      if (const auto* scalar = std::get_if<Scalar>(&value)) return add_constant(*scalar);
    } catch (const Error&) {
    }
    return add(std::move(step));
  }

  std::uint32_t add(Step step) {
    bound_.steps_.push_back(std::move(step));
    return static_cast<std::uint32_t>(bound_.steps_.size() - 1);
  }

  struct MadeCast {
    std::uint32_t argument;
    DataType type;
    bool strict;
    std::uint32_t step;
  };

  BoundExpressions& bound_;
  const Schema& input_;
  std::unordered_map<Key, std::uint32_t> done_;
  std::vector<MadeCast> casts_;
};

BoundExpressions::BoundExpressions(std::span<const ExpressionPtr> expressions, const Schema& input) {
  Binder binder(*this, input);
  for (const ExpressionPtr& expression : expressions) outputs_.push_back(binder.bind(expression));
  set_last_uses();
}

void BoundExpressions::set_last_uses() {
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    steps_[i].last_use = i;
    for (const std::uint32_t argument : steps_[i].arguments) steps_[argument].last_use = i;
  }
  for (const std::uint32_t output : outputs_) steps_[output].last_use = UINT32_MAX;
}

std::optional<Scalar> BoundExpressions::constant(std::size_t output) const {
  const Step& step = steps_[outputs_[output]];
  if (step.kind != StepKind::kConstant) return std::nullopt;
  return step.value;
}

DataType type_of(const ExpressionPtr& expression, const Schema& input) {
  return BoundExpressions({&expression, 1}, input).type(0);
}

}  // namespace treadle::dataframe
