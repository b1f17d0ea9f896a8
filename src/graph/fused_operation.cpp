#include "graph/fused_operation.h"

#include <algorithm>
#include <utility>

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
    answers[i] = std::move(values->front());
    context.check_stopped();
  }
}

}  // namespace treadle::graph
