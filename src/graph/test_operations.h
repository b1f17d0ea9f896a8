#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "treadle/operation.h"

namespace treadle::graph {

/// For tests: a number with a name; equal names and numbers are equal work. Adds its inputs and its number
/// up.
class SumOperation final : public Operation {
 public:
  explicit SumOperation(std::int64_t number = 0, std::uint32_t slots = 1) : number_(number), slots_(slots) {}
  std::string_view name() const override { return "sum"; }
  void add_to(KeyBuilder& key) const override { key.add(number_).add(slots_); }
  std::uint32_t num_slots() const override { return slots_; }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    std::int64_t sum = number_;
    for (const Value& input : inputs) sum += input.get<std::int64_t>();
    std::vector<Value> values;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) values.push_back(Value::of(sum + slot));
    return values;
  }

 private:
  std::int64_t number_;
  std::uint32_t slots_;
};

inline std::shared_ptr<const Operation> sum_operation(std::int64_t number = 0, std::uint32_t slots = 1) {
  return std::make_shared<const SumOperation>(number, slots);
}

}  // namespace treadle::graph
