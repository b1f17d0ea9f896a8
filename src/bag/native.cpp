#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "bag/json.h"
#include "bag/pipeline.h"
#include "bag/text_steps.h"
#include "bag/word_table.h"
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
  std::vector<StepPtr> steps;
  if (step != nullptr) steps.push_back(std::move(step));
  return std::make_shared<const Pipeline>(texts, Steps{std::move(steps), output});
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

/// Puts counts together, the first partition's words first.
Value merge_counts(std::span<const Value> parts, std::size_t, TaskContext& context) {
  if (parts.size() == 1) return parts[0];
  WordTable table;
  Reservation memory = context.reserve("bag: frequencies", 0);
  std::uint64_t place = 0;
  for (const Value& part : parts) {
    const auto& counts = part.get<TextCounts>();
    for (std::size_t i = 0; i < counts.counts.size(); ++i) {
      if (i % 4096 == 0) {
        context.check_stopped();
        memory.resize(table.nbytes());
      }
      table.add(counts.texts[i], place++, static_cast<std::uint64_t>(counts.counts[i]));
    }
  }
  memory.resize(table.nbytes());
  return Value::of(table.finish());
}

/// Appends a partition of frequencies.
void append_counts(const Value& part, TextCounts& to) {
  if (part.holds<TextCounts>()) {
    const auto& counts = part.get<TextCounts>();
    to.texts.append(counts.texts);
    to.counts.insert(to.counts.end(), counts.counts.begin(), counts.counts.end());
    return;
  }
  for (const auto& [text, count] : part.get<std::vector<std::pair<std::string, std::int64_t>>>()) {
    to.texts.append(text);
    to.counts.push_back(count);
  }
}

Value top_of(std::span<const Value> parts, std::size_t k) {
  TextCounts several;
  const bool one = parts.size() == 1 && parts[0].holds<TextCounts>();
  for (const Value& part : parts) {
    if (!one) append_counts(part, several);
  }
  const TextCounts& all = one ? parts[0].get<TextCounts>() : several;
  std::vector<std::size_t> order(all.counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(k, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    return all.counts[a] != all.counts[b] ? all.counts[a] > all.counts[b] : a < b;
  });
  TextCounts top;
  for (auto index = order.begin(); index != middle; ++index) {
    top.texts.append(all.texts[*index]);
    top.counts.push_back(all.counts[*index]);
  }
  return Value::of(std::move(top));
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

NodePtr keep_starting(const NodePtr& texts, const std::string& prefix, bool negated) {
  return over_texts(texts, test_step(TextTest::kStartsWith, prefix, negated));
}
NodePtr keep_ending(const NodePtr& texts, const std::string& suffix, bool negated) {
  return over_texts(texts, test_step(TextTest::kEndsWith, suffix, negated));
}
NodePtr keep_containing(const NodePtr& texts, const std::string& part, bool negated) {
  return over_texts(texts, test_step(TextTest::kContains, part, negated));
}
NodePtr keep_equal(const NodePtr& texts, const std::string& text, bool negated) {
  return over_texts(texts, test_step(TextTest::kEquals, text, negated));
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

NodePtr text_frequencies(const NodePtr& texts, std::size_t fan_in) {
  return reduce("frequencies", merge_counts, over_texts(texts, nullptr, Output::kTextCounts), fan_in);
}

NodePtr top_counts(const NodePtr& frequencies, std::size_t k) {
  return reduce(
      "topk", [k](std::span<const Value> parts, std::size_t, TaskContext&) { return top_of(parts, k); },
      frequencies);
}

NodePtr distinct_texts(const NodePtr& texts) {
  return each("distinct",
              [](std::span<const Value> inputs, std::size_t, TaskContext&) {
                return Value::of(inputs[0].get<TextCounts>().texts);
              },
              {text_frequencies(texts)});
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
