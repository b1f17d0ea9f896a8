#include "delayed/call_operation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "graph/value_operation.h"
#include "treadle/delayed_call.h"
#include "treadle/error.h"
#include "treadle/graph.h"
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

Key identity_of(const Callable& callable, std::span<const CallArgument> arguments) {
  if (callable.registered_name().empty()) return {};
  KeyBuilder key("call");
  key.add(callable.registered_name());
  for (const CallArgument& argument : arguments) add_argument(key, argument);
  return key.finish();
}

std::size_t count_inputs(std::span<const CallArgument> arguments) {
  std::size_t count = 0;
  for (const CallArgument& argument : arguments) {
    if (argument.kind == CallArgument::Kind::kInput) count = std::max(count, std::size_t{argument.input} + 1);
    count = std::max(count, count_inputs(argument.items));
  }
  return count;
}

bool all_movable(std::span<const CallArgument> arguments) {
  return std::ranges::all_of(arguments, [](const CallArgument& argument) {
    const bool constant = argument.kind == CallArgument::Kind::kConstant;
    return (!constant || argument.constant.movable()) && all_movable(argument.items);
  });
}

template <class T>
void put(ByteSink& sink, T plain) {
  sink.write(&plain, sizeof plain);
}

template <class T>
T get(ByteSource& source) {
  T plain{};
  source.read(&plain, sizeof plain);
  return plain;
}

void write_arguments(std::span<const CallArgument> arguments, ByteSink& sink) {
  put(sink, static_cast<std::uint32_t>(arguments.size()));
  for (const CallArgument& argument : arguments) {
    put(sink, argument.kind);
    switch (argument.kind) {
      case CallArgument::Kind::kConstant:
        graph::write_value(argument.constant, sink);
        break;
      case CallArgument::Kind::kInput:
        put(sink, argument.input);
        break;
      case CallArgument::Kind::kSequence:
        write_arguments(argument.items, sink);
    }
  }
}

// One by one: a corrupt count ends at the source's end. `depth`: nesting comes from types, so it is small;
// corrupt bytes must not nest until the stack is full.
std::vector<CallArgument> read_arguments(ByteSource& source, unsigned depth) {
  constexpr unsigned kDeepest = 64;
  if (depth > kDeepest) throw IoError("the bytes of a delayed call are corrupt: nested too deep");
  std::vector<CallArgument> arguments;
  for (auto count = get<std::uint32_t>(source); count != 0; --count) {
    CallArgument& argument = arguments.emplace_back();
    argument.kind = get<CallArgument::Kind>(source);
    switch (argument.kind) {
      case CallArgument::Kind::kConstant:
        argument.constant = graph::read_value(source);
        break;
      case CallArgument::Kind::kInput:
        argument.input = get<std::uint32_t>(source);
        break;
      case CallArgument::Kind::kSequence:
        argument.items = read_arguments(source, depth + 1);
        break;
      default:
        throw IoError("the bytes of a delayed call are corrupt: no such kind of argument");
    }
  }
  return arguments;
}

[[maybe_unused]] const bool kRegistered =
    (graph::register_operation(CallOperation::kReaderName, &CallOperation::read), true);

}  // namespace

CallOperation::CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments)
    : callable_(std::move(callable)),
      arguments_(std::move(arguments)),
      num_inputs_(count_inputs(arguments_)),
      identity_(identity_of(*callable_, arguments_)) {}

CallOperation::CallOperation(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments,
                             const Key& identity)
    : callable_(std::move(callable)),
      arguments_(std::move(arguments)),
      num_inputs_(count_inputs(arguments_)),
      identity_(identity) {}

void CallOperation::add_to(KeyBuilder& key) const {
  if (callable_->registered_name().empty()) return Operation::add_to(key);
  key.add(identity_);
}

void CallOperation::write(ByteSink& sink) const {
  if (!portable()) return Operation::write(sink);
  Codec<std::string>::write(std::string(callable_->registered_name()), sink);
  put(sink, identity_);
  write_arguments(arguments_, sink);
}

std::shared_ptr<const Operation> CallOperation::read(ByteSource& source) {
  auto callable = registered_callable(Codec<std::string>::read(source));
  const Key identity = get<Key>(source);
  return std::make_shared<const CallOperation>(std::move(callable), read_arguments(source, 0), identity);
}

Outcome CallOperation::run(std::span<const Value> inputs, TaskContext& context) const {
  context.check_stopped();
  if (inputs.size() < num_inputs_) {
    throw InvalidArgument("a call of " + std::string(name()) + " refers to " + std::to_string(num_inputs_) +
                          " inputs, found " + std::to_string(inputs.size()));
  }
  return callable_->call(arguments_, inputs);
}

bool CallOperation::portable() const {
  return !callable_->registered_name().empty() && all_movable(arguments_);
}

}  // namespace treadle::delayed
