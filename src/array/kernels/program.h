#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/key.h"
#include "treadle/nd_array.h"

namespace treadle::array {

/// Computes `count` elements that lie one behind the other. `out` overlaps no argument.
using TileFunction = void (*)(const void* const* arguments, void* out, std::size_t count);

/// An elementwise expression over some inputs as a list of steps, each of which makes a value from earlier
/// ones. Values are numbered: inputs, then constants, then what the steps make; the last is the result.
///
///     sin(x) + 1      0: input x   1: constant 1.0   2: sin(0)   3: add(2, 1)
class Program {
 public:
  struct Step {
    std::string_view name;
    TileFunction run;
    std::vector<std::uint32_t> arguments;
    DType type;
  };

  /// The input itself.
  explicit Program(DType input) : inputs_{input} {}
  Program(std::vector<DType> inputs, std::vector<NdArray> constants, std::vector<Step> steps)
      : inputs_(std::move(inputs)), constants_(std::move(constants)), steps_(std::move(steps)) {}

  const std::vector<DType>& inputs() const noexcept { return inputs_; }
  /// Arrays of one element.
  const std::vector<NdArray>& constants() const noexcept { return constants_; }
  const std::vector<Step>& steps() const noexcept { return steps_; }
  std::size_t num_values() const noexcept { return inputs_.size() + constants_.size() + steps_.size(); }
  /// The value that is the result: the last step's, or the first input's if there are no steps.
  std::size_t result() const noexcept { return steps_.empty() ? 0 : num_values() - 1; }
  DType result_type() const noexcept { return steps_.empty() ? inputs_[0] : steps_.back().type; }

  /// This program with `inner` in the place of input `input`. The inputs of the answer: this one's without
  /// `input`, then `inner`'s.
  Program with_input(std::size_t input, const Program& inner) const;
  /// This program with its input `second` the same as `first`; what follows `second` moves up.
  Program with_same_inputs(std::size_t first, std::size_t second) const;

  void add_to(KeyBuilder& key) const;
  /// "add(sin(a), 1)", inputs named a, b, c ...
  std::string to_string() const;

 private:
  std::string to_string(std::size_t value) const;

  std::vector<DType> inputs_;
  std::vector<NdArray> constants_;
  std::vector<Step> steps_;
};

}  // namespace treadle::array
