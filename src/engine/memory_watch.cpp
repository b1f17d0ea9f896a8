#include "engine/memory_watch.h"

#include <algorithm>
#include <utility>

#include "base/machine.h"
#include "memory/heap.h"

namespace treadle::engine {
namespace {

constexpr std::chrono::milliseconds kTrimEvery{100};
// What lies outside of the budget may grow by one part in so many of it before the heap is trimmed.
constexpr std::size_t kKeptShare = 4;
// Of the time, one part in so many may go into trimming: a large heap takes long.
constexpr int kTrimShare = 20;

std::size_t less(std::size_t bytes, std::size_t fewer) { return bytes - std::min(bytes, fewer); }

}  // namespace

MemoryWatch::MemoryWatch(const MemoryLimits& limits, Trim trim) : limits_(limits), trim_(std::move(trim)) {}

MemoryWatch::MemoryWatch(const RunOptions& options, unsigned num_threads, std::size_t kept)
    : MemoryWatch(memory_limits(options, num_threads, less(resident_bytes(), kept), machine_memory()),
                  trim_heap) {}

void MemoryWatch::sample(MemoryBudget& budget, std::size_t resident, TimePoint now) {
  if (resident == 0) return;
  const std::size_t outside = resident - std::min(resident, budget.used());
  const std::size_t room =
      std::max(limits_.least_working_memory, limits_.memory_limit - std::min(limits_.memory_limit, outside));
  const std::size_t missing = budget.limit() - std::min(budget.limit(), room);
  least_outside_ = std::min(least_outside_, outside);
  const bool hoards = outside - least_outside_ > limits_.working_memory / kKeptShare;
  // Most of it may be what the allocator keeps of what was given back; the next samples will show.
  if ((missing != 0 || hoards) && now >= next_trim_) {
    const TimePoint begin = TimePoint::clock::now();
    trim_();
    next_trim_ =
        now + std::max<TimePoint::duration>(kTrimEvery, kTrimShare * (TimePoint::clock::now() - begin));
  }
  recent_[next_recent_++ % recent_.size()] = missing;
  budget.set_unaccounted(*std::ranges::min_element(recent_));
}

}  // namespace treadle::engine
