#include "session/call_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "graph/kept_output.h"
#include "treadle/error.h"
#include "treadle/task_context.h"
#include "treadle/task_graph.h"

namespace treadle::session {

// How long a lane keeps its thread from other runs. Starting the next one costs less than a hundredth of it.
constexpr std::chrono::milliseconds kTurn{20};
// How long it waits for another call: one that is made again and again would need a run each time.
constexpr std::chrono::milliseconds kPatience{1};

void CallLane::cancel(const QueuedCall* call) {
  std::optional<Run> run;
  {
    const std::lock_guard lock(mutex_);
    if (current_ != call) return;
    cancelled_ = true;
    run = run_;
  }
  if (run) run->cancel();  // else started() does
}

bool CallLane::started(Run run) {
  std::unique_lock lock(mutex_);
  run_ = run;
  const bool cancelled = cancelled_;
  const bool ended = ended_;
  lock.unlock();
  if (cancelled) run.cancel();
  return ended;
}

bool CallLane::ended() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  return run_.has_value();
}

void CallLane::let_go() {
  std::optional<Run> run;
  const std::lock_guard lock(mutex_);
  run.swap(run_);
}

bool CallLane::enter(const std::shared_ptr<QueuedCall>& call) {
  const std::lock_guard lock(mutex_);
  current_ = call.get();
  held_ = call;
  return !ended_;
}

bool CallLane::leave() {
  const std::lock_guard lock(mutex_);
  current_ = nullptr;
  held_.reset();
  return !cancelled_ && !ended_;
}

/// The task of a lane.
class CallQueue::LaneTask final : public Operation {
 public:
  LaneTask(std::weak_ptr<CallQueue> queue, std::shared_ptr<CallLane> lane,
           const std::shared_ptr<QueuedCall>& only)
      : queue_(std::move(queue)), lane_(std::move(lane)), only_(only), alone_(only != nullptr) {}
  std::string_view name() const override { return "calls"; }

  Outcome run(std::span<const Value>, TaskContext& context) const override {
    if (const auto queue = queue_.lock()) queue->began(*lane_);
    const auto end = std::chrono::steady_clock::now() + kTurn;
    while (!context.stop_requested() && make_one(context) && !alone_) {
      if (std::chrono::steady_clock::now() >= end) break;
    }
    return std::vector<Value>{Value()};
  }

 private:
  bool make_one(TaskContext& context) const {
    const std::shared_ptr<CallQueue> queue = queue_.lock();
    if (queue == nullptr) return false;
    std::shared_ptr<QueuedCall> call = alone_ ? only_.lock() : queue->next();
    return call != nullptr && queue->make(lane_, std::move(call), context);
  }

  std::weak_ptr<CallQueue> queue_;
  std::shared_ptr<CallLane> lane_;
  std::weak_ptr<QueuedCall> only_;
  bool alone_;
};

CallQueue::CallQueue(ComputeOptions options) : options_(std::move(options)) {}

bool CallQueue::serves(const ComputeOptions& options) {
  return options.engine != nullptr && options.engine->works_unattended() && options.run.retries == 0 &&
         options.run.listener == nullptr && !options.run.on_end && !options.on_start;
}

void CallQueue::add(const std::shared_ptr<QueuedCall>& call, int priority) {
  {
    const std::lock_guard lock(mutex_);
    calls_[priority].push_back(call);
    ++waiting_;
    if (idle_ > 0) added_.notify_one();
    if (!wants_lane()) return;
  }
  start_lanes();
}

// Under the lock. Where nobody says how many threads there are, the engine shows it: a lane for which it has
// none yet does not begin.
bool CallQueue::wants_lane() {
  if (waiting_ <= beginning_ + idle_) return false;
  return options_.run.num_threads != 0 ? lanes_ < options_.run.num_threads : beginning_ == 0;
}

std::shared_ptr<QueuedCall> CallQueue::next() {
  std::unique_lock lock(mutex_);
  ++idle_;
  added_.wait_for(lock, kPatience, [this] { return waiting_ != 0; });
  --idle_;
  std::shared_ptr<QueuedCall> call = pop();
  const bool more = wants_lane();
  lock.unlock();
  if (more) start_lanes();
  return call;
}

// Under the lock.
std::shared_ptr<QueuedCall> CallQueue::pop() {
  while (!calls_.empty()) {
    auto& [priority, first] = *calls_.begin();
    std::shared_ptr<QueuedCall> call = first.front().lock();
    first.pop_front();
    --waiting_;
    if (first.empty()) calls_.erase(calls_.begin());
    if (call != nullptr) return call;
  }
  return nullptr;
}

// The caller's handles alone keep a call wanted: while it is made, this holds none.
bool CallQueue::make(const std::shared_ptr<CallLane>& lane, std::shared_ptr<QueuedCall> call,
                     TaskContext& context) {
  if (!lane->enter(call)) return false;
  std::optional<ReadyCall> taken = call->take(lane);
  const std::weak_ptr<QueuedCall> weak = std::exchange(call, nullptr);
  if (taken && !weak.expired()) {
    Value value;
    std::exception_ptr error;
    try {
      graph::bring_back(taken->inputs, context);
      Outcome outcome = taken->operation->run(taken->inputs, context);
      taken->inputs.clear();  // they may give way to what came of them
      value = graph::keep(std::move(std::get<std::vector<Value>>(outcome).front()), context);
    } catch (...) {
      error = std::current_exception();
    }
    taken.reset();  // what it was made with goes before anybody hears of the end
    if (const auto wanted = weak.lock()) wanted->made(std::move(value), std::move(error));
  }
  return lane->leave();
}

Run CallQueue::start_lane(const std::shared_ptr<CallLane>& lane, const std::shared_ptr<QueuedCall>& only) {
  const bool alone = only != nullptr;
  TaskGraph graph;
  graph.add_output({graph.add(std::make_shared<const LaneTask>(weak_from_this(), lane, only)), 0});
  RunOptions run = options_.run;
  run.on_end = [lane, alone, weak = weak_from_this()] {
    if (!lane->ended()) return;
    if (const auto self = weak.lock()) {
      self->settle(*lane, alone);
    } else {
      lane->let_go();
    }
  };
  started_.fetch_add(1);
  Run started = options_.engine->submit(std::move(graph), run);
  if (lane->started(started)) settle(*lane, alone);
  return started;
}

std::optional<Run> CallQueue::start_alone(const std::shared_ptr<QueuedCall>& call) {
  try {
    return start_lane(std::make_shared<CallLane>(), call);
  } catch (...) {
    call->made({}, std::current_exception());
    return std::nullopt;
  }
}

void CallQueue::start_lanes() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!wants_lane()) return;
      ++lanes_;
      ++beginning_;
    }
    try {
      start_lane(std::make_shared<CallLane>(), nullptr);
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      {
        const std::lock_guard lock(mutex_);
        --lanes_;
        --beginning_;
      }
      return fail_all(error);
    }
  }
}

void CallQueue::began(CallLane& lane) {
  {
    const std::lock_guard lock(lane.mutex_);
    if (std::exchange(lane.began_, true)) return;
  }
  const std::lock_guard lock(mutex_);
  if (beginning_ > 0) --beginning_;
}

namespace {

/// What a run ended with that was not to be.
std::exception_ptr error_of(Run& run) {
  try {
    run.wait();
    return std::make_exception_ptr(Cancelled("the run of the call ended before it"));
  } catch (const TaskFailed& failed) {
    return failed.cause() ? failed.cause() : std::current_exception();
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

// A run may end before its call has, which is then left to itself: it was cancelled, or lost. Or before it
// asked for one: then the next would fare no better.
void CallQueue::settle(CallLane& lane, bool alone) {
  std::shared_ptr<QueuedCall> call;
  std::optional<Run> run;
  bool began = false;
  {
    const std::lock_guard lock(lane.mutex_);
    call = lane.held_.lock();
    run.swap(lane.run_);
    began = lane.began_;
  }
  if (call != nullptr) call->made({}, error_of(*run));
  if (alone) return;
  {
    const std::lock_guard lock(mutex_);
    --lanes_;
    if (!began) --beginning_;
  }
  if (!began) fail_all(error_of(*run));
  start_lanes();
}

void CallQueue::fail_all(const std::exception_ptr& error) {
  std::unique_lock lock(mutex_);
  while (const std::shared_ptr<QueuedCall> call = pop()) {
    lock.unlock();
    call->made({}, error);
    lock.lock();
  }
}

}  // namespace treadle::session
