#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/fragment_sink.h"
#include "treadle/error.h"
#include "treadle/memory.h"
#include "treadle/operation.h"

// Runs sinks and operations without an engine, for tests and benchmarks.
namespace treadle::dataframe::test {

/// A context over a budget. run_strips() runs them as an engine would: begun in order, several at a time,
/// committed in order.
class Context final : public TaskContext {
 public:
  /// `backwards`: if not 0, one thread runs so many strips, the last of them first, before it commits them:
  /// as badly as threads can happen to be scheduled.
  explicit Context(MemoryBudget& budget, unsigned num_threads = 1, std::size_t backwards = 0)
      : budget_(budget), num_threads_(num_threads), backwards_(backwards), memory_(budget.reserve("test")) {}
  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return budget_.reserve(holder, bytes);
  }
  void run_strips(StripLoop& strips) override {
    if (backwards_ != 0) return run_backwards(strips);
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t next = 0, committed = 0, limit = strips.num_strips();
    std::exception_ptr error;
    const auto work = [&] {
      std::unique_lock lock(mutex);
      while (next < limit && error == nullptr) {
        const std::size_t strip = next++;
        lock.unlock();
        std::exception_ptr failed;
        try {
          strips.run(strip, *this);
        } catch (...) {
          failed = std::current_exception();
        }
        lock.lock();
        changed.wait(lock, [&] { return committed == strip || strip >= limit || error != nullptr; });
        if (strip >= limit || error != nullptr) return;
        try {
          if (failed != nullptr) std::rethrow_exception(failed);
          if (!strips.commit(strip, *this)) limit = strip + 1;
        } catch (...) {
          error = std::current_exception();
        }
        ++committed;
        changed.notify_all();
      }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < num_threads_; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (error) std::rethrow_exception(error);
  }
  const std::string& spill_directory() override { return directory_; }
  void count(Counter counter, std::uint64_t amount) noexcept override {
    if (counter == Counter::kBytesSpilled) spilled_ += amount;
  }
  void warn(std::string_view) override {}
  /// The next operation's reservation, in place of the one before.
  void start(std::string_view name) {
    memory_ = Reservation();
    memory_ = budget_.reserve(name);
  }
  std::uint64_t bytes_spilled() const { return spilled_; }

 private:
  void run_backwards(StripLoop& strips) {
    for (std::size_t begin = 0, count = strips.num_strips(); begin < count; begin += backwards_) {
      const std::size_t end = std::min(begin + backwards_, count);
      for (std::size_t strip = end; strip-- > begin;) strips.run(strip, *this);
      for (std::size_t strip = begin; strip < end; ++strip) {
        if (!strips.commit(strip, *this)) return;
      }
    }
  }

  static std::string temporary() {
    const char* set = std::getenv("TMPDIR");
    return set != nullptr ? set : "/tmp";
  }

  MemoryBudget& budget_;
  unsigned num_threads_;
  std::size_t backwards_;
  Reservation memory_;
  Key key_;
  std::string directory_ = temporary();
  std::atomic<std::uint64_t> spilled_{0};
};

/// One strip: its morsels.
using Strip = std::vector<columnar::Batch>;

/// Feeds one task's strips to a sink as an engine would: several threads, commits in strip order, and a
/// thread besides the first takes a strip only if the budget has room for it.
inline std::vector<Value> run_sink(const SinkSpec& spec, const columnar::SchemaPtr& schema,
                                   const std::vector<Strip>& strips, std::size_t partition,
                                   unsigned num_threads, Context& context) {
  const std::unique_ptr<FragmentSink> sink = spec.bind(schema, partition);
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0, committed = 0;
  bool over = false;
  std::vector<std::unique_ptr<SinkPart>> parts(strips.size());
  std::vector<std::optional<Reservation>> rooms(strips.size());
  std::exception_ptr error;
  const auto work = [&](bool first) {
    std::unique_lock lock(mutex);
    while (!over && error == nullptr && next < strips.size()) {
      if (next > committed + num_threads + 1) {
        changed.wait(lock);
        continue;
      }
      const std::size_t strip = next;
      Reservation room = context.reserve("strip", 0);
      if (!room.try_grow(spec.bytes_per_strip())) {
        if (!first) return;
        // The lowest strip always goes on; others wait until there is room.
        if (next != committed) {
          changed.wait_for(lock, std::chrono::milliseconds(1));
          continue;
        }
        room.grow_anyway(spec.bytes_per_strip());
      }
      ++next;
      lock.unlock();
      try {
        std::unique_ptr<SinkPart> part = sink->begin_strip(context);
        for (const columnar::Batch& morsel : strips[strip]) {
          if (!part->push(morsel, context)) break;
        }
        part->end(context);
        lock.lock();
        parts[strip] = std::move(part);
        rooms[strip] = std::move(room);
        while (!over && committed < strips.size() && parts[committed] != nullptr) {
          over = !sink->commit(std::move(parts[committed]), context);
          rooms[committed].reset();
          ++committed;
        }
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        error = std::current_exception();
      }
      changed.notify_all();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < num_threads; ++i) threads.emplace_back(work, false);
  work(true);
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return sink->finish(context);
}

/// The sole value that an operation answers with.
inline Value run_operation(const Operation& operation, const std::vector<Value>& inputs, Context& context) {
  context.start(operation.name());
  return std::get<std::vector<Value>>(operation.run(inputs, context)).at(0);
}

}  // namespace treadle::dataframe::test
