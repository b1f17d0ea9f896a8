#include "engine/run_services.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace treadle::engine {
namespace {

// More warnings than a user reads.
constexpr std::size_t kMostWarnings = 1000;

}  // namespace

unsigned thread_number() noexcept {
  static std::atomic<unsigned> next{0};
  thread_local const unsigned number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

RunServices::RunServices(const RunOptions& options, unsigned workers)
    : memory_watch(options, workers, KeptValues::of_process()->bytes_in_memory()),
      budget(memory_watch.working_memory()),
      spill_folder(options.spill_directory),
      max_workers(workers),
      kept_(KeptValues::of_process()),
      kept_place_{options.spill_directory,
                  {options.spill_quota, options.spill_reserve},
                  [this] { return spill_folder.path(); }},
      kept_account_(std::in_place, kept_, budget),
      spill_account_(std::make_shared<SpillAccount>(kept_place_.limits)) {}

std::shared_ptr<SpillFile> RunServices::make_spill_file(std::string_view holder) {
  return std::make_shared<SpillFile>(spill_folder.path(), spill_account_, holder);
}

std::size_t RunServices::spill_kept(std::size_t wanted) noexcept {
  if (wanted == 0 || cannot_spill_kept_ || kept_->bytes_in_memory() == 0) return 0;
  try {
    const KeptValues::Spilled spilled = kept_->spill(wanted, kept_place_);
    count(Counter::kBytesSpilled, spilled.written);
    return spilled.freed;
  } catch (const std::exception& error) {
    // Whoever needs the memory says so; this says why it is not there.
    cannot_spill_kept_ = true;
    warn(std::string("kept values stay in memory: ") + error.what());
    return 0;
  }
}

bool RunServices::make_room(std::size_t wanted) noexcept {
  const std::size_t free = budget.available();
  return spill_kept(wanted - std::min(wanted, free)) != 0;
}

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
