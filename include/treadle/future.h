#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/value.h"

namespace treadle {

/// Where a future's work stands.
enum class FutureStatus : std::uint8_t { kPending, kFinished, kFailed, kCancelled };
std::string_view to_string(FutureStatus status);

/// What all handles of one future share, whatever its type. Thread-safe. When the last handle dies the result
/// is released, and work that has not finished is cancelled.
class FutureState {
 public:
  virtual ~FutureState() = default;
  virtual FutureStatus status() const = 0;
  virtual void cancel() = 0;
  /// Waits until it is no longer pending, or until the time is over; whether it is.
  virtual bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const = 0;
  /// The value, once finished. Else throws: what the work threw, or Cancelled.
  virtual Value value() const = 0;
  /// The same, but a value that lies on disk stays there: perhaps a handle, as tasks take it.
  virtual Value kept_value() const = 0;
  /// What the work threw; null unless it failed.
  virtual std::exception_ptr exception() const = 0;
  /// Calls `callback` once when it is no longer pending, from the thread that ends it; at once if it has
  /// ended.
  virtual void on_end(std::function<void()> callback) = 0;
  /// For those who wait in a task: works on what this waits for, for a moment. False if the calling thread is
  /// not one that the engine could need, or nothing is pending: sleep instead.
  virtual bool help() = 0;
};
using FutureStatePtr = std::shared_ptr<FutureState>;

/// A value that is being computed, or was. Made by Client; copies name the same one. Thread-safe.
///
/// A task may wait for futures of its own engine: its thread works on them meanwhile.
template <class T>
class Future {
 public:
  using value_type = T;
  explicit Future(FutureStatePtr state) : state_(std::move(state)) {}

  FutureStatus status() const { return state_->status(); }
  bool done() const { return status() != FutureStatus::kPending; }
  bool cancelled() const { return status() == FutureStatus::kCancelled; }
  /// Gives the work up unless it has ended; what depends on it is cancelled, too.
  void cancel() const { state_->cancel(); }

  /// Waits, then the value. Throws what the function threw, with its type; Cancelled.
  T result() const {
    state_->wait_until(std::nullopt);
    return state_->value().template get<T>();
  }
  /// As result(), but nothing if it takes longer than `timeout`.
  std::optional<T> result(std::chrono::nanoseconds timeout) const {
    if (!state_->wait_until(std::chrono::steady_clock::now() + timeout)) return std::nullopt;
    return state_->value().template get<T>();
  }
  /// Waits, then what the function threw; null if it did not.
  std::exception_ptr exception() const {
    state_->wait_until(std::nullopt);
    return state_->exception();
  }
  /// Calls `callback(future)` when the work has ended, from the thread that ended it. What it throws is
  /// dropped. The future stays alive until then.
  template <class Callback>
  void add_done_callback(Callback callback) const {
    state_->on_end([future = *this, callback = std::move(callback)]() mutable { callback(future); });
  }

  const FutureStatePtr& state() const noexcept { return state_; }
  bool operator==(const Future& other) const noexcept { return state_ == other.state_; }

 private:
  FutureStatePtr state_;
};

/// Until when wait() waits.
enum class WaitFor : std::uint8_t {
  kAll,    ///< all have ended
  kFirst,  ///< at least one has
};

/// Waits for states; false if the time was over first.
bool wait_for_states(std::span<const FutureStatePtr> states, WaitFor what,
                     std::optional<std::chrono::nanoseconds> timeout);

/// Futures that have ended, and those that have not, each in the order given.
template <class T>
struct WaitResult {
  std::vector<Future<T>> done;
  std::vector<Future<T>> not_done;
};

/// Waits for all or the first of `futures`, at most `timeout`. Does not throw what they ended with.
template <class T>
WaitResult<T> wait(const std::vector<Future<T>>& futures, WaitFor what = WaitFor::kAll,
                   std::optional<std::chrono::nanoseconds> timeout = std::nullopt) {
  std::vector<FutureStatePtr> states;
  for (const Future<T>& future : futures) states.push_back(future.state());
  wait_for_states(states, what, timeout);
  WaitResult<T> result;
  for (const Future<T>& future : futures) (future.done() ? result.done : result.not_done).push_back(future);
  return result;
}

/// Positions in the order in which their states end.
class CompletionQueue {
 public:
  explicit CompletionQueue(std::span<const FutureStatePtr> states);
  /// The position of the next one that ended; nothing when all have been handed out. Waits.
  std::optional<std::size_t> next();

 private:
  struct Shared;

  std::shared_ptr<Shared> shared_;
  std::vector<FutureStatePtr> states_;
  std::size_t remaining_;
  std::size_t turn_ = 0;  // which of the states is helped next
};

/// `for (const auto& future : as_completed(futures))`: the futures in the order in which they end.
template <class T>
class AsCompleted {
 public:
  class Iterator {
   public:
    explicit Iterator(AsCompleted* range) : range_(range) { ++*this; }
    const Future<T>& operator*() const { return range_->futures_[*position_]; }
    Iterator& operator++() {
      position_ = range_->queue_.next();
      return *this;
    }
    bool operator!=(std::default_sentinel_t) const { return position_.has_value(); }

   private:
    AsCompleted* range_;
    std::optional<std::size_t> position_;
  };

  explicit AsCompleted(std::vector<Future<T>> futures)
      : futures_(std::move(futures)), queue_(states(futures_)) {}
  Iterator begin() { return Iterator(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  static std::vector<FutureStatePtr> states(const std::vector<Future<T>>& futures) {
    std::vector<FutureStatePtr> states;
    for (const Future<T>& future : futures) states.push_back(future.state());
    return states;
  }

  std::vector<Future<T>> futures_;
  CompletionQueue queue_;
};

template <class T>
AsCompleted<T> as_completed(std::vector<Future<T>> futures) {
  return AsCompleted<T>(std::move(futures));
}

}  // namespace treadle
