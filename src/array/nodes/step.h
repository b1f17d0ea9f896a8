#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "array/nodes/array_node.h"

namespace treadle::array {

/// Adds a step's tasks to `lowering.graph()`; `inputs` are lowered.
using LowerFunction = std::function<std::vector<TaskOutput>(lazy::Lowering& lowering,
                                                            const std::vector<lazy::NodePtr>& inputs)>;

/// A step that no rule looks into: what it is called, what identifies it, what comes out, and how it becomes
/// tasks.
class Step final : public ArrayNode {
 public:
  /// `parameters` are for readers; `identity` holds everything that determines the result besides the inputs.
  Step(std::string kind, std::string parameters, Key identity, DType dtype, Chunks chunks,
       std::vector<lazy::NodePtr> inputs, LowerFunction lower)
      : ArrayNode(dtype, std::move(chunks), std::move(inputs)),
        kind_(std::move(kind)),
        parameters_(std::move(parameters)),
        identity_(identity),
        lower_(std::move(lower)) {}

  std::string_view kind() const override { return kind_; }
  std::string parameters() const override { return parameters_; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const Step>(kind_, parameters_, identity_, dtype(), chunks(), std::move(inputs),
                                        lower_);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return lower_(lowering, inputs());
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  std::string kind_;
  std::string parameters_;
  Key identity_;
  LowerFunction lower_;
};

}  // namespace treadle::array
