#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "treadle/operation.h"
#include "treadle/task_graph.h"

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

/// For tests: a context that offers nothing.
class NoContext final : public TaskContext {
 public:
  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view, std::size_t) override { return {}; }
  void run_strips(StripLoop&) override {}
  const std::string& spill_directory() override { return folder_; }
  void count(Counter, std::uint64_t) noexcept override {}
  void warn(std::string_view) override {}

 private:
  Key key_;
  Reservation memory_;
  std::string folder_;
};

/// For tests: the graph's first output, computed task by task in the order of the ids. No expansions.
inline Value compute_first_output(const TaskGraph& graph) {
  NoContext context;
  std::vector<std::vector<Value>> values(graph.num_tasks());
  std::vector<Value> inputs;
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    inputs.clear();
    for (const TaskOutput& input : graph.inputs(id)) inputs.push_back(values[input.task][input.slot]);
    values[id] = std::get<0>(graph.task(id).operation.run(inputs, context));
  }
  return values[graph.outputs()[0].task][graph.outputs()[0].slot];
}

}  // namespace treadle::graph
