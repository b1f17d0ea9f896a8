#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "treadle/events.h"

// What happened, never where it is shown.
//
//   worker  --push-->  ring  --drain-->  listener (memory, event log)
//
// Each worker writes into a ring of its own, a single-producer queue without locks. It is drained by a
// sampler's tick, at the end, and by its worker when it is full: no event is lost, and an event costs a
// copy, and a clock reading that its worker needs anyhow.
namespace treadle::report {

/// A queue of events: one thread pushes, one at a time drains.
class EventRing {
 public:
  static constexpr std::size_t kCapacity = 4096;

  /// Takes the first of them, as many as there is room for; how many.
  std::size_t push(std::span<const TaskEvent> events) noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (kCapacity - (head - known_tail_) < events.size()) known_tail_ = tail_.load(std::memory_order_acquire);
    const std::size_t count = std::min<std::size_t>(events.size(), kCapacity - (head - known_tail_));
    const std::size_t before_the_end = std::min<std::size_t>(count, kCapacity - head % kCapacity);
    std::ranges::copy(events.first(before_the_end), events_.begin() + head % kCapacity);
    std::ranges::copy(events.subspan(before_the_end, count - before_the_end), events_.begin());
    head_.store(head + count, std::memory_order_release);
    return count;
  }
  /// Hands what is there to the listener, in the order of the pushes.
  void drain(EventListener& listener);

 private:
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::uint64_t known_tail_ = 0;  // the producer's: saves a look at the other side's line
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::vector<TaskEvent> events_ = std::vector<TaskEvent>(kCapacity);
};

/// Records one run for one listener. Thread-safe.
class Recorder {
 public:
  Recorder(std::shared_ptr<EventListener> listener, const RecordingInfo& info);
  /// Nanoseconds since the recording began.
  std::int64_t now() const noexcept;
  /// The number of an operation's name; told to the listener at first sight.
  std::uint32_t kind(std::string_view name);
  /// Tells the listener of a graph whose tasks are about to run.
  void add_graph(std::uint32_t number, const TaskGraph& graph);
  /// Takes events, all of one worker; those of one worker come from one thread at a time.
  void add(std::span<const TaskEvent> events);
  void add(const TaskEvent& event) { add(std::span(&event, 1)); }
  void add(const ResourceSample& sample);
  /// Now, at the end and every 50 ms between: adds what `sample` answers and drains. `sample` is called here,
  /// then from a thread of the recorder's own until end().
  void sample_with(std::function<ResourceSample()> sample);
  /// Drains all rings: called now and then, so that listeners are not far behind.
  void flush();
  /// Takes a last sample, drains all rings and ends the recording. Later events are dropped.
  void end(std::string_view outcome);
  ~Recorder();

 private:
  EventRing& ring(std::uint16_t worker);
  void sample_until(const std::stop_token& stop);

  const std::shared_ptr<EventListener> listener_;
  const std::uint64_t began_;
  std::mutex mutex_;  // the listener, draining, kinds, making rings
  bool ended_ = false;
  std::unordered_map<std::string, std::uint32_t> kinds_;
  std::vector<std::atomic<EventRing*>> rings_;
  std::vector<std::unique_ptr<EventRing>> owned_rings_;
  std::function<ResourceSample()> sample_;
  std::condition_variable_any stop_sampling_;
  std::jthread sampler_;
};

}  // namespace treadle::report
