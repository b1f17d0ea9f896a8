#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/machine.h"
#include "engine/execution.h"
#include "treadle/engine.h"
#include "treadle/error.h"

namespace treadle {
namespace engine {
namespace {

class ThreadedRun;

// The threads, and the runs that they work on in turn. Owned by the engine, its threads and its runs
// together: it goes when the last of them does.
class Pool final : public std::enable_shared_from_this<Pool> {
 public:
  void start(const std::shared_ptr<Execution>& run, unsigned num_threads);
  /// There may be work that was not there before.
  void wake();
  /// Works on `run` until it has ended or `deadline` has passed, as one of the pool's threads.
  void work_inside(Execution& run, std::optional<std::chrono::steady_clock::time_point> deadline);
  /// Ends all runs and threads; a thread whose task does not stop is left to itself.
  void close();
  /// `count` threads are in tasks of a run that was given up: others take their places.
  void replace(unsigned count);
  /// One of them is back.
  void take_back();
  /// A run that is going away.
  void forget(const Execution* run) noexcept { monitor_.forget(run); }
  /// Whether the calling thread is one of this pool's.
  bool inside() const noexcept { return current_ == this; }
  /// Whether more than one run wants the threads.
  bool shared() const noexcept { return num_runs_.load(std::memory_order_relaxed) > 1; }

 private:
  // One of the threads; stays in the list until it was joined or left to itself.
  struct Worker {
    std::thread thread;
    bool over = false;
  };

  void start_threads(std::unique_lock<std::mutex>& lock);
  void work(Worker& self);
  bool work_once(std::vector<std::shared_ptr<Execution>>& runs, std::size_t& turn);
  std::vector<std::shared_ptr<Execution>> active_runs();
  void sleep(std::uint64_t seen, bool inside_task);

  static thread_local const Pool* current_;

  std::mutex mutex_;
  std::condition_variable awake_;
  std::condition_variable gone_;
  Monitor monitor_;
  std::list<Worker> workers_;
  std::size_t wanted_ = 0;  // threads, abandoned ones not counted
  std::size_t alive_ = 0;
  std::size_t abandoned_ = 0;
  std::vector<std::shared_ptr<Execution>> runs_;
  unsigned inside_tasks_ = 0;          // sleepers that wait for one run only
  std::atomic<unsigned> sleeping_{0};  // read without the lock: waking costs nothing while all are busy
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<std::size_t> num_runs_{0};
  bool closed_ = false;
};

thread_local const Pool* Pool::current_ = nullptr;

// How often a thread that waits inside a task looks whether its run was cancelled and does not stop.
constexpr std::chrono::milliseconds kLook{50};

void Pool::start(const std::shared_ptr<Execution>& run, unsigned num_threads) {
  {
    std::unique_lock lock(mutex_);
    if (closed_) throw EngineLost("the engine was closed");
    runs_.push_back(run);
    num_runs_ = runs_.size();
    wanted_ = std::max<std::size_t>(wanted_, num_threads);
    start_threads(lock);
  }
  monitor_.watch(run);
  wake();
}

void Pool::start_threads(std::unique_lock<std::mutex>& /*held*/) {
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    if (worker->over) worker->thread.join();  // it is on its last few instructions
    worker = worker->over ? workers_.erase(worker) : std::next(worker);
  }
  while (!closed_ && alive_ < wanted_ + abandoned_) {
    Worker& worker = workers_.emplace_back();
    try {
      worker.thread = std::thread([self = shared_from_this(), &worker] { self->work(worker); });
    } catch (...) {
      workers_.pop_back();
      throw;
    }
    ++alive_;
  }
}

void Pool::replace(unsigned count) {
  std::unique_lock lock(mutex_);
  abandoned_ += count;
  try {
    start_threads(lock);
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): the others go on, if any
  }
}

void Pool::take_back() {
  const std::lock_guard lock(mutex_);
  --abandoned_;
}

void Pool::wake() {
  epoch_.fetch_add(1);
  if (sleeping_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  // One is enough unless it might be one that can do nothing but its own run.
  if (inside_tasks_ == 0) {
    awake_.notify_one();
  } else {
    awake_.notify_all();
  }
}

void Pool::sleep(std::uint64_t seen, bool inside_task) {
  std::unique_lock lock(mutex_);
  sleeping_.fetch_add(1);
  inside_tasks_ += inside_task ? 1 : 0;
  const auto changed = [&] { return epoch_.load() != seen || closed_; };
  if (inside_task) {
    awake_.wait_for(lock, kLook, changed);
  } else {
    awake_.wait(lock, changed);
  }
  inside_tasks_ -= inside_task ? 1 : 0;
  sleeping_.fetch_sub(1);
}

std::vector<std::shared_ptr<Execution>> Pool::active_runs() {
  const std::lock_guard lock(mutex_);
  std::erase_if(runs_, [](const auto& run) { return run->ended(); });
  num_runs_ = runs_.size();
  return runs_;
}

// Each time from the next run on, so that many runs share the threads fairly.
bool Pool::work_once(std::vector<std::shared_ptr<Execution>>& runs, std::size_t& turn) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t index = (turn + i) % runs.size();
    if (runs[index]->work(false)) {
      turn = index + 1;
      return true;
    }
  }
  return false;
}

void Pool::work(Worker& self) {
  current_ = this;
  std::size_t turn = 0;
  for (;;) {
    const std::uint64_t seen = epoch_.load();
    auto runs = active_runs();
    const bool worked = work_once(runs, turn);
    // What the task made ready is for another thread if this one goes on to the next run.
    if (worked && runs.size() > 1) wake();
    runs.clear();  // nobody sleeps on a run that has ended
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || alive_ > wanted_ + abandoned_) {
        --alive_;
        self.over = true;
        gone_.notify_all();
        return;
      }
    }
    if (!worked) sleep(seen, false);
  }
}

void Pool::work_inside(Execution& run, std::optional<std::chrono::steady_clock::time_point> deadline) {
  while (!run.ended() && (!deadline || std::chrono::steady_clock::now() < *deadline)) {
    const std::uint64_t seen = epoch_.load();
    if (!run.work(true, deadline) && !run.ended()) {
      sleep(seen, true);
      Execution::mark_own_run();
      run.give_up_if_late();
    }
  }
}

void Pool::close() {
  std::vector<std::shared_ptr<Execution>> runs;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    runs.swap(runs_);
  }
  for (const auto& run : runs) {
    run->stop(std::make_exception_ptr(EngineLost("the engine was destroyed while the run was under way")));
  }
  std::unique_lock lock(mutex_);
  awake_.notify_all();
  // The last handle of an engine may be dropped inside one of its own tasks.
  const std::size_t own = inside() ? 1 : 0;
  const auto patience = 2 * Execution::kGrace;  // so that a run that is late is late for sure
  gone_.wait_for(lock, patience, [&] { return alive_ == own; });
  for (Worker& worker : workers_) {
    if (worker.over) {
      worker.thread.join();
    } else {
      worker.thread.detach();  // it holds what it needs
    }
  }
  lock.unlock();
  for (const auto& run : runs) run->give_up_if_late();
  monitor_.close();
}

class ThreadedRun final : public Execution {
 public:
  ThreadedRun(std::shared_ptr<Pool> pool, TaskGraph graph, const RunOptions& options, unsigned num_threads)
      : Execution(std::move(graph), options, num_threads, TaskBatch::kRoom, [pool] { pool->wake(); }),
        pool_(std::move(pool)) {}
  ThreadedRun(const ThreadedRun&) = delete;
  ThreadedRun& operator=(const ThreadedRun&) = delete;
  ~ThreadedRun() override { pool_->forget(this); }

 protected:
  void wait_until(std::optional<Clock::time_point> deadline) override {
    if (pool_->inside()) {
      pool_->work_inside(*this, deadline);
    } else {
      sleep_until(deadline);
    }
  }

  bool yields() const noexcept override { return pool_->shared(); }
  void threads_abandoned(unsigned count) override { pool_->replace(count); }
  void thread_returned() override { pool_->take_back(); }

 private:
  std::shared_ptr<Pool> pool_;
};

class ThreadedEngine final : public Engine {
 public:
  explicit ThreadedEngine(unsigned max_threads) : max_threads_(max_threads) {}
  ~ThreadedEngine() override { pool_->close(); }

  std::string_view name() const override { return "threads"; }
  bool inside_task() const noexcept override { return pool_->inside(); }

  Run submit(TaskGraph graph, const RunOptions& options) override {
    const unsigned threads = threads_for(options);
    auto run = std::make_shared<ThreadedRun>(pool_, std::move(graph), options, threads);
    if (!run->ended()) pool_->start(run, threads);
    return Run(std::move(run));
  }

 private:
  unsigned threads_for(const RunOptions& options) const {
    constexpr unsigned kMost = 4096;
    const unsigned most = max_threads_ != 0 ? max_threads_ : kMost;
    if (options.num_threads > most) {
      throw InvalidArgument("num_threads must be at most " + std::to_string(most) + ", not " +
                            std::to_string(options.num_threads));
    }
    if (options.num_threads != 0) return options.num_threads;
    return max_threads_ != 0 ? max_threads_ : usable_threads();
  }

  const unsigned max_threads_;
  const std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace
}  // namespace engine

std::shared_ptr<Engine> make_threaded_engine(unsigned max_threads) {
  return std::make_shared<engine::ThreadedEngine>(max_threads);
}

}  // namespace treadle
