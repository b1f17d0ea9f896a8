#include "session/waited_block.h"

#include <memory>
#include <optional>
#include <string>
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

class WaitedBlock final : public lazy::BlockNode {
 public:
  explicit WaitedBlock(FutureStatePtr future)
      : BlockNode(std::vector<lazy::NodePtr>()),
        future_(future),
        wait_(std::make_shared<const WaitForFuture>(std::move(future))) {}
  std::string_view kind() const override { return "Future"; }
  std::string parameters() const override { return std::string(to_string(future_->status())); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr>) const override { return shared_from_this(); }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return {{lowering.graph().add(wait_), 0}};
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  Key identity_ = unique_key();
  FutureStatePtr future_;
  std::shared_ptr<const Operation> wait_;
};

}  // namespace

lazy::NodePtr waited_block(FutureStatePtr future) {
  return std::make_shared<const WaitedBlock>(std::move(future));
}

}  // namespace treadle::session
