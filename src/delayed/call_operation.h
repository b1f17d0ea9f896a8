#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "treadle/delayed_node.h"
#include "treadle/operation.h"

namespace treadle::delayed {

/// A task that calls a function. Known by content if the function is registered by name, else unique. Its
/// written form is that name, the call's identity and the arguments.
class CallOperation final : public Operation {
 public:
  CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments);
  /// A call whose identity is known: one that comes from where it was written.
  CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments,
                const Key& identity);
  static std::shared_ptr<const Operation> read(ByteSource& source);

  std::string_view name() const override { return callable_->name(); }
  void add_to(KeyBuilder& key) const override;
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  bool may_expand() const override { return callable_->answers_delayed(); }
  bool portable() const override;
  void write(ByteSink& sink) const override;
  std::string_view reader_name() const override { return kReaderName; }

  static constexpr std::string_view kReaderName = "delayed.call";

 private:
  std::shared_ptr<const Callable> callable_;
  std::vector<CallArgument> arguments_;
  std::size_t num_inputs_;  // that the arguments refer to
  Key identity_;            // of a registered function's call
};

}  // namespace treadle::delayed
