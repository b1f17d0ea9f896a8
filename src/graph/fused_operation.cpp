#include "graph/fused_operation.h"

#include <algorithm>
#include <utility>

#include "graph/operation_bytes.h"
#include "memory/kept_values.h"
#include "treadle/error.h"

namespace treadle::graph {
namespace {

// A name for a report: long chains repeat themselves.
constexpr std::size_t kNamedSteps = 4;

std::string joined_names(const std::vector<FusedOperation::Step>& steps) {
  std::string name;
  for (std::size_t i = 0; i < std::min(steps.size(), kNamedSteps); ++i) {
    if (i != 0) name += '+';
    name += steps[i].operation->name();
  }
  if (steps.size() > kNamedSteps) name += "+" + std::to_string(steps.size() - kNamedSteps) + " more";
  return name;
}

template <class T>
void put(ByteSink& sink, T value) {
  sink.write(&value, sizeof value);
}

std::uint32_t get_number(ByteSource& source) {
  std::uint32_t number = 0;
  source.read(&number, sizeof number);
  return number;
}

FusedOperation::Step read_step(ByteSource& source, std::uint32_t number) {
  FusedOperation::Step step{read_operation(source), {}};
  for (std::uint32_t count = get_number(source); count != 0; --count) {
    const FusedOperation::Source from{get_number(source), get_number(source)};
    if (from.step != FusedOperation::kExternal && from.step >= number) {
      throw IoError("the bytes of a graph are corrupt: a fused step reads one that comes later");
    }
    step.inputs.push_back(from);
  }
  return step;
}

}  // namespace

FusedOperation::FusedOperation(std::vector<Step> steps)
    : steps_(std::move(steps)), name_(joined_names(steps_)) {}

void FusedOperation::add_to(KeyBuilder& key) const {
  for (const Step& step : steps_) {
    key.add(step.operation->name());
    step.operation->add_to(key);
    for (const Source& source : step.inputs) key.add(source.step).add(source.input);
  }
}

// The largest of the steps' needs, as they run one after the other; what one hands to the next counts as its
// work.
MemoryNeed FusedOperation::memory_need(std::span<const SizeEstimate> inputs) const {
  std::vector<SizeEstimate> answers;
  std::vector<SizeEstimate> sizes;
  MemoryNeed need;
  for (const Step& step : steps_) {
    sizes.clear();
    for (const Source& source : step.inputs) {
      sizes.push_back(source.step == kExternal ? inputs[source.input] : answers[source.step]);
    }
    const MemoryNeed of_step = step.operation->memory_need(sizes);
    const bool last = &step == &steps_.back();
    const std::size_t handed_on = last ? 0 : of_step.output;
    need.least = std::max(need.least, of_step.least + handed_on);
    need.wished = std::max(need.wished, of_step.wished + handed_on);
    need.output = of_step.output;
    answers.push_back({of_step.output, false});
  }
  return need;
}

Outcome FusedOperation::run(std::span<const Value> inputs, TaskContext& context) const {
  std::vector<Value> answers(steps_.size());
  std::vector<Value> given;
  for (std::size_t i = 0;; ++i) {
    given.clear();
    for (const Source& source : steps_[i].inputs) {
      // Each answer has one user: it is gone as soon as that one is done.
      given.push_back(source.step == kExternal ? inputs[source.input] : std::move(answers[source.step]));
    }
    Outcome outcome = steps_[i].operation->run(given, context);
    if (i + 1 == steps_.size()) return outcome;
    auto* values = std::get_if<std::vector<Value>>(&outcome);
    if (values == nullptr || values->size() != 1) {
      throw InvalidArgument(std::string(steps_[i].operation->name()) + " must answer with 1 value");
    }
    answers[i] = resolved(values->front());
    context.check_stopped();
  }
}

bool FusedOperation::portable() const {
  return std::ranges::all_of(steps_, [](const Step& step) { return step.operation->portable(); });
}

void FusedOperation::write(ByteSink& sink) const {
  put(sink, static_cast<std::uint32_t>(steps_.size()));
  for (const Step& step : steps_) {
    write_operation(*step.operation, sink);
    put(sink, static_cast<std::uint32_t>(step.inputs.size()));
    for (const Source& source : step.inputs) put(sink, source);
  }
}

std::shared_ptr<const Operation> FusedOperation::read(ByteSource& source) {
  std::vector<Step> steps;
  const std::uint32_t count = get_number(source);
  for (std::uint32_t i = 0; i < count; ++i) steps.push_back(read_step(source, i));
  if (steps.empty()) throw IoError("the bytes of a graph are corrupt: a fused operation without steps");
  return std::make_shared<const FusedOperation>(std::move(steps));
}

std::size_t FusedOperation::num_inputs() const {
  std::size_t count = 0;
  for (const Step& step : steps_) {
    for (const Source& source : step.inputs) {
      if (source.step == kExternal) count = std::max<std::size_t>(count, std::size_t{source.input} + 1);
    }
  }
  return count;
}

Key FusedOperation::task_key(std::span<const TaskGraph::State::KeyedInput> inputs) const {
  std::vector<Key> keys;
  std::vector<TaskGraph::State::KeyedInput> given;
  for (const Step& step : steps_) {
    given.clear();
    for (const Source& source : step.inputs) {
      given.push_back(source.step == kExternal ? inputs[source.input]
                                               : TaskGraph::State::KeyedInput{keys[source.step], 0});
    }
    const auto* fused = dynamic_cast<const FusedOperation*>(step.operation.get());
    keys.push_back(fused != nullptr
                       ? fused->task_key(given)
                       : TaskGraph::State::task_key(TaskGraph::State::operation_key(*step.operation), given));
  }
  return keys.back();
}

}  // namespace treadle::graph
