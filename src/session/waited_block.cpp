#include "session/waited_block.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "lazy/blocks.h"
#include "treadle/operation.h"

namespace treadle::session {
namespace {

class WaitForFuture final : public Operation {
 public:
  explicit WaitForFuture(FutureStatePtr future) : future_(std::move(future)) {}
  std::string_view name() const override { return "future"; }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    constexpr std::chrono::milliseconds kLook(20);
    while (!future_->wait_until(std::chrono::steady_clock::now() + kLook)) context.check_stopped();
    return std::vector<Value>{future_->kept_value()};
  }

 private:
  FutureStatePtr future_;
};

class WaitedBlocks final : public lazy::BlockNode {
 public:
  explicit WaitedBlocks(std::vector<FutureStatePtr> futures)
      : BlockNode(std::vector<lazy::NodePtr>()), futures_(std::move(futures)) {
    for (const FutureStatePtr& future : futures_) {
      waits_.push_back(std::make_shared<const WaitForFuture>(future));
    }
  }
  const std::vector<FutureStatePtr>& futures() const noexcept { return futures_; }
  std::string_view kind() const override { return "Future"; }
  std::string parameters() const override {
    return futures_.size() == 1 ? std::string(to_string(futures_.front()->status()))
                                : std::to_string(futures_.size());
  }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr>) const override { return shared_from_this(); }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const auto& wait : waits_) blocks.push_back({lowering.graph().add(wait), 0});
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  Key identity_ = unique_key();
  std::vector<FutureStatePtr> futures_;
  std::vector<std::shared_ptr<const Operation>> waits_;
};

}  // namespace

lazy::NodePtr waited_blocks(std::vector<FutureStatePtr> futures) {
  return std::make_shared<const WaitedBlocks>(std::move(futures));
}

std::vector<FutureStatePtr> waited_of(const lazy::NodePtr& node) {
  const auto* waited = dynamic_cast<const WaitedBlocks*>(node.get());
  return waited == nullptr ? std::vector<FutureStatePtr>() : waited->futures();
}

std::vector<FutureStatePtr> waited_below(const lazy::NodePtr& node) {
  std::vector<FutureStatePtr> found;
  std::unordered_set<const FutureState*> known;
  std::unordered_set<const lazy::Node*> seen{node.get()};
  std::vector<lazy::NodePtr> left{node};
  while (!left.empty()) {
    const lazy::NodePtr at = std::move(left.back());
    left.pop_back();
    for (FutureStatePtr& future : waited_of(at)) {
      if (known.insert(future.get()).second) found.push_back(std::move(future));
    }
    for (const lazy::NodePtr& input : at->inputs()) {
      if (seen.insert(input.get()).second) left.push_back(input);
    }
  }
  return found;
}

}  // namespace treadle::session
