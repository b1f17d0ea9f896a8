#include "engine/execution.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/byte_size.h"
#include "base/cycle_clock.h"
#include "base/machine.h"
#include "engine/failure.h"
#include "engine/prefetch.h"
#include "engine/state_dump.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

// What a thread has run is settled after this long, so that others are not kept waiting (some 50
// microseconds).
constexpr std::uint64_t kLongBatch = 150'000;
// A batch below this is worth making larger.
constexpr std::uint64_t kShortBatch = 50'000;
// Values larger than this are not made many at a time: the order of the tasks keeps few of them alive.
constexpr std::size_t kSmallValue = 4096;
// How many of the tasks that wait for a failed one its message names.
constexpr std::size_t kNamedUsers = 3;

// How often a thread that waits for another run says that its own gets on.
constexpr std::chrono::seconds kMarkEvery{1};

// Others hold the run's lock for microseconds: sleeping would take longer than waiting for it.
void lock_soon(std::unique_lock<std::mutex>& lock) {
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    if (lock.try_lock()) return;
    pause_briefly();
  }
  lock.lock();
}

// What the thread's task belongs to; null outside of tasks.
thread_local RunServices* own_run = nullptr;

}  // namespace

Execution::Worker::Worker()
    : thread(thread_number()), system_thread(::syscall(SYS_gettid)), since(Clock::now()) {
  ::pthread_getcpuclockid(::pthread_self(), &cpu_clock);
}

Execution::Execution(TaskGraph graph, const RunOptions& options, unsigned max_workers,
                     std::uint32_t most_at_once, std::function<void()> wake)
    : most_at_once_(most_at_once),
      wake_(std::move(wake)),
      on_end_(options.on_end),
      on_failure_(options.on_failure),
      if_outputs_do_not_fit_(options.if_outputs_do_not_fit),
      services_(options, max_workers),
      state_(std::make_shared<const TaskGraph>(std::move(graph)), options.retries, options.on_failure),
      num_outputs_(state_.graph(0)->outputs().size()),
      values_(services_.budget, !if_outputs_do_not_fit_.empty()),
      watch_(options.watchdog),
      recording_(RunRecording::make(options, max_workers)) {
  services_.run_strips = [this](StripLoop& strips, TaskContext& context) { run_strips(strips, context); };
  services_.admitted = [this] { let_others_in(); };
  services_.budget.set_reclaimer([this](std::size_t wanted) { return reclaim(wanted); });
  add_values(0, state_.graph(0));
  if (recording_) recording_->sample_with([this] { return sample(); });
  std::unique_lock lock(mutex_);
  if (state_.ended()) end(lock);  // no tasks at all
}

Execution::~Execution() = default;

void Execution::add_values(std::uint32_t number, std::shared_ptr<const TaskGraph> graph) {
  std::unique_ptr<GraphRecord> record = recording_ ? recording_->record_of(number, *graph) : nullptr;
  values_.add(std::move(graph), std::move(record));
}

bool Execution::work(bool waiting, std::optional<Clock::time_point> until) {
  std::unique_lock lock(mutex_);
  if (ending_ || (!waiting && workers_ >= services_.max_workers)) return false;
  workers_ += waiting ? 0 : 1;
  Worker self;
  TaskBatch& batch = self.batch;
  inside_.push_back(&self);
  RunServices* const outer_run = std::exchange(own_run, &services_);
  Pace pace;
  std::vector<Value> inputs;
  std::optional<RunRecording::ThreadClock> clock;
  Trash trash;
  std::uint32_t count = claim(batch, pace);
  const bool worked = count != 0 || help_strips(lock);
  while (count != 0) {
    const bool others = state_.has_ready() && !memory_short_ && (waiting || workers_ < services_.max_workers);
    batches_.push_back(&batch);
    self.since = Clock::now();
    const auto tasks = state_.tasks_of(batch[0].claim.ref.graph);
    lock.unlock();
    // Before others can take from the batch: a task that was stolen may be done, and its graph gone, at any
    // moment.
    prefetch(batch, tasks);
    batch.open();
    trash.clear();
    if (others) wake_();
    const std::size_t used = services_.budget.used(), limit = services_.budget.limit();
    if (used > limit) reclaim(used - limit);
    run_batch(batch, inputs, pace, clock);
    lock_soon(lock);
    std::erase(batches_, &batch);
    settle(batch, pace, trash);
    const bool leaves = yields() || (until && Clock::now() >= *until);
    count = leaves ? 0 : claim(batch, pace);
  }
  if (!trash.empty()) {
    lock.unlock();
    trash.clear();
    lock.lock();
  }
  own_run = outer_run;
  std::erase(inside_, &self);
  leave(lock, waiting);
  return worked;
}

std::uint32_t Execution::claim(TaskBatch& batch, const Pace& pace) {
  if (memory_short_ || alone_ || (alone_next_ && state_.num_running() != 0)) return 0;
  if (alone_next_) must_run_ = true;
  // The other threads need some, too.
  const std::size_t share = 1 + state_.num_ready() / (2 * std::size_t{services_.max_workers});
  std::array<TaskRef, TaskBatch::kRoom> refs;
  const std::size_t room = must_run_ ? 1 : std::min<std::size_t>(pace.tasks, share);
  auto count = static_cast<std::uint32_t>(state_.take(std::span(refs).first(room)));
  for (std::uint32_t i = 0; i < count; ++i) {
    batch[i].set({refs[i], values_.of(refs[i].graph), reloads_of(refs[i]), must_run_, alone_next_});
  }
  if (count != 0) {
    alone_ = std::exchange(alone_next_, false);
    // Else others would take what is spilled for it, and it would run with more than there is.
    memory_short_ = std::exchange(must_run_, false);
  }
  for (std::size_t i = 0; count == 0 && !state_.stopped() && i < batches_.size(); ++i) {
    if (const auto stolen = batches_[i]->steal()) {
      batch[0].set(*stolen);
      if (state_.unwanted(stolen->ref)) batch[0].stop.request();
      count = 1;
    }
  }
  batch.fill(count);
  return count;
}

std::shared_ptr<const Reloads> Execution::reloads_of(TaskRef ref) const {
  if (!values_.any_spilled()) return nullptr;
  std::shared_ptr<Reloads> reloads;
  const GraphValues& home = *values_.of(ref.graph);
  const auto inputs = home.graph->inputs(ref.task);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto spilled = values_.spilled({ref.graph, home.table.of(inputs[i])});
    if (!spilled) continue;
    if (!reloads) reloads = std::make_shared<Reloads>();
    reloads->emplace_back(i, std::move(spilled));
  }
  return reloads;
}

// A task that must run has its memory.
void Execution::let_others_in() {
  {
    const std::lock_guard lock(mutex_);
    memory_short_ = false;
  }
  wake_();
}

// Spills kept and finished values until `wanted` bytes are free. Called by whoever finds the budget full,
// without locks of this run; whether it freed any.
bool Execution::reclaim(std::size_t wanted) noexcept {
  // What no task waits for goes first.
  std::size_t freed = services_.spill_kept(wanted);
  try {
    while (freed < wanted) {
      const auto more = spill_one();
      if (!more) break;
      freed += *more;
    }
  } catch (const std::exception& error) {
    // Whoever needs the memory says so; this says why it is not there.
    services_.warn(std::string("finished values stay in memory: ") + error.what());
    const std::lock_guard lock(mutex_);
    cannot_spill_ = true;
  }
  return freed != 0;
}

// Spills the finished value that is used last; the bytes that this freed, none if there is nothing to spill.
std::optional<std::size_t> Execution::spill_one() {
  std::unique_lock lock(mutex_);
  if (ending_ || cannot_spill_) return std::nullopt;
  auto victim = values_.choose_victim([this](SlotRef where) {
    if (in_use(where)) return std::uint64_t{0};
    return state_.next_use({where.graph, values_.of(where.graph)->table.task_of(where.slot)});
  });
  if (!victim) return std::nullopt;
  if (in_use(victim->where)) {
    values_.keep(*victim);
    return std::nullopt;
  }
  if (!spill_file_) spill_file_ = services_.make_spill_file("finished values");
  const auto file = spill_file_;
  lock.unlock();
  std::shared_ptr<const SpilledValue> spilled;
  try {
    spilled = std::make_shared<const SpilledValue>(file, victim->value);
  } catch (const IoError&) {
    throw;
  } catch (const std::exception& error) {
    // Its own fault: this one is a victim no more, others are.
    services_.warn("a value of " + std::string(victim->value.kind()) + " stays in memory: " + error.what());
    return 0;
  }
  const std::size_t bytes = victim->value.nbytes();
  services_.count(Counter::kBytesSpilled, spilled->stored_bytes());
  Trash trash;
  lock.lock();
  // Not there any more: somebody was quicker. In use by now: others may be there.
  const bool used = in_use(victim->where);
  const bool replaced = values_.replace(std::move(*victim), std::move(spilled), used, trash);
  lock.unlock();
  return replaced ? bytes : 0;
}

// Whether a task that a thread has taken reads this slot, perhaps just now.
bool Execution::in_use(SlotRef where) {
  for (TaskBatch* batch : batches_) {
    for (std::uint32_t i = 0; i < batch->count(); ++i) {
      const Claim& claim = (*batch)[i].claim;
      if (claim.ref.graph != where.graph) continue;
      for (const TaskOutput& input : claim.values->graph->inputs(claim.ref.task)) {
        if (claim.values->table.of(input) == where.slot) return true;
      }
    }
  }
  return false;
}

void Execution::run_batch(TaskBatch& batch, std::vector<Value>& inputs, Pace& pace,
                          std::optional<RunRecording::ThreadClock>& clock) {
  if (recording_ && !clock) clock = recording_->thread_clock();
  const std::uint64_t begin = ticks();
  std::uint64_t taken = 0;
  std::array<std::uint64_t, TaskBatch::kRoom> finished;
  std::uint32_t ran = 0;
  while (const auto index = batch.next()) {
    auto& [claim, answer, stop] = batch[*index];
    run_task(services_, claim, stop, inputs, answer);
    finished[ran] = ticks();
    taken = finished[ran++] - begin;
    if (taken > kLongBatch || services_.stop.requested()) break;
  }
  if (recording_) recording_->record(batch, *clock, begin, std::span(finished).first(ran));
  if (taken > kLongBatch) {
    pace.tasks = 1;
  } else if (taken < kShortBatch) {
    pace.tasks = std::min(pace.tasks * 2, most_at_once_);
  }
}

void Execution::settle(TaskBatch& batch, Pace& pace, Trash& trash) {
  const auto [ran, taken] = batch.close();
  for (std::uint32_t i = ran; i < taken; ++i) put_back(batch[i].claim.ref);
  std::array<TaskRef, TaskBatch::kRoom> finished;
  std::array<std::uint32_t, TaskBatch::kRoom>
      others;  // a failure among them is no matter of those that finished
  std::uint32_t count = 0, num_others = 0;
  bool short_of_memory = false;
  for (std::uint32_t i = 0; i < ran; ++i) {
    auto& [claim, answer, stop] = batch[i];
    if (claim.alone) alone_ = false;
    alone_next_ |= answer.ran_out;
    if (answer.put_back && !answer.ran_out) {
      short_of_memory = true;
    } else {
      memory_short_ = false;
    }
    auto* values = std::get_if<std::vector<Value>>(&answer.outcome);
    if (values != nullptr && !answer.error && !answer.put_back && !ending_ && !state_.unwanted(claim.ref)) {
      const std::size_t bytes = values_.publish(claim.ref, std::move(*values), std::move(answer.output));
      if (bytes > kSmallValue) pace.tasks = 1;
      finished[count++] = claim.ref;
    } else {
      others[num_others++] = i;
    }
  }
  if (count + num_others != 0 && !short_of_memory) services_.mark();
  state_.finish(std::span(finished).first(count), effects_);
  apply_effects(trash);
  for (std::uint32_t i = 0; i < num_others; ++i) {
    settle_one(batch[others[i]].claim, batch[others[i]].answer);
    apply_effects(trash);
  }
  check_outputs_fit();
  if (!short_of_memory) return;
  // One task always goes on. The others wait until one that runs gives its memory back.
  must_run_ = state_.num_running() == 0;
  memory_short_ = !must_run_;
}

// Outputs that are there only become more: what does not fit by now is not computed to its end.
void Execution::check_outputs_fit() {
  if (if_outputs_do_not_fit_.empty() || ending_ || error_) return;
  if (values_.output_bytes() <= services_.budget.limit()) return;
  services_.stop.request();
  state_.stop();
  error_ = std::make_exception_ptr(OutOfMemory(outputs_do_not_fit()));
}

std::string Execution::outputs_do_not_fit() const {
  return "the results take " + format_byte_size(values_.output_bytes()) + " so far, but working_memory is " +
         format_byte_size(services_.budget.limit()) + " and " +
         format_byte_size(services_.budget.available()) + " of it are free; raise working_memory, or " +
         if_outputs_do_not_fit_;
}

// The outputs, in memory. Those on disk are read once the room for all of them is there.
std::vector<Value> Execution::take_outputs() {
  if (if_outputs_do_not_fit_.empty()) return values_.outputs();
  Reservation room = services_.budget.reserve("results");
  const std::size_t bytes = values_.output_bytes_on_disk();
  // Outputs in memory are not spilled for others: they would have to come back.
  if (!room.try_grow(bytes, false) && (!services_.make_room(bytes) || !room.try_grow(bytes, false))) {
    throw OutOfMemory(outputs_do_not_fit());
  }
  return values_.outputs();
}

void Execution::apply_effects(Trash& trash) {
  for (const Effect& effect : effects_) {
    if (effect.kind == Effect::Kind::kStop) stop_task(effect.task);
  }
  if (!ending_) values_.apply(effects_, trash);  // else all values are gone, or will be
  effects_.clear();
}

// A task that a thread has taken; its answer will be dropped.
void Execution::stop_task(TaskRef ref) {
  for (TaskBatch* batch : batches_) {
    for (std::uint32_t i = 0; i < batch->count(); ++i) {
      if ((*batch)[i].claim.ref == ref) (*batch)[i].stop.request();
    }
  }
}

// Everything but values that somebody waits for.
void Execution::settle_one(const Claim& claim, Answer& answer) {
  if (answer.put_back) {
    put_back(claim.ref);
  } else if (ending_ || state_.stopped() || state_.unwanted(claim.ref)) {
    state_.drop(claim.ref, effects_);
    answer = {};
  } else if (answer.error) {
    failed(claim, answer.error);
    answer.error = nullptr;  // the run's copy is the one that matters, and whoever waits may look at it
  } else {
    std::shared_ptr<const TaskGraph> more = std::get<Expansion>(std::move(answer.outcome)).graph;
    add_values(state_.num_graphs(), more);
    state_.expand(claim.ref, std::move(more), effects_);
  }
}

void Execution::put_back(TaskRef ref) {
  if (ending_ || state_.stopped() || state_.unwanted(ref)) {
    state_.drop(ref, effects_);
  } else {
    state_.put_back(ref);
  }
}

void Execution::failed(const Claim& claim, const std::exception_ptr& error) {
  std::vector<std::string> chain = chain_of(claim.ref);  // its graph may be gone afterwards
  if (state_.fail(claim.ref, effects_) || state_.first_failure() != claim.ref) return;
  error_ = failure_of(chain, error);
  failed_tasks_ = std::move(chain);
}

std::vector<std::string> Execution::chain_of(TaskRef ref) const {
  const auto name = [&](TaskRef task) { return state_.graph(task.graph)->name(task.task); };
  std::vector<std::string> chain{name(ref)};
  for (const TaskRef& user : state_.users_of(ref, kNamedUsers)) chain.push_back(name(user));
  return chain;
}

bool Execution::help_strips(std::unique_lock<std::mutex>& lock) {
  if (alone_) return false;
  for (auto strips = open_strips_.begin(); strips != open_strips_.end(); ++strips) {
    ++strips->helpers;  // keeps the entry and its StripRun where they are
    lock.unlock();
    const bool helped = strips->run->help();
    lock.lock();
    if (--strips->helpers == 0) changed_.notify_all();
    if (helped) return true;
  }
  return false;
}

void Execution::run_strips(StripLoop& strips, TaskContext& context) {
  StripRun run(strips, context, std::size_t{services_.max_workers} + 2, wake_);
  std::unique_lock lock(mutex_);
  const auto entry = open_strips_.insert(open_strips_.end(), {&run, 0});
  lock.unlock();
  wake_();
  std::exception_ptr error;
  try {
    run.run_to_end();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  changed_.wait(lock, [&] { return entry->helpers == 0; });
  open_strips_.erase(entry);
  if (error) std::rethrow_exception(error);
}

// The last one out of a run that is over ends it: by then all that it held is gone.
void Execution::leave(std::unique_lock<std::mutex>& lock, bool waiting) {
  const bool was_full = !waiting && workers_ == services_.max_workers;
  workers_ -= waiting ? 0 : 1;
  if (inside_.empty() && !ending_ && state_.ended()) {
    end(lock);
  } else if (ending_) {
    late_answer(lock);
  } else if (was_full && state_.has_ready()) {
    // Those that found the run full may sleep, and this thread may go to another run.
    lock.unlock();
    wake_();
  }
}

// The run ended without it; with the last one goes what they used.
void Execution::late_answer(std::unique_lock<std::mutex>& lock) {
  Trash trash;
  const bool last = inside_.empty();
  if (last) values_.clear(trash);
  lock.unlock();
  if (last) services_.spill_folder.remove();
  thread_returned();
}

void Execution::end(std::unique_lock<std::mutex>& lock) {
  ending_ = true;
  if (!inside_.empty()) threads_abandoned(static_cast<unsigned>(inside_.size()));
  if (!error_ && !state_.complete()) error_ = std::make_exception_ptr(Cancelled());
  const bool partly = state_.first_failure() && on_failure_ == OnFailure::kFinishOthers && !state_.stopped();
  if (!error_ || partly) {
    try {
      outputs_ = take_outputs();
    } catch (...) {
      if (!error_) error_ = std::current_exception();
    }
  }
  // Tasks that did not stop in time still use their values and files.
  if (inside_.empty()) {
    Trash trash;
    values_.clear(trash);
    spill_file_.reset();
    lock.unlock();
    services_.spill_folder.remove();
    trash.clear();
    lock.lock();
  }
  if (recording_) {
    lock.unlock();
    recording_->end(error_);
    lock.lock();
  }
  services_.let_go_of_kept();
  ended_at_ = Clock::now();
  ended_.store(true, std::memory_order_release);
  changed_.notify_all();
  lock.unlock();
  wake_();
  if (on_end_) on_end_();
}

void Execution::stop(std::exception_ptr reason) {
  std::unique_lock lock(mutex_);
  if (ending_ || stopped_at_) return;
  services_.stop.request();
  state_.stop();
  stopped_at_ = Clock::now();
  if (!error_) error_ = std::move(reason);
  changed_.notify_all();
  if (state_.ended() && inside_.empty()) end(lock);
}

void Execution::cancel() { stop(std::make_exception_ptr(Cancelled())); }

// When a stopped run is given up.
std::optional<Execution::Clock::time_point> Execution::patience() const {
  if (!stopped_at_ || ending_) return std::nullopt;
  return *stopped_at_ + kGrace;
}

void Execution::give_up_if_late(Clock::time_point now) {
  std::unique_lock lock(mutex_);
  if (const auto until = patience(); until && now >= *until) end(lock);
}

void Execution::look(const Pulse& pulse) {
  services_.memory_watch.sample(services_.budget, pulse.resident_bytes, pulse.now);
  give_up_if_late(pulse.now);
  std::unique_lock lock(mutex_);
  if (ending_ || stopped_at_) return;
  // Others have the threads, or nobody is there to run it.
  if (inside_.empty() && (pulse.any_at_work || needs_driver())) return watch_.restart(pulse.now);
  if (!watch_.stuck(pulse.now, signs())) return;
  const std::string message = "no task of the run gets on: " + dump(pulse.now);
  lock.unlock();
  stop(std::make_exception_ptr(EngineLost(message)));
}

bool Execution::at_work() const {
  const std::lock_guard lock(mutex_);
  return !inside_.empty();
}

void Execution::mark_own_run() noexcept {
  if (own_run != nullptr) own_run->mark();
}

SignsOfLife Execution::signs() const {
  SignsOfLife signs{services_.marks(), {}};
  for (const Worker* worker : inside_) {
    std::timespec time{};
    if (::clock_gettime(worker->cpu_clock, &time) != 0) continue;
    signs.cpu += std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  return signs;
}

std::string Execution::dump(Clock::time_point now) const {
  std::vector<ThreadActivity> threads;
  for (const Worker* worker : inside_) {
    ThreadActivity activity{{}, worker->thread, worker->system_thread, now - worker->since};
    if (const Claim* claim = worker->batch.current()) {
      activity.task = claim->values->graph->name(claim->ref.task);
    }
    threads.push_back(std::move(activity));
  }
  return dump_state(state_, threads, services_.budget, memory_short_);
}

void Execution::sleep_until(std::optional<Clock::time_point> deadline) {
  while (!ended() && (!deadline || Clock::now() < *deadline)) {
    give_up_if_late();
    std::unique_lock lock(mutex_);
    if (ended()) return;
    auto until = Clock::time_point::max();
    if (const auto late = patience()) until = *late;
    if (deadline) until = std::min(until, *deadline);
    if (own_run != nullptr) until = std::min(until, Clock::now() + kMarkEvery);
    if (until == Clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, until);
    }
    mark_own_run();
  }
}

void Execution::wait() {
  wait_until(std::nullopt);
  if (error_) std::rethrow_exception(error_);
}

bool Execution::wait_for(std::chrono::milliseconds timeout) {
  // A timeout of hundreds of years would overflow the clock.
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
  wait_until(Clock::now() + std::min(timeout, kLongest));
  return ended();
}

std::vector<Value> Execution::outputs() {
  wait();
  return outputs_;
}

std::vector<Value> Execution::finished_outputs() {
  wait_until(std::nullopt);
  std::vector<Value> values = outputs_;
  values.resize(num_outputs_);  // none at all of a run that did not get there
  return values;
}

Progress Execution::progress() const {
  Progress progress;
  progress.counters = services_.counters();
  const std::lock_guard lock(mutex_);
  progress.tasks_done = state_.num_done();
  progress.tasks_total = state_.num_tasks();
  progress.finished = ended();
  return progress;
}

ResourceSample Execution::sample() const {
  const Progress now = progress();
  ResourceSample sample;
  sample.resident_bytes = resident_bytes();
  sample.working_bytes = services_.budget.used();
  sample.cpu_nanoseconds = process_cpu_ns();
  sample.bytes_read = now.counter(Counter::kBytesRead);
  sample.bytes_written = now.counter(Counter::kBytesWritten);
  sample.bytes_spilled = now.counter(Counter::kBytesSpilled);
  sample.tasks_done = now.tasks_done;
  return sample;
}

Statistics Execution::statistics() {
  wait_until(std::nullopt);
  Statistics statistics;
  statistics.progress = progress();
  const std::lock_guard lock(mutex_);
  statistics.wall = ended_at_ - started_;
  statistics.peak_working_memory = services_.budget.peak();
  statistics.warnings = services_.warnings();
  statistics.failed_tasks = failed_tasks_;
  return statistics;
}

}  // namespace treadle::engine
