#include "interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace treadle::app {
namespace {

constexpr int kCancelledExit = 130;

std::mutex mutex;
std::optional<Run> current;  // guarded by mutex
std::atomic<bool> interrupted{false};

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// An ordinary thread that waits for the signals: no handler, so it may lock and call what it likes.
void wait_for_signals() {
  const sigset_t signals = watched_signals();
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (interrupted.exchange(true)) ::_exit(kCancelledExit);
    const std::lock_guard lock(mutex);
    if (!current) ::_exit(kCancelledExit);
    current->cancel();
  }
}

}  // namespace

void watch_interrupts() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(wait_for_signals).detach();
}

void set_interrupted_run(const Run& run) {
  const std::lock_guard lock(mutex);
  current = run;
  if (interrupted) current->cancel();
}

}  // namespace treadle::app
