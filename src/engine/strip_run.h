#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "treadle/memory.h"
#include "treadle/task_context.h"

namespace treadle::engine {

/// One run_strips() under way: hands out strips in order to the task's own thread and to idle ones, and
/// commits them in order. Thread-safe.
///
///     committed_           next_                 limit_
///     v                    v                     v
///     [done][running][done][not begun ...........]      at most `window` strips between the first two
class StripRun {
 public:
  /// `context` is the running task's; it and `strips` outlive this. `wake` is called when idle threads may
  /// find work here again.
  StripRun(StripLoop& strips, TaskContext& context, std::size_t window, std::function<void()> wake);

  /// Called by the task's own thread: returns when every strip is committed or dropped and no thread is
  /// inside. Throws what the lowest failed strip threw, or Cancelled.
  void run_to_end();
  /// Called by an idle thread: runs and commits strips while it can take some. Whether it ran any.
  bool help();

 private:
  struct Slot {
    bool done = false;
    Reservation memory;
  };
  class Context;

  bool room_for_next() const { return next_ < limit_ && next_ - committed_ < window_.size(); }
  bool over() const { return committed_ >= limit_ || (stopped_ && running_ == 0); }
  Slot& slot(std::size_t strip) { return window_[strip % window_.size()]; }
  std::optional<std::size_t> take(bool own_thread);
  bool reserve(Reservation& memory, bool must_run) const;
  void run_strip(std::unique_lock<std::mutex>& lock, std::size_t strip);
  void commit_ready(std::unique_lock<std::mutex>& lock);
  void fail(std::size_t strip, std::exception_ptr error);

  StripLoop& strips_;
  TaskContext& context_;
  const std::function<void()> wake_;
  const std::size_t bytes_per_strip_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> window_;   // the strips that are run but not committed, by their number modulo its size
  std::size_t next_ = 0;       // the first strip that nobody took
  std::size_t committed_ = 0;  // the first strip that is not committed
  std::size_t limit_;        // no strip from here on is committed: the end, or what failed or ended the loop
  std::size_t running_ = 0;  // strips that a thread is running or committing
  bool committing_ = false;
  bool stopped_ = false;
  bool turned_away_ = false;  // an idle thread found nothing that it could take
  std::exception_ptr error_;  // of strip limit_
};

}  // namespace treadle::engine
