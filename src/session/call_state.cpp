#include "session/call_state.h"

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "base/release_queue.h"
#include "graph/kept_output.h"
#include "memory/kept_values.h"
#include "treadle/error.h"

namespace treadle::session {
namespace {

// How long a thread that waits works on what it waits for before it looks again.
constexpr std::chrono::milliseconds kMoment{10};

// Calls callbacks one after the other: what a callback sets off on the same thread is queued instead of
// nested, so that the failure of a long chain of futures needs no deep stack.
void call_in_turn(std::vector<std::function<void()>> callbacks) {
  static thread_local std::vector<std::function<void()>>* queue = nullptr;
  if (queue != nullptr) {
    for (auto& callback : callbacks) queue->push_back(std::move(callback));
    return;
  }
  queue = &callbacks;
  for (std::size_t i = 0; i < callbacks.size(); ++i) {
    const std::function<void()> callback = std::move(callbacks[i]);
    try {
      callback();
    } catch (...) {  // NOLINT(bugprone-empty-catch): a callback's error has nobody to go to
    }
  }
  queue = nullptr;
}

// The values count where they are kept.
Value row_of(std::vector<Value> values) { return Value::pinned(std::move(values), 0); }

}  // namespace

CallState::CallState(ComputeOptions options, std::vector<FutureStatePtr> inputs, GraphMaker make_graph,
                     Answer answer)
    : options_(std::move(options)),
      inputs_(std::move(inputs)),
      make_graph_(std::move(make_graph)),
      answer_(answer),
      waiting_for_(inputs_.size() + 1) {}

CallState::CallState(std::shared_ptr<CallQueue> queue, std::vector<FutureStatePtr> inputs,
                     std::shared_ptr<const Operation> operation, int priority)
    : inputs_(std::move(inputs)),
      priority_(priority),
      queue_(std::move(queue)),
      call_(ReadyCall{std::move(operation), {}}),
      waiting_for_(inputs_.size() + 1) {}

CallState::CallState(Value value) : status_(FutureStatus::kFinished), value_(std::move(value)) {}

CallState::~CallState() {
  if (run_ && status_ == FutureStatus::kPending) run_->cancel();
  if (lane_ && status_ == FutureStatus::kPending) lane_->cancel(this);
  release_without_recursion(std::move(inputs_));
}

void CallState::start() {
  const std::vector<FutureStatePtr> inputs = inputs_;  // an input may end while we go through them
  for (const FutureStatePtr& input : inputs) {
    input->on_end([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->input_ended();
    });
  }
  input_ended();  // the one counted for start() itself
}

void CallState::input_ended() {
  {
    const std::lock_guard lock(mutex_);
    if (--waiting_for_ > 0 || status_ != FutureStatus::kPending) return;
  }
  launch();
}

std::vector<FutureStatePtr> CallState::take_inputs() {
  const std::lock_guard lock(mutex_);
  return std::move(inputs_);
}

void CallState::launch() {
  const std::vector<FutureStatePtr> inputs = take_inputs();
  std::vector<Value> values;
  for (const FutureStatePtr& input : inputs) {
    if (input->status() != FutureStatus::kFinished) return end(input->status(), {}, input->exception());
    values.push_back(input->kept_value());
  }
  if (queue_ != nullptr) {
    launch_call(std::move(values));
  } else {
    launch_run(std::move(values));
  }
}

void CallState::launch_call(std::vector<Value> values) {
  {
    const std::lock_guard lock(mutex_);
    if (status_ != FutureStatus::kPending) return;
    call_->inputs = std::move(values);
    queued_ = true;
  }
  queue_->add(shared_from_this(), priority_);
}

std::optional<ReadyCall> CallState::take(std::shared_ptr<CallLane> lane) {
  const std::lock_guard lock(mutex_);
  if (status_ != FutureStatus::kPending || !call_) return std::nullopt;
  lane_ = std::move(lane);
  queued_ = false;
  return std::exchange(call_, std::nullopt);
}

void CallState::made(Value value, std::exception_ptr error) {
  if (error == nullptr) {
    end(FutureStatus::kFinished, std::move(value), nullptr);
  } else {
    try {
      std::rethrow_exception(error);
    } catch (const Cancelled&) {
      end(FutureStatus::kCancelled, {}, nullptr);
    } catch (...) {
      end(FutureStatus::kFailed, {}, std::move(error));
    }
  }
  std::optional<Run> over;  // these go behind the lock
  std::shared_ptr<CallLane> lane;
  const std::lock_guard lock(mutex_);
  over.swap(run_);
  lane.swap(lane_);
}

void CallState::launch_run(std::vector<Value> values) {
  try {
    RunOptions run = options_.run;
    run.on_end = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->run_ended();
    };
    // Called once: what the graph is made of goes with it.
    Run started = options_.engine->submit(std::exchange(make_graph_, nullptr)(std::move(values)), run);
    if (options_.on_start) options_.on_start(started);
    std::unique_lock lock(mutex_);
    run_ = started;
    const bool cancelled = status_ == FutureStatus::kCancelled;
    const bool ended = run_ended_;
    lock.unlock();
    if (cancelled) started.cancel();
    if (!options_.engine->works_unattended()) started.statistics();  // whoever submits does the work
    if (ended) take_outcome(started);
  } catch (...) {
    end(FutureStatus::kFailed, {}, std::current_exception());
  }
}

void CallState::run_ended() {
  std::unique_lock lock(mutex_);
  run_ended_ = true;
  if (!run_) return;  // launch() takes the outcome
  Run run = *run_;
  lock.unlock();
  take_outcome(run);
}

void CallState::take_outcome(Run& run) {
  try {
    std::vector<Value> values = run.outputs();
    for (Value& value : values) value = graph::kept_value(value);
    end(FutureStatus::kFinished, answer_ == Answer::kFirst ? values.front() : row_of(std::move(values)),
        nullptr);
  } catch (const TaskFailed& failed) {
    end(FutureStatus::kFailed, {}, failed.cause() ? failed.cause() : std::current_exception());
  } catch (const Cancelled&) {
    end(FutureStatus::kCancelled, {}, nullptr);
  } catch (...) {
    end(FutureStatus::kFailed, {}, std::current_exception());
  }
  // The run's graph holds what the call was made with: the result is all that stays.
  std::optional<Run> over;  // goes behind the lock
  const std::lock_guard lock(mutex_);
  over.swap(run_);
}

void CallState::end(FutureStatus status, Value value, std::exception_ptr error) {
  std::vector<std::function<void()>> callbacks;
  std::optional<ReadyCall> call;  // never made: goes behind the lock
  {
    const std::lock_guard lock(mutex_);
    if (status_ != FutureStatus::kPending) return;
    status_ = status;
    call.swap(call_);
    value_ = std::move(value);
    error_ = std::move(error);
    callbacks = std::move(callbacks_);
  }
  ended_.notify_all();
  call_in_turn(std::move(callbacks));
}

FutureStatus CallState::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void CallState::cancel() {
  end(FutureStatus::kCancelled, {}, nullptr);
  std::unique_lock lock(mutex_);
  if (status_ != FutureStatus::kCancelled) return;
  std::optional<Run> run = run_;
  const std::shared_ptr<CallLane> lane = lane_;
  lock.unlock();
  if (lane) lane->cancel(this);
  if (run) run->cancel();  // may end the run here and now, which asks for the lock
}

bool CallState::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  if (inside_task()) {
    HelpPath path{std::const_pointer_cast<CallState>(shared_from_this())};
    while (!deadline || std::chrono::steady_clock::now() < *deadline) {
      if (!help_along(path)) break;
    }
  }
  std::unique_lock lock(mutex_);
  const auto has_ended = [this] { return status_ != FutureStatus::kPending; };
  if (deadline) return ended_.wait_until(lock, *deadline, has_ended);
  ended_.wait(lock, has_ended);
  return true;
}

bool CallState::inside_task() const noexcept {
  const ComputeOptions& options = queue_ ? queue_->options() : options_;
  return options.engine && options.engine->inside_task();
}

FutureStatePtr CallState::first_pending_input() const {
  const std::lock_guard lock(mutex_);
  for (const FutureStatePtr& input : inputs_) {
    if (input->status() == FutureStatus::kPending) return input;
  }
  return nullptr;
}

// Goes down to what can run, works on it for a moment, and comes back up as it ends: along a chain of any
// length, each future is looked at a few times only. False if nothing is left to wait for.
bool CallState::help_along(HelpPath& path) {
  while (!path.empty() && path.back()->status() != FutureStatus::kPending) path.pop_back();
  if (path.empty()) return false;
  if (path.back()->wait_for_lane()) return true;
  std::optional<Run> run;
  {
    const std::lock_guard lock(path.back()->mutex_);
    run = path.back()->run_;
  }
  if (run) {
    const bool ended = run->wait_for(kMoment);
    // Ended but for telling so, or a lane of the queue makes it: that is the business of another thread.
    if (ended) path.back()->wait_a_moment();
    return true;
  }
  const FutureStatePtr input = path.back()->first_pending_input();
  if (auto call = std::dynamic_pointer_cast<CallState>(input)) {
    path.push_back(std::move(call));
  } else if (input == nullptr || !input->help()) {
    std::this_thread::yield();  // another thread is about to start it
  }
  return true;
}

void CallState::wait_a_moment() const {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, kMoment, [this] { return status_ != FutureStatus::kPending; });
}

// A call in the queue gets a lane that the caller works on; one that is being made is another thread's
// business. False if there is no such call, or it has that lane.
bool CallState::wait_for_lane() {
  std::unique_lock lock(mutex_);
  if (std::exchange(queued_, false)) {
    lock.unlock();
    std::optional<Run> run = queue_->start_alone(shared_from_this());
    lock.lock();
    if (status_ == FutureStatus::kPending) run_ = std::move(run);
    return true;
  }
  if (lane_ == nullptr || run_) return false;
  lock.unlock();
  wait_a_moment();
  return true;
}

bool CallState::help() {
  if (!inside_task()) return false;
  HelpPath path{shared_from_this()};
  while (help_along(path)) {
    const std::lock_guard lock(path.back()->mutex_);
    if (path.back()->run_ || path.back()->lane_) return true;
  }
  return false;
}

Value CallState::value() const { return resolved(kept_value()); }

Value CallState::kept_value() const {
  const std::lock_guard lock(mutex_);
  switch (status_) {
    case FutureStatus::kFinished:
      return value_;
    case FutureStatus::kFailed:
      std::rethrow_exception(error_);
    case FutureStatus::kCancelled:
      throw Cancelled("the future was cancelled");
    case FutureStatus::kPending:
      break;
  }
  throw InvalidArgument("the future is pending: wait for it before taking its value");
}

std::exception_ptr CallState::exception() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void CallState::on_end(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (status_ == FutureStatus::kPending) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  std::vector<std::function<void()>> now;
  now.push_back(std::move(callback));
  call_in_turn(std::move(now));
}

}  // namespace treadle::session
