#include "memory/spill_pace.h"

namespace treadle {
namespace {

constexpr std::size_t kEnough = std::size_t{1} << 20;
// Writing is fast until the kernel makes the writer wait for the disk, now and then and for long: the mean of
// some 64 pieces tells.
constexpr double kKept = 1 - 1.0 / 64;

}  // namespace

bool SpillPace::knows() const {
  const std::lock_guard lock(mutex_);
  return written_ >= kEnough;
}

bool SpillPace::worth_packing(std::size_t size, std::size_t stored, Duration taken) const {
  if (stored >= size) return false;
  const std::lock_guard lock(mutex_);
  return static_cast<double>(taken.count()) * recent_bytes_ <
         static_cast<double>(size - stored) * recent_time_;
}

void SpillPace::wrote(std::size_t size, Duration taken) {
  const std::lock_guard lock(mutex_);
  written_ += size;
  recent_bytes_ = recent_bytes_ * kKept + static_cast<double>(size);
  recent_time_ = recent_time_ * kKept + static_cast<double>(taken.count());
}

}  // namespace treadle
