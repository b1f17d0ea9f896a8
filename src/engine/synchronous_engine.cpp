#include <mutex>

#include "engine/execution.h"
#include "treadle/engine.h"

namespace treadle {
namespace engine {
namespace {

// Runs in the thread that waits; a second thread that waits gets its turn when the first gives up.
class SynchronousRun final : public Execution {
 public:
  SynchronousRun(TaskGraph graph, const RunOptions& options)
      : Execution(std::move(graph), options, 1, 1, [] {}) {}

 protected:
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
  // A task may wait for a run of its own engine, but not for the run that it is part of.
  std::recursive_timed_mutex driving_;
};

class SynchronousEngine final : public Engine {
 public:
  std::string_view name() const override { return "synchronous"; }
  bool works_unattended() const override { return false; }
  Run submit(TaskGraph graph, const RunOptions& options) override {
    return Run(std::make_shared<SynchronousRun>(std::move(graph), options));
  }
};

}  // namespace
}  // namespace engine

std::shared_ptr<Engine> make_synchronous_engine() { return std::make_shared<engine::SynchronousEngine>(); }

}  // namespace treadle
