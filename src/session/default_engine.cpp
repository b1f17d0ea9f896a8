#include "session/default_engine.h"

#include <sys/syscall.h>
#include <unistd.h>

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
    return threads()->submit(std::move(graph), options);
  }
  void close() noexcept {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Engine> last = process_ == ::getpid() ? std::move(threads_) : nullptr;
    lock.unlock();  // tasks that end now may ask whether they are inside one
  }

 private:
  std::shared_ptr<Engine> threads() {
    const std::lock_guard lock(mutex_);
    if (process_ != ::getpid()) {
      static_cast<void>(new std::shared_ptr<Engine>(std::move(threads_)));
      process_ = ::getpid();
    }
    if (threads_ == nullptr) threads_ = make_threaded_engine();
    return threads_;
  }

  mutable std::mutex mutex_;
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
