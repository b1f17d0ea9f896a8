#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/key.h"
#include "treadle/memory.h"

namespace treadle {

class SpillFile;
class TaskContext;

/// The strips of a running task: independent pieces that idle threads may take.
///
/// run() is called once per strip, from any thread, several at a time. commit() is called once per strip, in
/// strip order, by one thread at a time and after that strip's run(); what it does is therefore independent
/// of the number of threads. Strips that were run but not committed are bounded by the engine (threads + 2).
class StripLoop {
 public:
  virtual ~StripLoop() = default;
  virtual std::size_t num_strips() const = 0;
  /// Bytes that one strip's run() holds until its commit(); reserved before an idle thread takes the strip.
  virtual std::size_t bytes_per_strip() const = 0;
  virtual void run(std::size_t strip, TaskContext& context) = 0;
  /// False ends the loop: later strips are not started, those under way are dropped uncommitted.
  virtual bool commit(std::size_t strip, TaskContext& context) = 0;
};

/// What is counted while tasks run; the engine adds the counts up for progress and statistics.
enum class Counter : std::uint8_t {
  kRowsRead,        ///< rows that sources delivered
  kBytesRead,       ///< bytes read from storage
  kRowsWritten,     ///< rows that sinks wrote
  kBytesWritten,    ///< bytes written to storage, spill files excepted
  kBytesSpilled,    ///< bytes written to spill files
  kRowsSkipped,     ///< bad rows skipped
  kStripsRead,      ///< strips read, each once
  kStripsRepeated,  ///< readings of strips that did not hold or came on top: a guessed boundary or type was
                    ///< wrong
};
inline constexpr std::size_t kNumCounters = 8;

/// The engine's side of a running task. Valid during run() only. Thread-safe, memory() excepted.
class TaskContext {
 public:
  virtual ~TaskContext() = default;

  /// The task's key.
  virtual const Key& key() const = 0;
  /// Whether the run was cancelled.
  virtual bool stop_requested() const noexcept = 0;
  /// Throws Cancelled if the run was cancelled.
  void check_stopped() const;
  /// The task's own reservation; grows and shrinks with its state. In a strip's run(): that strip's.
  virtual Reservation& memory() = 0;
  /// Makes a further reservation in the run's budget.
  virtual Reservation reserve(std::string_view holder, std::size_t bytes) = 0;
  /// Runs all strips and returns when the last is committed. Idle threads of the pool help.
  /// If a strip throws, the rest is dropped and the exception of the lowest failed strip that was reached
  /// leaves here.
  virtual void run_strips(StripLoop& strips) = 0;
  /// Folder for this run's spill files; made at first use, removed with the run.
  virtual const std::string& spill_directory() = 0;
  /// A spill file there, whose bytes count against the run's limits as `holder`'s. The default knows no
  /// limits.
  virtual std::shared_ptr<SpillFile> make_spill_file(std::string_view holder);
  virtual void count(Counter counter, std::uint64_t amount) noexcept = 0;
  /// Takes back what was counted by mistake: counts are added modulo 2^64.
  void take_back(Counter counter, std::uint64_t amount) noexcept { count(counter, 0 - amount); }
  /// A warning for the user ("12 bad rows skipped in x.csv"); shown once at the end.
  virtual void warn(std::string_view message) = 0;
};

}  // namespace treadle
