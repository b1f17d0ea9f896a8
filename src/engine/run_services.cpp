#include "engine/run_services.h"

#include <algorithm>

#include "base/machine.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

// The share of the machine's memory that a run may use unless told otherwise, and the least.
constexpr double kMemoryShare = 0.7;
constexpr std::size_t kLeastMemory = std::size_t{64} << 20;
// More warnings than a user reads.
constexpr std::size_t kMostWarnings = 1000;

std::size_t working_memory(const RunOptions& options) {
  if (options.working_memory) {
    if (*options.working_memory == 0) throw InvalidArgument("working_memory must be more than 0 bytes");
    return *options.working_memory;
  }
  const auto share = static_cast<std::size_t>(static_cast<double>(machine_memory()) * kMemoryShare);
  return std::max(share - std::min(share, resident_bytes()), kLeastMemory);
}

}  // namespace

unsigned thread_number() noexcept {
  static std::atomic<unsigned> next{0};
  thread_local const unsigned number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

RunServices::RunServices(const RunOptions& options, unsigned workers)
    : budget(working_memory(options)), spill_folder(options.spill_directory), max_workers(workers) {}

void RunServices::count(Counter counter, std::uint64_t amount) noexcept {
  Line& line = lines_[thread_number() % lines_.size()];
  line.counts[static_cast<std::size_t>(counter)].fetch_add(amount, std::memory_order_relaxed);
}

void RunServices::uncount(Counter counter, std::uint64_t amount) noexcept {
  // A line may go below zero; their sum does not.
  count(counter, std::uint64_t{0} - amount);
}

std::array<std::uint64_t, kNumCounters> RunServices::counters() const noexcept {
  std::array<std::uint64_t, kNumCounters> sums{};
  for (const Line& line : lines_) {
    for (std::size_t i = 0; i < kNumCounters; ++i) sums[i] += line.counts[i].load(std::memory_order_relaxed);
  }
  return sums;
}

void RunServices::mark() noexcept {
  // Threads that share a line may lose a mark to each other: it matters only that there are some.
  auto& marks = lines_[thread_number() % lines_.size()].marks;
  marks.store(marks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::uint64_t RunServices::marks() const noexcept {
  std::uint64_t sum = 0;
  for (const Line& line : lines_) sum += line.marks.load(std::memory_order_relaxed);
  return sum;
}

void RunServices::warn(std::string_view message) {
  const std::lock_guard lock(mutex_);
  if (warnings_.size() < kMostWarnings) warnings_.emplace(message);
}

std::vector<std::string> RunServices::warnings() const {
  const std::lock_guard lock(mutex_);
  return {warnings_.begin(), warnings_.end()};
}

}  // namespace treadle::engine
