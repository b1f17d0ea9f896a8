#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "bag/pipeline.h"
#include "bag/word_parts.h"
#include "treadle/bag_text.h"
#include "treadle/codecs.h"
#include "treadle/text_items.h"

// How often texts occur: counted where they lie, put together by parts of their hash, so that no task sees
// all of them.
namespace treadle::bag {
namespace {

// A part's table is to be small beside any sensible budget; a task costs some microseconds, and so does a
// part of each partition.
constexpr std::uint64_t kLeastBytesOfPart = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostBytesOfPart = std::uint64_t{128} << 20;
constexpr std::uint64_t kManyParts = 64;
constexpr std::uint64_t kMostParts = 512;

/// By how much is read, or by how many partitions there are: of the plan alone, so that answers are the same.
std::size_t num_parts_of(const NodePtr& texts) {
  const Pipeline* pipeline = dynamic_cast<const Pipeline*>(texts.get());
  while (pipeline != nullptr && pipeline->files() == nullptr) {
    pipeline = dynamic_cast<const Pipeline*>(pipeline->inputs()[0].get());
  }
  if (pipeline == nullptr) return std::clamp<std::size_t>(num_blocks(texts), 1, 16);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < pipeline->files()->num_partitions(); ++i) {
    bytes += pipeline->files()->num_bytes(i);
  }
  const std::uint64_t many = std::min(bytes / kLeastBytesOfPart, kManyParts);
  return std::clamp<std::uint64_t>(std::max(many, bytes / kMostBytesOfPart), 1, kMostParts);
}

/// An operation of all inputs that is known by its name, and a number.
class WordsOperation final : public Operation {
 public:
  using Function = Value (*)(std::span<const Value>, TaskContext&, std::size_t);
  WordsOperation(std::string name, Function function, std::size_t number)
      : name_(std::move(name)), function_(function), number_(number) {}
  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override { key.add("bag.words").add(name_).add(std::uint64_t{number_}); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return std::vector<Value>{function_(inputs, context, number_)};
  }

 private:
  std::string name_;
  Function function_;
  std::size_t number_;
};

Value merge(std::span<const Value> partitions, TaskContext& context, std::size_t) {
  return merge_words(partitions, context);
}
Value join(std::span<const Value> parts, TaskContext& context, std::size_t) {
  return join_words(parts, context);
}
Value most(std::span<const Value> parts, TaskContext& context, std::size_t k) {
  return Value::of(most_frequent(parts, k, context));
}
Value most_of_all(std::span<const Value> parts, TaskContext& context, std::size_t k) {
  WordPart top = most_frequent(parts, k, context);
  return Value::of(TextCounts{std::move(top.texts), std::move(top.counts)});
}

/// One block of several.
TaskOutput add_words(lazy::Lowering& lowering, const char* name, WordsOperation::Function function,
                     std::size_t number, std::span<const TaskOutput> inputs) {
  return {lowering.graph().add(std::make_shared<const WordsOperation>(name, function, number), inputs)};
}

/// The words of all partitions, a block a part: the input has a row of parts for each partition.
class MergeWords final : public BagNode {
 public:
  MergeWords(NodePtr words, std::size_t num_parts)
      : BagNode(std::vector<NodePtr>{std::move(words)}), num_parts_(num_parts) {}
  std::string_view kind() const override { return "MergeWords"; }
  std::string parameters() const override { return std::to_string(num_parts_) + " parts"; }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const MergeWords>(std::move(inputs[0]), num_parts_);
  }
  std::size_t num_blocks() const override { return num_parts_; }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const std::vector<TaskOutput> row = lowering.blocks(inputs()[0]);
    std::vector<TaskOutput> blocks, below;
    for (std::size_t part = 0; part < num_parts_; ++part) {
      below.clear();
      for (std::size_t at = part; at < row.size(); at += num_parts_) below.push_back(row[at]);
      blocks.push_back(add_words(lowering, "frequencies", merge, part, below));
    }
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(parameters()); }

 private:
  std::size_t num_parts_;
};

/// One block, TextCounts: all words, or the `k` most frequent ones.
class JoinWords final : public BagNode {
 public:
  explicit JoinWords(NodePtr parts) : JoinWords(std::move(parts), false, 0) {}
  JoinWords(NodePtr parts, bool top, std::size_t k)
      : BagNode(std::vector<NodePtr>{std::move(parts)}), top_(top), k_(k) {}
  std::string_view kind() const override { return top_ ? "TopWords" : "Frequencies"; }
  std::string parameters() const override { return top_ ? std::to_string(k_) : std::string(); }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const JoinWords>(std::move(inputs[0]), top_, k_);
  }
  std::size_t num_blocks() const override { return 1; }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const std::vector<TaskOutput> row = lowering.blocks(inputs()[0]);
    if (!top_) return {add_words(lowering, "frequencies", join, 0, row)};
    std::vector<TaskOutput> best;
    for (const TaskOutput& part : row) best.push_back(add_words(lowering, "topk", most, k_, {&part, 1}));
    return {add_words(lowering, "topk", most_of_all, k_, best)};
  }
  bool top() const noexcept { return top_; }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(top_).add(std::uint64_t{k_}); }

 private:
  bool top_;
  std::size_t k_;
};

class CutWords final : public Operation {
 public:
  explicit CutWords(std::size_t count) : count_(count) {}
  std::string_view name() const override { return "frequencies"; }
  void add_to(KeyBuilder& key) const override { key.add("bag.cut_words").add(std::uint64_t{count_}); }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(count_); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return cut_words(inputs[0].get<WordPart>(), inputs[1].get<WordPart>(), count_, context);
  }

 private:
  std::size_t count_;
};

/// As many blocks as parts, TextCounts: one after the other all words in order, none with more than about a
/// part has.
class WordPieces final : public BagNode {
 public:
  explicit WordPieces(NodePtr parts) : BagNode(std::vector<NodePtr>{std::move(parts)}) {}
  std::string_view kind() const override { return "WordPieces"; }
  std::string parameters() const override { return std::to_string(num_blocks()) + " pieces"; }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const WordPieces>(std::move(inputs[0]));
  }
  std::size_t num_blocks() const override { return bag::num_blocks(inputs()[0]); }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const std::vector<TaskOutput> parts = lowering.blocks(inputs()[0]);
    const auto cut = std::make_shared<const CutWords>(parts.size());
    std::vector<TaskId> cuts;
    for (const TaskOutput& part : parts) cuts.push_back(lowering.graph().add(cut, {part, parts[0]}));
    std::vector<TaskOutput> blocks, below;
    for (std::uint32_t piece = 0; piece < parts.size(); ++piece) {
      below.clear();
      for (const TaskId task : cuts) below.push_back({task, piece});
      blocks.push_back(add_words(lowering, "frequencies", join, 0, below));
    }
    return blocks;
  }

 protected:
  void add_to(KeyBuilder&) const override {}
};

Value texts_of(std::span<const Value> inputs, std::size_t, TaskContext&) {
  return Value::of(inputs[0].get<TextCounts>().texts);
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

NodePtr text_frequencies(const NodePtr& texts) {
  Steps steps;
  steps.output = Output::kTextCounts;
  steps.num_parts = num_parts_of(texts);
  const std::size_t parts = steps.num_parts;
  auto counts = std::make_shared<const Pipeline>(texts, std::move(steps));
  return std::make_shared<const JoinWords>(std::make_shared<const MergeWords>(std::move(counts), parts));
}

NodePtr top_counts(const NodePtr& frequencies, std::size_t k) {
  const auto* words = dynamic_cast<const JoinWords*>(frequencies.get());
  if (words != nullptr && !words->top()) {
    return std::make_shared<const JoinWords>(words->inputs()[0], true, k);  // never all in one place
  }
  return reduce(
      "topk", [k](std::span<const Value> parts, std::size_t, TaskContext&) { return top_of(parts, k); },
      frequencies);
}

NodePtr distinct_texts(const NodePtr& texts) { return each("distinct", texts_of, {text_frequencies(texts)}); }

NodePtr frequencies_in_pieces(const NodePtr& texts) {
  return std::make_shared<const WordPieces>(text_frequencies(texts)->inputs()[0]);
}

NodePtr distinct_in_pieces(const NodePtr& texts) {
  return each("distinct", texts_of, {frequencies_in_pieces(texts)});
}

}  // namespace treadle::bag
