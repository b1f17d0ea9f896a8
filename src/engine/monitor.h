#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

namespace treadle::engine {

class Execution;

/// What a monitor sees at one time.
struct Pulse {
  std::chrono::steady_clock::time_point now;
  std::size_t resident_bytes = 0;  ///< of the process; 0: the system does not say
  bool any_at_work = false;        ///< whether threads are inside any run of the engine
};

/// Looks at the runs of one engine every 50 ms, from a thread of its own that sleeps while there are none.
/// Thread-safe.
class Monitor {
 public:
  Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor();

  /// Looks at `run` until it has ended, or forget(). Keeps it alive for moments only.
  void watch(const std::shared_ptr<Execution>& run);
  void forget(const Execution* run) noexcept;
  /// Ends the thread. Nothing is looked at any more.
  void close() noexcept;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with the thread, which may be the one that destroys the monitor
};

}  // namespace treadle::engine
