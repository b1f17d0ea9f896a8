#pragma once

#include <vector>

#include "array/kernels/program.h"
#include "array/kernels/reducer.h"
#include "array/nodes/array_node.h"

namespace treadle::array {

/// How an array is reduced.
struct ReduceSpec {
  Reduction reduction = Reduction::kSum;
  /// One for each axis.
  std::vector<bool> axes;
  bool keep_axes = false;
  double ddof = 0;
};

/// A reduction of an elementwise expression over arrays that broadcast to `whole`: chunks become states,
/// which merge in the order of the chunks by trees of a fixed form.
class Reduce final : public ArrayNode {
 public:
  Reduce(ReduceSpec spec, Program program, Chunks whole, std::vector<lazy::NodePtr> inputs);

  const ReduceSpec& spec() const noexcept { return spec_; }
  const Program& program() const noexcept { return program_; }
  /// The chunks of what is reduced.
  const Chunks& whole() const noexcept { return whole_; }

  std::string_view kind() const override { return "Reduce"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  Key identity() const;
  std::shared_ptr<const Operation> partial_operation(const Reducer& reducer, IndexWeights weights) const;
  IndexWeights index_weights(std::span<const std::size_t> place) const;

  ReduceSpec spec_;
  Program program_;
  Chunks whole_;
};

}  // namespace treadle::array
