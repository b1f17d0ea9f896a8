#include "delayed/call_operation.h"

#include <algorithm>
#include <utility>

#include "graph/value_operation.h"
#include "treadle/task_context.h"

namespace treadle::delayed {
namespace {

void add_argument(KeyBuilder& key, const CallArgument& argument) {
  key.add(static_cast<std::uint64_t>(argument.kind));
  switch (argument.kind) {
    case CallArgument::Kind::kConstant:
      key.add(graph::content_key(argument.constant));
      break;
    case CallArgument::Kind::kInput:
      key.add(std::uint64_t{argument.input});
      break;
    case CallArgument::Kind::kSequence:
      key.add(static_cast<std::uint64_t>(argument.items.size()));
      for (const CallArgument& item : argument.items) add_argument(key, item);
  }
}

bool all_movable(std::span<const CallArgument> arguments) {
  return std::ranges::all_of(arguments, [](const CallArgument& argument) {
    const bool constant = argument.kind == CallArgument::Kind::kConstant;
    return (!constant || argument.constant.movable()) && all_movable(argument.items);
  });
}

}  // namespace

CallOperation::CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments)
    : callable_(std::move(callable)), arguments_(std::move(arguments)) {}

void CallOperation::add_to(KeyBuilder& key) const {
  if (callable_->registered_name().empty()) return Operation::add_to(key);
  key.add(callable_->registered_name());
  for (const CallArgument& argument : arguments_) add_argument(key, argument);
}

Outcome CallOperation::run(std::span<const Value> inputs, TaskContext& context) const {
  context.check_stopped();
  return callable_->call(arguments_, inputs);
}

bool CallOperation::portable() const {
  return !callable_->registered_name().empty() && all_movable(arguments_);
}

}  // namespace treadle::delayed
