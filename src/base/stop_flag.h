#pragma once

#include <atomic>

namespace treadle {

/// "Please stop", asked once, by any thread, also from a signal handler. Polling costs a plain load.
class StopFlag {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_release); }
  /// For another use, that nobody polls yet.
  void reset() noexcept { requested_.store(false, std::memory_order_relaxed); }
  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace treadle
