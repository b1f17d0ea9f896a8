#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "treadle/compute_options.h"
#include "treadle/engine.h"
#include "treadle/operation.h"

namespace treadle::session {

class CallLane;

/// A call whose inputs are there.
struct ReadyCall {
  std::shared_ptr<const Operation> operation;
  std::vector<Value> inputs;  // or their handles
};

/// What a CallQueue holds: somebody who wants a call made. Known weakly: a call that nobody wants is not
/// made.
class QueuedCall {
 public:
  virtual ~QueuedCall() = default;
  /// The call, to be made in `lane` now; nothing if it is not wanted any more, or was taken before.
  virtual std::optional<ReadyCall> take(std::shared_ptr<CallLane> lane) = 0;
  /// How it ended: with a value or its handle, or with what it threw.
  virtual void made(Value value, std::exception_ptr error) = 0;
};

/// A run of one task that makes calls, one after the other.
class CallLane {
 public:
  /// Gives up the call if that is what the lane is at: the lane ends with it.
  void cancel(const QueuedCall* call);

 private:
  friend class CallQueue;
  // Of its run, in either order; true for the later one.
  bool started(Run run);
  bool ended();
  // Of the run, which knows the lane, too, once its queue is gone.
  void let_go();
  // Around each call. False if it is to make no more.
  bool enter(const std::shared_ptr<QueuedCall>& call);
  bool leave();

  std::mutex mutex_;
  std::optional<Run> run_;
  const QueuedCall* current_ = nullptr;  // compared only
  std::weak_ptr<QueuedCall> held_;       // the same one
  bool began_ = false;
  bool cancelled_ = false;
  bool ended_ = false;
};

/// Calls in the order of their priorities, the highest first, of equal ones in that in which they came, made
/// by as many lanes as the engine has threads, and at most one that waits for a thread: a run for each call
/// would cost many times what a small one does. Thread-safe.
///
/// A lane ends when nothing has been left for a moment, or after a while, so that other runs of the engine
/// get their turn. Lanes know the queue weakly; what is left in a queue that goes is not made.
class CallQueue final : public std::enable_shared_from_this<CallQueue> {
 public:
  /// Of options that it serves().
  explicit CallQueue(ComputeOptions options);
  /// Whether calls need no run of their own: nobody watches runs, nothing is tried again, and the engine
  /// works while nobody waits.
  static bool serves(const ComputeOptions& options);

  const ComputeOptions& options() const noexcept { return options_; }
  void add(const std::shared_ptr<QueuedCall>& call, int priority = 0);
  /// Makes a call that was added in a lane of its own, which the thread that waits for the run works on.
  std::optional<Run> start_alone(const std::shared_ptr<QueuedCall>& call);
  /// How many lanes were started so far.
  std::size_t num_lanes_started() const noexcept { return started_; }

 private:
  class LaneTask;
  std::shared_ptr<QueuedCall> next();
  std::shared_ptr<QueuedCall> pop();
  bool make(const std::shared_ptr<CallLane>& lane, std::shared_ptr<QueuedCall> call, TaskContext& context);
  Run start_lane(const std::shared_ptr<CallLane>& lane, const std::shared_ptr<QueuedCall>& only);
  bool wants_lane();
  void start_lanes();
  void began(CallLane& lane);
  void settle(CallLane& lane, bool alone);
  void fail_all(const std::exception_ptr& error);

  const ComputeOptions options_;
  std::atomic<std::size_t> started_{0};
  std::mutex mutex_;
  std::condition_variable added_;
  std::map<int, std::deque<std::weak_ptr<QueuedCall>>, std::greater<>> calls_;  // by priority; none is empty
  std::size_t waiting_ = 0;                                                     // calls in it
  std::size_t lanes_ = 0;
  std::size_t beginning_ = 0;  // of those: lanes that have not asked for a call yet
  std::size_t idle_ = 0;       // and those that wait for one
};

}  // namespace treadle::session
