#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "session/call_queue.h"
#include "treadle/compute_options.h"
#include "treadle/delayed_node.h"
#include "treadle/engine.h"
#include "treadle/future.h"

namespace treadle::session {

/// A future's work on an engine: waits for its inputs, then runs a graph, or goes into a queue of calls. See
/// Client for what it means to users.
///
/// Inputs, the engine and the queue know it weakly, so that it dies with the last handle; dying cancels its
/// work.
class CallState final : public FutureState,
                        public QueuedCall,
                        public std::enable_shared_from_this<CallState> {
 public:
  /// Makes the graph once the inputs' values are there, or their handles, in their order. Its outputs are
  /// kept (graph/kept_output.h).
  using GraphMaker = std::function<TaskGraph(std::vector<Value> inputs)>;
  /// What of the graph's outputs the future answers with.
  enum class Answer : std::uint8_t {
    kFirst,
    kRow,  ///< all of them, or their handles: a std::vector<Value>
  };

  CallState(ComputeOptions options, std::vector<FutureStatePtr> inputs, GraphMaker make_graph,
            Answer answer = Answer::kFirst);
  /// One call, of an operation that has one slot and does not expand.
  CallState(std::shared_ptr<CallQueue> queue, std::vector<FutureStatePtr> inputs,
            std::shared_ptr<const Operation> operation, int priority = 0);
  /// A value that is there already, or its handle.
  explicit CallState(Value value);
  ~CallState() override;

  /// Starts as soon as the inputs have ended. Called once, after construction.
  void start();

  FutureStatus status() const override;
  void cancel() override;
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const override;
  Value value() const override;
  Value kept_value() const override;
  std::exception_ptr exception() const override;
  void on_end(std::function<void()> callback) override;
  bool help() override;

  std::optional<ReadyCall> take(std::shared_ptr<CallLane> lane) override;
  void made(Value value, std::exception_ptr error) override;

 private:
  // What is waited for, from the future that was asked for down to one whose run is under way.
  using HelpPath = std::vector<std::shared_ptr<CallState>>;
  static bool help_along(HelpPath& path);
  bool inside_task() const noexcept;
  FutureStatePtr first_pending_input() const;
  void input_ended();
  std::vector<FutureStatePtr> take_inputs();
  void launch();
  void launch_run(std::vector<Value> values);
  void launch_call(std::vector<Value> values);
  bool wait_for_lane();
  void wait_a_moment() const;
  void run_ended();
  void take_outcome(Run& run);
  /// Leaves kPending once; later calls do nothing.
  void end(FutureStatus status, Value value, std::exception_ptr error);

  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  FutureStatus status_ = FutureStatus::kPending;
  Value value_;  // or its handle
  std::exception_ptr error_;
  std::vector<std::function<void()>> callbacks_;

  ComputeOptions options_;
  std::vector<FutureStatePtr> inputs_;
  const int priority_ = 0;  // in the queue
  GraphMaker make_graph_;
  Answer answer_ = Answer::kFirst;
  std::shared_ptr<CallQueue> queue_;
  std::optional<ReadyCall> call_;   // until it is taken
  std::shared_ptr<CallLane> lane_;  // that makes it
  bool queued_ = false;             // and no lane of its own was asked for
  std::size_t waiting_for_ = 0;
  std::optional<Run> run_;
  bool run_ended_ = false;  // before submit() had returned
};

}  // namespace treadle::session
