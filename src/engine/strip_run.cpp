#include "engine/strip_run.h"

#include <algorithm>
#include <utility>

#include "treadle/error.h"

namespace treadle::engine {

// The task's context as one strip sees it: with the strip's own memory.
class StripRun::Context final : public TaskContext {
 public:
  Context(TaskContext& task, Reservation& memory) : task_(task), memory_(memory) {}
  const Key& key() const override { return task_.key(); }
  bool stop_requested() const noexcept override { return task_.stop_requested(); }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return task_.reserve(holder, bytes);
  }
  void run_strips(StripLoop& strips) override { task_.run_strips(strips); }
  const std::string& spill_directory() override { return task_.spill_directory(); }
  std::shared_ptr<SpillFile> make_spill_file(std::string_view holder) override {
    return task_.make_spill_file(holder);
  }
  void count(Counter counter, std::uint64_t amount) noexcept override { task_.count(counter, amount); }
  void warn(std::string_view message) override { task_.warn(message); }

 private:
  TaskContext& task_;
  Reservation& memory_;
};

StripRun::StripRun(StripLoop& strips, TaskContext& context, std::size_t window, std::function<void()> wake)
    : strips_(strips),
      context_(context),
      wake_(std::move(wake)),
      bytes_per_strip_(strips.bytes_per_strip()),
      window_(std::max<std::size_t>(window, 1)),
      limit_(strips.num_strips()) {}

void StripRun::run_to_end() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (const auto strip = take(true)) {
      run_strip(lock, *strip);
    } else if (over() && running_ == 0) {
      break;
    } else {
      changed_.wait(lock);
    }
  }
  if (error_) std::rethrow_exception(error_);
  if (stopped_ && committed_ < limit_) throw Cancelled();
}

bool StripRun::help() {
  std::unique_lock lock(mutex_);
  bool helped = false;
  while (const auto strip = take(false)) {
    run_strip(lock, *strip);
    helped = true;
  }
  turned_away_ = true;
  return helped;
}

std::optional<std::size_t> StripRun::take(bool own_thread) {
  if (context_.stop_requested()) stopped_ = true;
  if (stopped_ || !room_for_next()) return std::nullopt;
  Reservation memory = context_.reserve("strip", 0);
  if (bytes_per_strip_ != 0 && !reserve(memory, own_thread && next_ == committed_)) return std::nullopt;
  slot(next_) = {false, std::move(memory)};
  ++running_;
  return next_++;
}

// What commits keep must find room, too: a strip runs ahead only if as much again stays free. One strip must
// always go on: the lowest one, in the task's own thread.
bool StripRun::reserve(Reservation& memory, bool must_run) const {
  if (memory.try_grow_leaving(bytes_per_strip_, bytes_per_strip_)) return true;
  if (must_run && !memory.try_grow(bytes_per_strip_)) memory.grow_anyway(bytes_per_strip_);
  return must_run;
}

void StripRun::run_strip(std::unique_lock<std::mutex>& lock, std::size_t strip) {
  Slot& mine = slot(strip);  // stays where it is until the strip is committed or dropped
  lock.unlock();
  std::exception_ptr error;
  try {
    Context context(context_, mine.memory);
    strips_.run(strip, context);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) {
    fail(strip, std::move(error));
  } else {
    mine.done = true;
    commit_ready(lock);
  }
  --running_;
  changed_.notify_all();
  if (std::exchange(turned_away_, false) && room_for_next()) wake_();
}

// Whoever finishes a strip commits all that are in line; the others go on with the next strip.
void StripRun::commit_ready(std::unique_lock<std::mutex>& lock) {
  if (committing_) return;
  committing_ = true;
  while (committed_ < limit_ && slot(committed_).done && !stopped_) {
    const std::size_t strip = committed_;
    Slot& mine = slot(strip);
    lock.unlock();
    bool goes_on = false;
    std::exception_ptr error;
    try {
      Context context(context_, mine.memory);
      goes_on = strips_.commit(strip, context);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    mine = {};
    if (error) {
      fail(strip, std::move(error));
    } else {
      committed_ = strip + 1;
      if (!goes_on) {
        limit_ = committed_;
        error_ = nullptr;  // of a later strip, which nobody will see
      }
    }
    changed_.notify_all();
    if (std::exchange(turned_away_, false) && room_for_next()) wake_();
  }
  committing_ = false;
}

void StripRun::fail(std::size_t strip, std::exception_ptr error) {
  if (strip >= limit_) return;
  limit_ = strip;
  error_ = std::move(error);
}

}  // namespace treadle::engine
