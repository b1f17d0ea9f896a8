#include "array/kernels/program.h"

#include <utility>

namespace treadle::array {
namespace {

/// Renumbers the values of a program that becomes part of another.
struct Renumbering {
  std::vector<std::uint32_t> numbers;

  Program::Step apply(Program::Step step) const {
    for (std::uint32_t& argument : step.arguments) argument = numbers[argument];
    return step;
  }
};

}  // namespace

Program Program::with_input(std::size_t input, const Program& inner) const {
  std::vector<DType> inputs = inputs_;
  inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(input));
  inputs.insert(inputs.end(), inner.inputs_.begin(), inner.inputs_.end());
  std::vector<NdArray> constants = constants_;
  constants.insert(constants.end(), inner.constants_.begin(), inner.constants_.end());

  const auto number = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
  Renumbering of_inner;
  for (std::size_t i = 0; i < inner.inputs_.size(); ++i) {
    of_inner.numbers.push_back(number(inputs_.size() - 1 + i));
  }
  const std::size_t first_constant = inputs.size();
  for (std::size_t i = 0; i < inner.constants_.size(); ++i) {
    of_inner.numbers.push_back(number(first_constant + constants_.size() + i));
  }
  const std::size_t first_step = first_constant + constants.size();
  for (std::size_t i = 0; i < inner.steps_.size(); ++i) of_inner.numbers.push_back(number(first_step + i));

  Renumbering of_this;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    of_this.numbers.push_back(i == input ? of_inner.numbers[inner.result()] : number(i < input ? i : i - 1));
  }
  for (std::size_t i = 0; i < constants_.size(); ++i) of_this.numbers.push_back(number(first_constant + i));
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    of_this.numbers.push_back(number(first_step + inner.steps_.size() + i));
  }

  std::vector<Step> steps;
  for (const Step& step : inner.steps_) steps.push_back(of_inner.apply(step));
  for (const Step& step : steps_) steps.push_back(of_this.apply(step));
  return {std::move(inputs), std::move(constants), std::move(steps)};
}

Program Program::with_same_inputs(std::size_t first, std::size_t second) const {
  Renumbering moved;
  for (std::size_t value = 0; value < num_values(); ++value) {
    const std::size_t number = value == second ? first : value < second ? value : value - 1;
    moved.numbers.push_back(static_cast<std::uint32_t>(number));
  }
  std::vector<DType> inputs = inputs_;
  inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(second));
  std::vector<Step> steps;
  for (const Step& step : steps_) steps.push_back(moved.apply(step));
  return {std::move(inputs), constants_, std::move(steps)};
}

void Program::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(inputs_.size()));
  for (const DType& input : inputs_) key.add(input.name());
  key.add(static_cast<std::uint64_t>(constants_.size()));
  for (const NdArray& constant : constants_) {
    key.add(constant.dtype().name());
    key.add_bytes({reinterpret_cast<const std::byte*>(constant.data()), constant.dtype().size()});
  }
  for (const Step& step : steps_) {
    key.add(step.name).add(step.type.name());
    for (const std::uint32_t argument : step.arguments) key.add(argument);
  }
}

std::string Program::to_string() const { return to_string(result()); }

std::string Program::to_string(std::size_t value) const {
  if (value < inputs_.size()) {
    return value < 26 ? std::string(1, static_cast<char>('a' + value)) : "x" + std::to_string(value);
  }
  value -= inputs_.size();
  if (value < constants_.size()) return constants_[value].to_string();
  const Step& step = steps_[value - constants_.size()];
  std::string text(step.name);
  text += '(';
  for (std::size_t i = 0; i < step.arguments.size(); ++i) {
    if (i != 0) text += ", ";
    text += to_string(step.arguments[i]);
  }
  if (step.name == "cast") text += " to " + step.type.name();
  return text + ')';
}

}  // namespace treadle::array
