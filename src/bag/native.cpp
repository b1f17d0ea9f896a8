#include <memory>
#include <utility>

#include "bag/json.h"
#include "bag/pipeline.h"
#include "bag/text_steps.h"
#include "treadle/bag_text.h"
#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/moments.h"
#include "treadle/text_items.h"

namespace treadle::bag {
namespace {

const Pipeline* pipeline_with(const NodePtr& node, Output output) {
  const auto* found = dynamic_cast<const Pipeline*>(node.get());
  return found != nullptr && found->steps().output == output ? found : nullptr;
}

/// A pipeline over texts; fuse_pipelines() joins it to the one that makes them.
NodePtr over_texts(const NodePtr& texts, StepPtr step, Output output = Output::kTexts) {
  Steps steps;
  if (step != nullptr) steps.steps.push_back(std::move(step));
  steps.output = output;
  return std::make_shared<const Pipeline>(texts, std::move(steps));
}

/// What makes lists or JSON goes on in the same pipeline: these are not worth keeping in between.
NodePtr extended(const Pipeline& below, StepPtr step, Output output) {
  Steps steps = below.steps();
  if (step != nullptr) steps.steps.push_back(std::move(step));
  steps.output = output;
  if (below.files() != nullptr) return std::make_shared<const Pipeline>(below.files(), std::move(steps));
  return std::make_shared<const Pipeline>(below.inputs()[0], std::move(steps));
}

const Pipeline& json_pipeline(const NodePtr& node) {
  const Pipeline* found = pipeline_with(node, Output::kItems);
  if (found == nullptr)
    throw InvalidArgument("expected what json() made, found " + std::string(node->kind()));
  return *found;
}

}  // namespace

NodePtr read_text(const std::vector<std::string>& patterns, const ReadTextOptions& options) {
  return std::make_shared<const Pipeline>(std::make_shared<const text::TextFiles>(patterns, options),
                                          Steps{});
}

std::vector<std::string> text_paths(const NodePtr& lines) {
  std::vector<std::string> paths;
  const auto* found = dynamic_cast<const Pipeline*>(lines.get());
  if (found == nullptr || found->files() == nullptr) return paths;
  for (std::size_t i = 0; i < found->files()->num_partitions(); ++i) paths.push_back(found->files()->path(i));
  return paths;
}

NodePtr lower(const NodePtr& texts) { return over_texts(texts, lower_step()); }
NodePtr upper(const NodePtr& texts) { return over_texts(texts, upper_step()); }

NodePtr strip(const NodePtr& texts, const std::optional<std::string>& characters) {
  return over_texts(texts, strip_step(Ends::kBoth, characters));
}
NodePtr lstrip(const NodePtr& texts, const std::optional<std::string>& characters) {
  return over_texts(texts, strip_step(Ends::kLeft, characters));
}
NodePtr rstrip(const NodePtr& texts, const std::optional<std::string>& characters) {
  return over_texts(texts, strip_step(Ends::kRight, characters));
}

NodePtr replace(const NodePtr& texts, const std::string& from, const std::string& to, std::int64_t most) {
  return over_texts(texts, replace_step(from, to, most));
}

NodePtr translate(const NodePtr& texts, const std::vector<std::pair<std::uint32_t, std::string>>& table) {
  return over_texts(texts, translate_step(table));
}

NodePtr match(const NodePtr& texts, const std::string& pattern) {
  return over_texts(texts, match_step(pattern));
}

NodePtr split(const NodePtr& texts, const std::optional<std::string>& separator, std::int64_t most) {
  return over_texts(texts, split_step(separator, most), Output::kLists);
}

NodePtr flatten(const NodePtr& lists) {
  const Pipeline* found = pipeline_with(lists, Output::kLists);
  if (found == nullptr)
    throw InvalidArgument("expected what split() made, found " + std::string(lists->kind()));
  return extended(*found, flatten_step(), Output::kTexts);
}

bool is_split(const NodePtr& node) { return pipeline_with(node, Output::kLists) != nullptr; }
bool is_texts(const NodePtr& node) { return pipeline_with(node, Output::kTexts) != nullptr; }
bool is_json(const NodePtr& node) { return pipeline_with(node, Output::kItems) != nullptr; }

NodePtr json(const NodePtr& texts, bool skip) {
  return over_texts(texts, json_step(skip ? OnBadJson::kSkip : OnBadJson::kError), Output::kItems);
}

NodePtr keep_json(const NodePtr& json, const ItemCondition& condition) {
  return extended(json_pipeline(json), json_filter_step(condition), Output::kItems);
}

NodePtr pluck_json(const NodePtr& json, const ItemPath& path, const std::optional<Item>& missing) {
  return extended(json_pipeline(json), json_pluck_step(path, missing), Output::kItems);
}

NodePtr count_items(const NodePtr& native) {
  const auto* found = dynamic_cast<const Pipeline*>(native.get());
  const bool own_steps = found != nullptr && found->steps().output != Output::kTexts;
  const NodePtr counts =
      own_steps ? extended(*found, nullptr, Output::kCount) : over_texts(native, nullptr, Output::kCount);
  auto add = [](std::span<const Value> parts, std::size_t, TaskContext&) {
    std::int64_t sum = 0;
    for (const Value& part : parts) sum += part.get<std::vector<std::int64_t>>().front();
    return Value::of(std::vector<std::int64_t>{sum});
  };
  return reduce("count", add, counts);
}

NodePtr json_moments(const NodePtr& json) {
  auto merge = [](std::span<const Value> parts, std::size_t, TaskContext&) {
    Moments all;
    for (const Value& part : parts) all.absorb(part.get<std::vector<Moments>>().front());
    return Value::of(std::vector<Moments>{all});
  };
  return reduce("moments", merge, extended(json_pipeline(json), nullptr, Output::kMoments));
}

}  // namespace treadle::bag
