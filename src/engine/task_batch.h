#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/stop_flag.h"
#include "engine/task_run.h"

namespace treadle::engine {

/// The tasks that one thread took at once, because taking and settling many short tasks together is cheap.
/// The thread works from the front; a thread without work takes from the back, so that nothing waits behind a
/// long task.
///
/// next() and steal() may be called at the same time; the rest belongs to the owner under the run's lock.
class TaskBatch {
 public:
  static constexpr std::uint32_t kRoom = 64;

  struct Entry {
    Claim claim;
    Answer answer;
    StopFlag stop;  // of this task alone

    /// Before the batch begins.
    void set(Claim task) {
      claim = std::move(task);
      answer = {};
      stop.reset();
    }
  };

  Entry& operator[](std::uint32_t index) noexcept { return entries_[index]; }

  /// Begins anew with the first `count` entries, which nobody can take before open().
  void fill(std::uint32_t count) noexcept { count_ = count; }
  void open() noexcept { range_.store(count_, std::memory_order_release); }
  /// How many entries it began with. Some may have been stolen since.
  std::uint32_t count() const noexcept { return count_; }

  /// What the owner runs now, or ran last; none if it has not begun.
  const Claim* current() const noexcept {
    const std::uint32_t begun = begin(range_.load(std::memory_order_acquire));
    return begun == 0 ? nullptr : &entries_[begun - 1].claim;
  }

  /// The next entry for the owner to run.
  std::optional<std::uint32_t> next() noexcept {
    std::uint64_t range = range_.load(std::memory_order_acquire);
    while (begin(range) < end(range)) {
      if (range_.compare_exchange_weak(range, range + kBeginOne, std::memory_order_acq_rel))
        return begin(range);
    }
    return std::nullopt;
  }

  /// The last entry, for another thread to run and settle.
  std::optional<Claim> steal() noexcept {
    std::uint64_t range = range_.load(std::memory_order_acquire);
    while (begin(range) < end(range)) {
      Claim claim = entries_[end(range) - 1].claim;
      if (range_.compare_exchange_weak(range, range - 1, std::memory_order_acq_rel)) return claim;
    }
    return std::nullopt;
  }

  /// Entries [0, first) were run; [first, second) nobody has taken. Ends the batch for thieves.
  std::pair<std::uint32_t, std::uint32_t> close() noexcept {
    const std::uint64_t range = range_.exchange(0, std::memory_order_acq_rel);
    return {begin(range), end(range)};
  }

 private:
  static constexpr std::uint64_t kBeginOne = std::uint64_t{1} << 32;
  static std::uint32_t begin(std::uint64_t range) noexcept { return static_cast<std::uint32_t>(range >> 32); }
  static std::uint32_t end(std::uint64_t range) noexcept { return static_cast<std::uint32_t>(range); }

  std::array<Entry, kRoom> entries_;
  std::uint32_t count_ = 0;
  std::atomic<std::uint64_t> range_{0};  // begin in the upper half, end in the lower
};

}  // namespace treadle::engine
