#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace treadle {

/// Monotonic nanoseconds: for durations, never for dates.
inline std::uint64_t now_ns() noexcept {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

/// Nanoseconds that all threads of this process have spent on processors.
inline std::int64_t process_cpu_ns() noexcept {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace treadle
