#include "base/cycle_clock.h"

namespace treadle {
namespace {

double measure() noexcept {
#if defined(__x86_64__)
  constexpr std::uint64_t kNanoseconds = 2'000'000;
  const std::uint64_t time = now_ns();
  const std::uint64_t tick = ticks();
  while (now_ns() - time < kNanoseconds) {
  }
  return static_cast<double>(ticks() - tick) / static_cast<double>(now_ns() - time);
#else
  return 1.0;
#endif
}

}  // namespace

double ticks_per_ns() noexcept {
  static const double rate = measure();
  return rate;
}

}  // namespace treadle
