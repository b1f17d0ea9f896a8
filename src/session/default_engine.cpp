#include "session/default_engine.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace treadle::session {
namespace {

/// The threads of this process, made at first use.
///
/// They do not survive a fork: a child makes its own and never touches the parent's, whose end would wait for
/// threads that are not there. They end before the program's static objects do, which tasks may use: with the
/// main thread's own objects, or else as the first static object that was made. Never destroyed itself: other
/// threads may be about to use it while the program ends.
class ProcessEngine final : public Engine {
 public:
  std::string_view name() const override { return "threads"; }
  bool inside_task() const noexcept override {
    const std::lock_guard lock(mutex_);
    return threads_ != nullptr && process_ == ::getpid() && threads_->inside_task();
  }
  Run submit(TaskGraph graph, const RunOptions& options) override {
    const Submission submission(*this);
    return submission.threads()->submit(std::move(graph), options);
  }
  void close() noexcept {
    std::unique_lock lock(mutex_);
    if (process_ != ::getpid()) return;
    submitted_.wait_for(lock, kPatience, [this] { return submissions_ == 0; });
    const std::shared_ptr<Engine> last = std::move(threads_);
    lock.unlock();  // tasks that end now may ask whether they are inside one
  }

 private:
  /// Holds the threads while work is handed to them: they begin with it before they have all of it.
  class Submission {
   public:
    explicit Submission(ProcessEngine& engine) : engine_(engine) {
      const std::lock_guard lock(engine_.mutex_);
      engine_.leave_parents_threads();
      if (engine_.threads_ == nullptr) engine_.threads_ = make_threaded_engine();
      ++engine_.submissions_;
      threads_ = engine_.threads_;
    }
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;
    ~Submission() {
      threads_.reset();
      const std::lock_guard lock(engine_.mutex_);
      if (--engine_.submissions_ == 0) engine_.submitted_.notify_all();
    }
    const std::shared_ptr<Engine>& threads() const { return threads_; }

   private:
    ProcessEngine& engine_;
    std::shared_ptr<Engine> threads_;
  };

  // Under the lock.
  void leave_parents_threads() {
    if (process_ == ::getpid()) return;
    static_cast<void>(new std::shared_ptr<Engine>(std::move(threads_)));
    process_ = ::getpid();
    submissions_ = 0;
  }

  // A thread that ends the program while it hands over work is not waited for longer.
  static constexpr std::chrono::seconds kPatience{1};

  mutable std::mutex mutex_;
  std::condition_variable submitted_;
  int submissions_ = 0;
  pid_t process_ = ::getpid();
  std::shared_ptr<Engine> threads_;
};

const std::shared_ptr<ProcessEngine>& process_engine() {
  static const auto& engine = *new std::shared_ptr<ProcessEngine>(std::make_shared<ProcessEngine>());
  return engine;
}

struct Closer {
  Closer() { process_engine(); }
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;
  ~Closer() { process_engine()->close(); }
};

// Touched while the program is loaded, which the main thread does.
[[maybe_unused]] const bool kClosesWithMainThread = [] {
  if (::syscall(SYS_gettid) == ::getpid()) {
    static thread_local const Closer closer;
  }
  return true;
}();

}  // namespace

std::shared_ptr<Engine> default_engine() {
  static const Closer closer;
  return process_engine();
}

}  // namespace treadle::session
