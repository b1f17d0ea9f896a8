#include "engine/monitor.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/machine.h"
#include "engine/execution.h"

namespace treadle::engine {
namespace {

constexpr std::chrono::milliseconds kEvery{50};

}  // namespace

struct Monitor::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<const Execution*, std::weak_ptr<Execution>> runs;
  std::thread thread;
  bool started = false;
  bool asleep = false;
  bool closed = false;

  void work();
  static void look(const std::vector<std::shared_ptr<Execution>>& runs);
};

void Monitor::Shared::work() {
  std::unique_lock lock(mutex);
  while (!closed) {
    if (runs.empty()) {
      asleep = true;
      changed.wait(lock, [this] { return closed || !runs.empty(); });
      asleep = false;
    }
    if (changed.wait_for(lock, kEvery, [this] { return closed; })) return;
    std::vector<std::shared_ptr<Execution>> alive;
    for (const auto& [address, run] : runs) {
      if (auto held = run.lock()) alive.push_back(std::move(held));
    }
    lock.unlock();
    look(alive);
    std::erase_if(alive, [](const auto& run) { return !run->ended(); });
    lock.lock();
    for (const auto& run : alive) runs.erase(run.get());
    lock.unlock();
    alive.clear();  // perhaps the last holders of a run, and of the engine with it
    lock.lock();
  }
}

void Monitor::Shared::look(const std::vector<std::shared_ptr<Execution>>& runs) {
  Pulse pulse{std::chrono::steady_clock::now(), resident_bytes()};
  pulse.any_at_work = std::ranges::any_of(runs, [](const auto& run) { return run->at_work(); });
  for (const auto& run : runs) run->look(pulse);
}

Monitor::Monitor() : shared_(std::make_shared<Shared>()) {}

Monitor::~Monitor() { close(); }

void Monitor::watch(const std::shared_ptr<Execution>& run) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->closed) return;
  shared_->runs.emplace(run.get(), run);
  if (!shared_->started) {
    shared_->thread = std::thread([shared = shared_] { shared->work(); });
    shared_->started = true;
  }
  if (shared_->asleep) shared_->changed.notify_one();
}

void Monitor::forget(const Execution* run) noexcept {
  const std::lock_guard lock(shared_->mutex);
  shared_->runs.erase(run);
}

void Monitor::close() noexcept {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
    shared_->changed.notify_one();
  }
  if (!shared_->thread.joinable()) return;
  if (shared_->thread.get_id() == std::this_thread::get_id()) {
    shared_->thread.detach();
  } else {
    shared_->thread.join();
  }
}

}  // namespace treadle::engine
