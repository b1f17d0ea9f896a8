#include "treadle/client.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "session/call_state.h"
#include "session/default_engine.h"
#include "session/keep_value.h"
#include "treadle/error.h"

namespace treadle {

/// What a client shares with the futures it made: how to run, and what is still to be cancelled.
class Client::State {
 public:
  explicit State(ComputeOptions options) : options_(std::move(options)) {
    if (options_.engine == nullptr) options_.engine = session::default_engine();
    if (session::CallQueue::serves(options_)) calls_ = std::make_shared<session::CallQueue>(options_);
  }

  const ComputeOptions& options() const noexcept { return options_; }
  /// Null if every call is to have a run of its own.
  const std::shared_ptr<session::CallQueue>& calls() const noexcept { return calls_; }

  FutureStatePtr start(std::vector<FutureStatePtr> inputs, session::CallState::GraphMaker make_graph) {
    return start(std::make_shared<session::CallState>(options_, std::move(inputs), std::move(make_graph)));
  }

  FutureStatePtr start(const std::shared_ptr<session::CallState>& state) {
    remember(state);
    state->start();
    return state;
  }

  void close() {
    std::vector<std::weak_ptr<FutureState>> started;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      started = std::move(started_);
    }
    for (const auto& weak : started) {
      if (const FutureStatePtr state = weak.lock()) state->cancel();
    }
  }

 private:
  void remember(const FutureStatePtr& state) {
    const std::lock_guard lock(mutex_);
    if (closed_) throw InvalidArgument("expected an open client; this one was closed");
    // Swept whenever it has doubled: a constant cost a future.
    if (started_.size() >= sweep_at_) {
      std::erase_if(started_, [](const auto& weak) {
        const FutureStatePtr known = weak.lock();
        return known == nullptr || known->status() != FutureStatus::kPending;
      });
      sweep_at_ = std::max<std::size_t>(64, 2 * started_.size());
    }
    started_.push_back(state);
  }

  ComputeOptions options_;
  std::shared_ptr<session::CallQueue> calls_;
  std::mutex mutex_;
  bool closed_ = false;
  std::size_t sweep_at_ = 64;
  std::vector<std::weak_ptr<FutureState>> started_;
};

Client::Client(ComputeOptions options) : state_(std::make_shared<State>(std::move(options))) {}

Client::~Client() { state_->close(); }

void Client::close() { state_->close(); }

FutureStatePtr Client::start(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments,
                             std::vector<FutureStatePtr> inputs) {
  if (state_->calls() != nullptr && !callable->answers_delayed()) {
    auto call = make_call_operation(std::move(callable), std::move(arguments));
    return state_->start(
        std::make_shared<session::CallState>(state_->calls(), std::move(inputs), std::move(call)));
  }
  auto make_graph = [callable = std::move(callable),
                     arguments = std::move(arguments)](std::vector<Value> values) {
    std::vector<DelayedNodePtr> nodes;
    for (Value& value : values) nodes.push_back(make_delayed_value(std::move(value)));
    const DelayedNodePtr call = make_delayed_call(callable, arguments, std::move(nodes));
    return delayed_graph(std::span(&call, 1), true);
  };
  return state_->start(std::move(inputs), std::move(make_graph));
}

FutureStatePtr Client::start(const DelayedNodePtr& node) {
  return state_->start(
      {}, [node](const std::vector<Value>&) { return delayed_graph(std::span(&node, 1), true); });
}

FutureStatePtr Client::finished(Value value) {
  return std::make_shared<session::CallState>(session::keep_value(std::move(value), state_->options()));
}

}  // namespace treadle
