#include "session/chosen_blocks.h"

#include <memory>
#include <string>
#include <utility>

#include "graph/value_operation.h"
#include "lazy/blocks.h"
#include "memory/kept_values.h"

namespace treadle::session {
namespace {

class ChosenBlocks final : public lazy::BlockNode {
 public:
  ChosenBlocks(std::vector<lazy::NodePtr> inputs, std::vector<BlockChoice> choices)
      : BlockNode(std::move(inputs)), choices_(std::move(choices)) {}
  const std::vector<BlockChoice>& choices() const noexcept { return choices_; }
  std::string_view kind() const override { return "ChosenBlocks"; }
  std::string parameters() const override { return std::to_string(choices_.size()); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return choose_blocks(std::move(inputs), choices_);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const BlockChoice& choice : choices_) {
      blocks.push_back(lowering.blocks(inputs()[choice.input]).at(choice.block));
    }
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override {
    for (const BlockChoice& choice : choices_) key.add(choice.input).add(choice.block);
  }

 private:
  std::vector<BlockChoice> choices_;
};

class KeptBlocks final : public lazy::BlockNode {
 public:
  explicit KeptBlocks(std::vector<Value> values) : BlockNode(std::vector<lazy::NodePtr>()) {
    for (Value& value : values) {
      blocks_.push_back(std::make_shared<const graph::ValueOperation>(std::move(value), unique_key()));
    }
  }
  KeptBlocks(const KeptBlocks& other)
      : BlockNode(std::vector<lazy::NodePtr>()), identity_(other.identity_), blocks_(other.blocks_) {}
  KeptBlocks& operator=(const KeptBlocks&) = delete;
  ~KeptBlocks() override = default;

  std::vector<Value> values() const {
    std::vector<Value> values;
    for (const auto& block : blocks_) values.push_back(resolved(block->value()));
    return values;
  }
  std::string_view kind() const override { return "KeptBlocks"; }
  std::string parameters() const override { return std::to_string(blocks_.size()); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr>) const override {
    return std::make_shared<const KeptBlocks>(*this);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> outputs;
    for (const auto& block : blocks_) outputs.push_back({lowering.graph().add(block), 0});
    return outputs;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  Key identity_ = unique_key();
  std::vector<std::shared_ptr<const graph::ValueOperation>> blocks_;
};

}  // namespace

lazy::NodePtr choose_blocks(std::vector<lazy::NodePtr> inputs, std::vector<BlockChoice> choices) {
  return std::make_shared<const ChosenBlocks>(std::move(inputs), std::move(choices));
}

lazy::NodePtr kept_blocks(std::vector<Value> values) {
  return std::make_shared<const KeptBlocks>(std::move(values));
}

const std::vector<BlockChoice>* chosen_of(const lazy::NodePtr& node) {
  const auto* chosen = dynamic_cast<const ChosenBlocks*>(node.get());
  return chosen == nullptr ? nullptr : &chosen->choices();
}

bool are_kept(const lazy::NodePtr& node) { return dynamic_cast<const KeptBlocks*>(node.get()) != nullptr; }

std::optional<std::vector<Value>> kept_of(const lazy::NodePtr& node) {
  const auto* kept = dynamic_cast<const KeptBlocks*>(node.get());
  return kept == nullptr ? std::nullopt : std::optional(kept->values());
}

}  // namespace treadle::session
