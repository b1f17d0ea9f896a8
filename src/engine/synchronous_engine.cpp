#include <mutex>

#include "engine/execution.h"
#include "treadle/engine.h"

namespace treadle {
namespace engine {
namespace {

// Runs in the thread that waits; a second thread that waits gets its turn when the first gives up.
class SynchronousRun final : public Execution {
 public:
  SynchronousRun(std::shared_ptr<Monitor> monitor, TaskGraph graph, const RunOptions& options)
      : Execution(std::move(graph), options, 1, 1, [] {}), monitor_(std::move(monitor)) {}
  SynchronousRun(const SynchronousRun&) = delete;
  SynchronousRun& operator=(const SynchronousRun&) = delete;
  ~SynchronousRun() override { monitor_->forget(this); }

 protected:
  bool needs_driver() const noexcept override { return true; }
  void wait_until(std::optional<Clock::time_point> deadline) override {
    std::unique_lock turn(driving_, std::defer_lock);
    if (!deadline) {
      turn.lock();
    } else if (!turn.try_lock_until(*deadline)) {
      return;
    }
    while (!ended() && (!deadline || Clock::now() < *deadline)) {
      if (!work(true, deadline)) sleep_until(deadline);
    }
  }

 private:
  const std::shared_ptr<Monitor> monitor_;
  // A task may wait for a run of its own engine, but not for the run that it is part of.
  std::recursive_timed_mutex driving_;
};

class SynchronousEngine final : public Engine {
 public:
  std::string_view name() const override { return "synchronous"; }
  bool works_unattended() const override { return false; }
  Run submit(TaskGraph graph, const RunOptions& options) override {
    auto run = std::make_shared<SynchronousRun>(monitor_, std::move(graph), options);
    if (!run->ended()) monitor_->watch(run);
    return Run(std::move(run));
  }

 private:
  const std::shared_ptr<Monitor> monitor_ = std::make_shared<Monitor>();
};

}  // namespace
}  // namespace engine

std::shared_ptr<Engine> make_synchronous_engine() { return std::make_shared<engine::SynchronousEngine>(); }

}  // namespace treadle
