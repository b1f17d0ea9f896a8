#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "base/clock.h"

namespace treadle {

/// A clock for intervals around tasks of a hundred nanoseconds: reading it costs a third of now_ns().
/// Counts at a constant rate, which the system does not tell; comparable between threads.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return now_ns();
#endif
}

/// Lets the other thread of the core go first, for a few dozen cycles: for loops that wait for a moment.
inline void pause_briefly() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace treadle
