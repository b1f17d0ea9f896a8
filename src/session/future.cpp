#include "treadle/future.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace treadle {

namespace {

// Works on one of the states, in turn. False if none needs this thread.
bool help_one(std::span<const FutureStatePtr> states, std::size_t& turn) {
  for (std::size_t tried = 0; tried < states.size(); ++tried) {
    if (states[turn++ % states.size()]->help()) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(FutureStatus status) {
  switch (status) {
    case FutureStatus::kPending:
      return "pending";
    case FutureStatus::kFinished:
      return "finished";
    case FutureStatus::kFailed:
      return "failed";
    case FutureStatus::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

bool wait_for_states(std::span<const FutureStatePtr> states, WaitFor what,
                     std::optional<std::chrono::nanoseconds> timeout) {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  if (timeout) deadline = std::chrono::steady_clock::now() + *timeout;
  if (what == WaitFor::kAll) {
    return std::ranges::all_of(states,
                               [&](const FutureStatePtr& state) { return state->wait_until(deadline); });
  }
  if (states.empty()) return true;

  struct First {
    std::mutex mutex;
    std::condition_variable ended;
    bool any = false;
  };
  const auto first = std::make_shared<First>();
  for (const FutureStatePtr& state : states) {
    state->on_end([first] {
      const std::lock_guard lock(first->mutex);
      first->any = true;
      first->ended.notify_all();
    });
  }
  std::size_t turn = 0;
  std::unique_lock lock(first->mutex);
  const auto ended = [&] { return first->any; };
  while (!ended() && (!deadline || std::chrono::steady_clock::now() < *deadline)) {
    lock.unlock();
    const bool helped = help_one(states, turn);
    lock.lock();
    if (!helped) break;
  }
  if (deadline) return first->ended.wait_until(lock, *deadline, ended);
  first->ended.wait(lock, ended);
  return true;
}

struct CompletionQueue::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::size_t> ended;
};

CompletionQueue::CompletionQueue(std::span<const FutureStatePtr> states)
    : shared_(std::make_shared<Shared>()), states_(states.begin(), states.end()), remaining_(states.size()) {
  for (std::size_t position = 0; position < states.size(); ++position) {
    states[position]->on_end([shared = shared_, position] {
      const std::lock_guard lock(shared->mutex);
      shared->ended.push_back(position);
      shared->changed.notify_one();
    });
  }
}

std::optional<std::size_t> CompletionQueue::next() {
  if (remaining_ == 0) return std::nullopt;
  --remaining_;
  std::unique_lock lock(shared_->mutex);
  while (shared_->ended.empty()) {
    lock.unlock();
    const bool helped = help_one(states_, turn_);
    lock.lock();
    if (!helped) break;
  }
  shared_->changed.wait(lock, [this] { return !shared_->ended.empty(); });
  const std::size_t position = shared_->ended.front();
  shared_->ended.pop_front();
  return position;
}

}  // namespace treadle
