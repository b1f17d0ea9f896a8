#include "src/interrupt.h"

#include <nanobind/nanobind.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "src/binding.h"
#include "src/gil.h"
#include "src/run_observer.h"
#include "src/shared_object.h"
#include "treadle/engine.h"

namespace treadle::python {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPoll(20);
/// How often whoever waits for a future looks whether Python wants to raise.
constexpr milliseconds kLook(50);
/// How long a cancelled run may take to end before the caller gets control back without it.
constexpr milliseconds kGrace(100);

/// What the caller and the thread that works share. Thread-safe.
class Work {
 public:
  void started(const Run& run) {
    const std::lock_guard lock(mutex_);
    run_ = run;
    if (cancelled_) run_->cancel();
  }
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (run_) run_->cancel();
  }
  void end(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    ended_ = true;
    changed_.notify_all();
  }
  bool wait_for(milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return ended_; });
  }
  std::exception_ptr take_error() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, nullptr);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Run> run_;
  bool cancelled_ = false;
  bool ended_ = false;
  std::exception_ptr error_;
};

/// The work that may be under way when the interpreter ends; lives as long as the process.
class WorkList {
 public:
  void add(const std::shared_ptr<Work>& work) {
    const std::lock_guard lock(mutex_);
    std::erase_if(all_, [](const std::weak_ptr<Work>& one) { return one.expired(); });
    all_.push_back(work);
  }
  /// Whether all has ended.
  bool cancel_all() {
    for (const std::shared_ptr<Work>& work : living()) work->cancel();
    bool all_ended = true;
    for (const std::shared_ptr<Work>& work : living()) all_ended = work->wait_for(kGrace) && all_ended;
    return all_ended;
  }

 private:
  std::vector<std::shared_ptr<Work>> living() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Work>> works;
    for (const std::weak_ptr<Work>& one : all_) {
      if (auto work = one.lock()) works.push_back(std::move(work));
    }
    return works;
  }

  std::mutex mutex_;
  std::vector<std::weak_ptr<Work>> all_;
};

WorkList& works() {
  static WorkList& list =
      *new WorkList;  // NOLINT(cppcoreguidelines-owning-memory): outlives what runs at exit
  return list;
}

bool is_main_thread() {
  const nb::module_ threading = nb::module_::import_("threading");
  return threading.attr("current_thread")().is(threading.attr("main_thread")());
}

void run_and_end(Work& work, const ComputeOptions& options,
                 const std::function<void(const ComputeOptions&)>& body) {
  std::exception_ptr error;
  try {
    body(options);
  } catch (...) {
    error = std::current_exception();
  }
  work.end(std::move(error));
}

/// A signal handler can reach nothing but what lives as long as the process.
std::atomic<bool> interrupt_seen{false};
struct sigaction previous_action;

void note_interrupt(int signal) {
  interrupt_seen = true;
  if (previous_action.sa_handler != SIG_IGN && previous_action.sa_handler != SIG_DFL)
    previous_action.sa_handler(signal);
}

/// While it lives, an interrupt is seen by threads that do not hold the GIL, and by Python as ever.
class InterruptWatch {
 public:
  explicit InterruptWatch(Work& work) : watcher_([this, &work] { watch(work); }) {
    struct sigaction action = {};
    action.sa_handler = note_interrupt;
    interrupt_seen = false;
    sigaction(SIGINT, &action, &previous_action);
  }
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch() {
    sigaction(SIGINT, &previous_action, nullptr);
    done_ = true;
    watcher_.join();
  }

 private:
  void watch(Work& work) const {
    while (!done_) {
      std::this_thread::sleep_for(kPoll / 4);
      if (interrupt_seen.exchange(false)) work.cancel();
    }
  }

  std::atomic<bool> done_ = false;
  std::thread watcher_;
};

void run_here(Work& work, const ComputeOptions& options,
              const std::function<void(const ComputeOptions&)>& body, bool main_thread) {
  const GilReleased release;
  std::optional<InterruptWatch> watch;
  if (main_thread) watch.emplace(work);
  run_and_end(work, options, body);
}

/// Whether Python wants to raise: the work is then cancelled, and given up if it does not end soon.
bool interrupted(Work& work) {
  if (PyErr_CheckSignals() == 0) return false;
  const GilReleased release;
  work.cancel();
  work.wait_for(kGrace);
  return true;
}

/// Has the observer look. What it raises ends the work.
void look(RunObserver& observer, Work& work) {
  try {
    observer.look();
  } catch (...) {
    const GilReleased release;
    work.cancel();
    work.wait_for(kGrace);
    throw;
  }
}

void run_beside(const std::shared_ptr<Work>& work, ComputeOptions options,
                std::function<void(const ComputeOptions&)> body) {
  const std::shared_ptr<RunObserver> observer = observer_of(options);
  std::thread([work, options = std::move(options), body = std::move(body)] {
    run_and_end(*work, options, body);
  }).detach();
  for (;;) {
    bool ended = false;
    {
      const GilReleased release;
      ended = work->wait_for(kPoll);
    }
    if (interrupted(*work)) throw nb::python_error();
    if (ended) return;
    if (observer) look(*observer, *work);
  }
}

void run_unobserved(ComputeOptions options, std::function<void(const ComputeOptions&)> body) {
  const bool main_thread = is_main_thread();
  const auto work = std::make_shared<Work>();
  works().add(work);
  const auto watched = std::move(options.on_start);
  options.on_start = [work, watched](const Run& run) {
    work->started(run);
    if (watched) watched(run);
  };
  const bool here = !main_thread || (options.engine && !options.engine->works_unattended());
  if (here) {
    run_here(*work, options, body, main_thread);
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  } else {
    run_beside(work, std::move(options), std::move(body));
  }
  settle_dropped_references();
  if (const std::exception_ptr error = work->take_error()) std::rethrow_exception(error);
}

}  // namespace

void run_interruptibly(ComputeOptions options, std::function<void(const ComputeOptions&)> body) {
  const std::shared_ptr<RunObserver> observer = observer_of(options);
  if (!observer) return run_unobserved(std::move(options), std::move(body));
  options.on_start = [observer](const Run& run) { observer->started(run); };
  observer->begin();
  try {
    run_unobserved(std::move(options), std::move(body));
  } catch (...) {
    observer->end(true);
    throw;
  }
  observer->end(false);
}

bool wait_interruptibly(const FutureState& future,
                        std::optional<std::chrono::steady_clock::time_point> deadline) {
  using Clock = std::chrono::steady_clock;
  for (;;) {
    const Clock::time_point moment = Clock::now() + kLook;
    bool ended = false;
    {
      const GilReleased released;
      ended = future.wait_until(deadline ? std::min(*deadline, moment) : moment);
    }
    if (ended) {
      settle_dropped_references();
      return true;
    }
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (deadline && Clock::now() >= *deadline) return false;
  }
}

void cancel_when_interpreter_ends(ComputeOptions& options) {
  const auto work = std::make_shared<Work>();
  works().add(work);
  options.on_start = [work, observer = observer_of(options)](const Run& run) {
    work->started(run);
    if (observer) observer->started(run);
  };
}

void leave() {
  begin_to_leave();
  const GilReleased release;
  // Tasks that go on must not meet globals that are being destroyed, Arrow's and ours.
  if (!works().cancel_all()) ::on_exit([](int status, void*) { ::_exit(status); }, nullptr);
}

}  // namespace treadle::python
