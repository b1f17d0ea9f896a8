#include "session/default_engine.h"

#include <unistd.h>

#include <mutex>

namespace treadle::session {
namespace {

/// A process's engine. Threads do not survive a fork: a child makes an engine of its own and never touches
/// the parent's, which would wait for threads that are not there.
struct ProcessEngine {
  pid_t process = ::getpid();
  std::shared_ptr<Engine> engine = make_threaded_engine();
};

}  // namespace

std::shared_ptr<Engine> default_engine() {
  static std::mutex mutex;
  static std::unique_ptr<ProcessEngine> current;
  const std::lock_guard lock(mutex);
  if (current && current->process != ::getpid()) static_cast<void>(current.release());
  if (!current) current = std::make_unique<ProcessEngine>();
  return current->engine;
}

}  // namespace treadle::session
