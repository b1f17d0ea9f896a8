#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace treadle {

/// Whether it takes less time to compress what goes to a file than to write all of it: LZ4 packs most data at
/// less than a gigabyte a second, disks take from a tenth of that to ten times as much, and what the page
/// cache takes costs less still. Learnt from what was written before. Thread-safe.
class SpillPace {
 public:
  using Duration = std::chrono::nanoseconds;

  /// Whether enough was written to tell. Until then everything is compressed.
  bool knows() const;
  /// Whether more of the same is worth compressing, if `size` bytes became `stored` ones in this time.
  bool worth_packing(std::size_t size, std::size_t stored, Duration taken) const;
  /// `size` bytes were written.
  void wrote(std::size_t size, Duration taken);

 private:
  mutable std::mutex mutex_;
  std::size_t written_ = 0;
  // Of what was written last: each new piece makes those before it weigh less.
  double recent_bytes_ = 0;
  double recent_time_ = 0;
};

}  // namespace treadle
