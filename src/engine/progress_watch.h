#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace treadle::engine {

/// What shows that a run gets on.
struct SignsOfLife {
  std::uint64_t marks = 0;       ///< answers, strips and polls so far
  std::chrono::nanoseconds cpu;  ///< what the threads that run its tasks have spent on processors
};

/// Tells when a run has not got on for too long: no marks, and its threads did not compute either. Pure: the
/// time comes as an argument. One thread at a time.
class ProgressWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Never tells if `patience` is 0.
  explicit ProgressWatch(std::chrono::nanoseconds patience) : patience_(patience) {}

  /// Whether nothing has happened for as long as the patience lasts. Threads that compute for less than a
  /// tenth of that time only look whether something has happened.
  bool stuck(TimePoint now, const SignsOfLife& signs);
  /// There is nothing to wait for at this time.
  void restart(TimePoint now) noexcept { since_ = now; }

 private:
  const std::chrono::nanoseconds patience_;
  std::optional<TimePoint> since_;  // when something happened last, as far as known
  std::uint64_t marks_ = 0;
  std::chrono::nanoseconds seen_cpu_{};
  std::chrono::nanoseconds spent_{};  // since then
};

}  // namespace treadle::engine
