#include "engine/memory_watch.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_size.h"
#include "base/machine.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
// The share of the machine's memory that a process may use unless told otherwise.
constexpr double kMemoryShare = 0.7;
constexpr std::size_t kLeastLimit = 64 * kMiB;
constexpr std::size_t kLeastLimitPerThread = 8 * kMiB;
// Stacks, and what the allocator keeps for each thread.
constexpr std::size_t kHeldByThread = kMiB;
constexpr std::chrono::seconds kTrimEvery{1};

void trim_heap() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace

MemoryWatch::MemoryWatch(const RunOptions& options, unsigned num_threads, std::size_t resident,
                         std::size_t machine, Trim trim)
    : trim_(std::move(trim)) {
  const std::size_t least = kLeastLimit + num_threads * kLeastLimitPerThread;
  if (options.memory_limit && *options.memory_limit < least) {
    throw InvalidArgument("memory_limit of at least " + format_byte_size(least) +
                          " (64 MiB and 8 MiB a thread) is expected, found " +
                          format_byte_size(*options.memory_limit));
  }
  if (options.working_memory && *options.working_memory == 0) {
    throw InvalidArgument("working_memory must be more than 0 bytes");
  }
  // Nobody asked for the default: it leaves something to work with whatever the process holds.
  least_ = options.memory_limit ? kMiB : kLeastLimit;
  const auto share = static_cast<std::size_t>(static_cast<double>(machine) * kMemoryShare);
  memory_limit_ = options.memory_limit.value_or(std::max(share, least));
  const std::size_t base = resident + num_threads * kHeldByThread;
  const std::size_t rest = std::max(least_, memory_limit_ - std::min(memory_limit_, base));
  working_memory_ = options.working_memory.value_or(rest);
  if (options.memory_limit) working_memory_ = std::min(working_memory_, rest);
}

MemoryWatch::MemoryWatch(const RunOptions& options, unsigned num_threads)
    : MemoryWatch(options, num_threads, resident_bytes(), machine_memory(), trim_heap) {}

void MemoryWatch::sample(MemoryBudget& budget, std::size_t resident, TimePoint now) {
  if (resident == 0) return;
  const std::size_t outside = resident - std::min(resident, budget.used());
  const std::size_t room = std::max(least_, memory_limit_ - std::min(memory_limit_, outside));
  const std::size_t missing = budget.limit() - std::min(budget.limit(), room);
  // Most of it may be what the allocator keeps of what was given back; the next samples will show.
  if (missing != 0 && now >= next_trim_) {
    trim_();
    next_trim_ = now + kTrimEvery;
  }
  recent_[next_recent_++ % recent_.size()] = missing;
  budget.set_unaccounted(*std::ranges::min_element(recent_));
}

}  // namespace treadle::engine
