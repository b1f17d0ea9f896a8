#include "graph/kept_output.h"

#include <memory>
#include <utility>

#include "graph/value_operation.h"
#include "memory/kept_values.h"
#include "treadle/operation.h"

namespace treadle::graph {
namespace {

// What an engine hands on as it is, where it puts the value in the place of a plain handle.
struct KeptOutput {
  Value handle;
};

class Keep final : public Operation {
 public:
  Keep() = default;
  /// Of what is kept already: no inputs.
  explicit Keep(Value handle) : handle_(std::move(handle)) {}
  std::string_view name() const override { return "value.keep"; }
  void add_to(KeyBuilder& key) const override {
    if (handle_.empty()) {
      key.add("value.keep");
    } else {
      Operation::add_to(key);
    }
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    Value handle = inputs.empty() ? handle_ : graph::keep(inputs[0], context);
    return std::vector<Value>{Value::pinned(KeptOutput{std::move(handle)}, 0)};
  }

 private:
  Value handle_;
};

}  // namespace

Value keep(Value value, TaskContext& context) {
  if (value.nbytes() < KeptValues::kLeastKept) return value;
  Reservation room = context.reserve("kept values", 0);
  static_cast<void>(make_room(room, value.nbytes()));
  return KeptValues::of_process()->keep(std::move(value), room);
}

void bring_back(std::vector<Value>& values, TaskContext& context) {
  for (Value& value : values) {
    const KeptValue* kept = kept_in(value);
    if (kept == nullptr) continue;
    Reservation room = context.reserve("kept values", 0);
    value = kept->bring_back(room, true);
  }
}

void add_kept_output(TaskGraph& graph, TaskOutput output) {
  const auto* value = dynamic_cast<const ValueOperation*>(graph.shared_operation(output.task).get());
  const bool kept = value != nullptr && kept_in(value->value()) != nullptr;
  graph.add_output({kept ? graph.add(std::make_shared<const Keep>(value->value()))
                         : graph.add(std::make_shared<const Keep>(), {output}),
                    0});
}

Value kept_value(const Value& output) { return output.get<KeptOutput>().handle; }

}  // namespace treadle::graph
