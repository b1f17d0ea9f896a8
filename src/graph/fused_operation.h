#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/task_graph_state.h"
#include "treadle/operation.h"

namespace treadle::graph {

/// Operations that run one after the other as one task. The last step's values are the answer.
class FusedOperation final : public Operation {
 public:
  static constexpr std::uint32_t kExternal = UINT32_MAX;
  /// Where a step's input comes from: an earlier step's only value, or (kExternal) an input of the whole.
  struct Source {
    std::uint32_t step;
    std::uint32_t input;
  };
  struct Step {
    std::shared_ptr<const Operation> operation;
    std::vector<Source> inputs;
  };

  explicit FusedOperation(std::vector<Step> steps);
  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override;
  std::uint32_t num_slots() const override { return steps_.back().operation->num_slots(); }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  /// If all steps are.
  bool portable() const override;
  void write(ByteSink& sink) const override;
  std::string_view reader_name() const override { return kReaderName; }
  static std::shared_ptr<const Operation> read(ByteSource& source);
  static constexpr std::string_view kReaderName = "fused";

  /// How many inputs the steps name.
  std::size_t num_inputs() const;
  /// The key that the last step has as a task of its own, which is what a fused task is known by.
  Key task_key(std::span<const TaskGraph::State::KeyedInput> inputs) const;

 private:
  std::vector<Step> steps_;
  std::string name_;
};

}  // namespace treadle::graph
