#include "report/recorder.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "treadle/error.h"

namespace treadle::report {
namespace {

constexpr std::size_t kMostWorkers = 1024;
constexpr std::chrono::milliseconds kSampleEvery{50};

}  // namespace

void EventRing::drain(EventListener& listener) {
  const std::uint64_t head = head_.load(std::memory_order_acquire);
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  while (tail != head) {
    const std::size_t first = tail % kCapacity;
    const std::size_t count = std::min<std::size_t>(head - tail, kCapacity - first);
    listener.on_tasks(std::span(events_).subspan(first, count));
    tail += count;
  }
  tail_.store(tail, std::memory_order_release);
}

Recorder::Recorder(std::shared_ptr<EventListener> listener, const RecordingInfo& info)
    : listener_(std::move(listener)), began_(now_ns()), rings_(kMostWorkers) {
  listener_->on_begin(info);
}

Recorder::~Recorder() { end("the engine was destroyed"); }

std::int64_t Recorder::now() const noexcept { return static_cast<std::int64_t>(now_ns() - began_); }

std::uint32_t Recorder::kind(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto [place, added] =
      kinds_.try_emplace(std::string(name), static_cast<std::uint32_t>(kinds_.size()));
  if (added && !ended_) listener_->on_kind(name);
  return place->second;
}

void Recorder::add_graph(std::uint32_t number, const TaskGraph& graph) {
  const std::lock_guard lock(mutex_);
  if (!ended_) listener_->on_graph(number, graph);
}

EventRing& Recorder::ring(std::uint16_t worker) {
  std::atomic<EventRing*>& place = rings_[worker % kMostWorkers];
  if (EventRing* ring = place.load(std::memory_order_acquire)) return *ring;
  const std::lock_guard lock(mutex_);
  if (place.load() == nullptr) {
    owned_rings_.push_back(std::make_unique<EventRing>());
    place.store(owned_rings_.back().get(), std::memory_order_release);
  }
  return *place.load();
}

void Recorder::add(std::span<const TaskEvent> events) {
  if (events.empty()) return;
  EventRing& own = ring(events.front().worker);
  for (;;) {
    events = events.subspan(own.push(events));
    if (events.empty()) return;
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    own.drain(*listener_);
  }
}

void Recorder::add(const ResourceSample& sample) {
  const std::lock_guard lock(mutex_);
  if (!ended_) listener_->on_sample(sample);
}

void Recorder::flush() {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  for (const auto& ring : owned_rings_) ring->drain(*listener_);
}

void Recorder::sample_with(std::function<ResourceSample()> sample) {
  sample_ = std::move(sample);
  add(sample_());
  sampler_ = std::jthread([this](const std::stop_token& stop) { sample_until(stop); });
}

void Recorder::sample_until(const std::stop_token& stop) {
  std::mutex unused;
  std::unique_lock lock(unused);
  while (!stop_sampling_.wait_for(lock, stop, kSampleEvery, [&] { return stop.stop_requested(); })) {
    add(sample_());
    flush();
  }
  add(sample_());
}

void Recorder::end(std::string_view outcome) {
  if (sampler_.joinable()) {
    sampler_.request_stop();
    sampler_.join();
  }
  flush();
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return;
  listener_->on_end(outcome);
}

}  // namespace treadle::report
