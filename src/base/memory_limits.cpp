#include "base/memory_limits.h"

#include <algorithm>
#include <string>

#include "base/byte_size.h"
#include "base/machine.h"
#include "treadle/error.h"

namespace treadle {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
// The share of the machine's memory that a process may use unless told otherwise.
constexpr double kMemoryShare = 0.7;
constexpr std::size_t kLeastLimit = 64 * kMiB;
constexpr std::size_t kLeastLimitPerThread = 8 * kMiB;
// Stacks, and what the allocator keeps for each thread.
constexpr std::size_t kHeldByThread = kMiB;

}  // namespace

MemoryLimits memory_limits(const RunOptions& options, unsigned num_threads, std::size_t resident,
                           std::size_t machine) {
  const std::size_t least = kLeastLimit + num_threads * kLeastLimitPerThread;
  if (options.memory_limit && *options.memory_limit < least) {
    throw InvalidArgument("memory_limit of at least " + format_byte_size(least) +
                          " (64 MiB and 8 MiB a thread) is expected, found " +
                          format_byte_size(*options.memory_limit));
  }
  if (options.working_memory && *options.working_memory == 0) {
    throw InvalidArgument("working_memory must be more than 0 bytes");
  }
  const auto share = static_cast<std::size_t>(static_cast<double>(machine) * kMemoryShare);
  MemoryLimits limits;
  limits.memory_limit = options.memory_limit.value_or(std::max(share, least));
  // Nobody asked for the default: it leaves something to work with whatever the process holds.
  limits.least_working_memory = options.memory_limit ? kMiB : kLeastLimit;
  const std::size_t base = resident + num_threads * kHeldByThread;
  const std::size_t rest =
      std::max(limits.least_working_memory, limits.memory_limit - std::min(limits.memory_limit, base));
  limits.working_memory = options.working_memory.value_or(rest);
  if (options.memory_limit) limits.working_memory = std::min(limits.working_memory, rest);
  return limits;
}

MemoryLimits memory_limits(const RunOptions& options, unsigned num_threads) {
  return memory_limits(options, num_threads, resident_bytes(), machine_memory());
}

}  // namespace treadle
