#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "treadle/delayed_node.h"
#include "treadle/operation.h"

namespace treadle::delayed {

/// A task that calls a function. Known by content if the function is registered by name, else unique.
class CallOperation final : public Operation {
 public:
  CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments);

  std::string_view name() const override { return callable_->name(); }
  void add_to(KeyBuilder& key) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return callable_->answers_delayed(); }
  bool portable() const override;

 private:
  std::shared_ptr<const Callable> callable_;
  std::vector<CallArgument> arguments_;
};

}  // namespace treadle::delayed
