#include "bag/pipeline.h"

#include "bag/pipeline_operation.h"
#include "treadle/error.h"

namespace treadle::bag {

std::size_t num_blocks(const lazy::NodePtr& node) {
  const auto* bag = dynamic_cast<const BagNode*>(node.get());
  if (bag == nullptr) throw InternalError("expected a step of a bag, found " + std::string(node->kind()));
  return bag->num_blocks();
}

std::string describe(const Steps& steps, bool from_files) {
  std::string text = from_files ? "read_text" : "";
  auto add = [&](std::string_view part) {
    if (!text.empty()) text += " -> ";
    text += part;
  };
  for (const StepPtr& step : steps.steps) {
    add(step->name());
    if (const std::string parameters = step->parameters(); !parameters.empty())
      text += "(" + parameters + ")";
  }
  if (const std::string_view end = to_string(steps.output); !end.empty()) add(end);
  return text;
}

Pipeline::Pipeline(std::shared_ptr<const text::TextFiles> files, Steps steps)
    : BagNode(std::vector<lazy::NodePtr>()), files_(std::move(files)), steps_(std::move(steps)) {}

Pipeline::Pipeline(lazy::NodePtr input, Steps steps)
    : BagNode(std::vector<lazy::NodePtr>{std::move(input)}), steps_(std::move(steps)) {}

std::string Pipeline::parameters() const { return describe(steps_, files_ != nullptr); }

lazy::NodePtr Pipeline::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  if (files_ != nullptr) return std::make_shared<const Pipeline>(files_, steps_);
  return std::make_shared<const Pipeline>(std::move(inputs[0]), steps_);
}

std::size_t Pipeline::num_blocks() const {
  const std::size_t partitions = files_ != nullptr ? files_->num_partitions() : bag::num_blocks(inputs()[0]);
  return partitions * steps_.num_parts;
}

void add_steps(const Steps& steps, KeyBuilder& key) {
  key.add(describe(steps, false)).add(static_cast<int>(steps.output)).add(std::uint64_t{steps.num_parts});
  if (steps.otherwise != nullptr) key.add(steps.otherwise->identity).add(std::uint64_t{steps.num_text_steps});
}

void Pipeline::add_to(KeyBuilder& key) const {
  add_steps(steps_, key);
  if (files_ != nullptr) files_->add_to(key);
}

std::vector<TaskOutput> Pipeline::lower(lazy::Lowering& lowering) const {
  std::vector<TaskOutput> blocks;
  auto add_slots = [&](TaskId task) {
    for (std::uint32_t slot = 0; slot < steps_.num_parts; ++slot) blocks.push_back({task, slot});
  };
  if (files_ == nullptr) {
    std::size_t partition = 0;
    for (const TaskOutput& input : lowering.blocks(inputs()[0])) {
      add_slots(lowering.graph().add(texts_operation(partition++, steps_), {input}));
    }
    return blocks;
  }
  for (std::size_t partition = 0; partition < files_->num_partitions(); ++partition) {
    add_slots(lowering.graph().add(files_operation(files_, partition, steps_)));
  }
  return blocks;
}

lazy::NodePtr fuse_pipelines(const lazy::NodePtr& node, const lazy::Consumers& consumers) {
  const auto* above = dynamic_cast<const Pipeline*>(node.get());
  if (above == nullptr || above->files() != nullptr) return nullptr;
  const lazy::NodePtr& input = node->inputs()[0];
  const auto* below = dynamic_cast<const Pipeline*>(input.get());
  if (below == nullptr || below->steps().output != Output::kTexts || consumers.shared(*below)) return nullptr;
  if (below->steps().otherwise != nullptr) return nullptr;
  Steps steps = below->steps();
  steps.steps.insert(steps.steps.end(), above->steps().steps.begin(), above->steps().steps.end());
  steps.output = above->steps().output;
  steps.num_parts = above->steps().num_parts;
  steps.otherwise = above->steps().otherwise;
  steps.num_text_steps = below->steps().steps.size() + above->steps().num_text_steps;
  if (below->files() != nullptr) return std::make_shared<const Pipeline>(below->files(), std::move(steps));
  return std::make_shared<const Pipeline>(below->inputs()[0], std::move(steps));
}

}  // namespace treadle::bag
