#include "engine/execution.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include "base/byte_size.h"
#include "base/clock.h"
#include "base/machine.h"
#include "engine/failure.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

// How long a stopped run waits for its tasks to notice: with it, control returns within 200 ms.
constexpr std::chrono::milliseconds kGrace{150};
// The share of the machine's memory that a run may use unless told otherwise.
constexpr double kMemoryShare = 0.7;
// More warnings than a user reads.
constexpr std::size_t kMostWarnings = 1000;

std::size_t working_memory(const RunOptions& options) {
  if (options.working_memory) {
    if (*options.working_memory == 0) throw InvalidArgument("working_memory must be more than 0 bytes");
    return *options.working_memory;
  }
  const auto share = static_cast<std::size_t>(static_cast<double>(machine_memory()) * kMemoryShare);
  return std::max(share - std::min(share, resident_bytes()), std::size_t{64} << 20);
}

bool is_cancelled(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

unsigned thread_number() {
  static std::atomic<unsigned> next{0};
  thread_local const unsigned number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

// What a task holds while it runs: working memory, and room for what it will answer.
struct Execution::Admission {
  Reservation work;
  Reservation output;
  bool counted = false;  // in holding_memory_
};

// The engine's side of one running task.
class TaskRun final : public TaskContext {
 public:
  TaskRun(Execution& execution, const Task& task, Reservation& memory)
      : execution_(execution), task_(task), memory_(memory) {}

  const Key& key() const override { return task_.key; }
  bool stop_requested() const noexcept override { return execution_.stop_.requested(); }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return execution_.budget_.reserve(holder, bytes);
  }
  void run_strips(StripLoop& strips) override { execution_.run_strips(strips, *this); }
  const std::string& spill_directory() override { return execution_.spill_folder_.path(); }
  void count(Counter counter, std::uint64_t amount) noexcept override {
    execution_.own_counters().counts[static_cast<std::size_t>(counter)].fetch_add(amount,
                                                                                  std::memory_order_relaxed);
  }
  void warn(std::string_view message) override {
    const std::lock_guard lock(execution_.mutex_);
    if (execution_.warnings_.size() < kMostWarnings) execution_.warnings_.emplace(message);
  }

 private:
  Execution& execution_;
  const Task& task_;
  Reservation& memory_;
};

Execution::Execution(TaskGraph graph, const RunOptions& options, unsigned max_workers,
                     std::function<void()> wake)
    : max_workers_(max_workers),
      wake_(std::move(wake)),
      on_end_(options.on_end),
      spill_folder_(options.spill_directory),
      budget_(working_memory(options)),
      state_(std::make_shared<const TaskGraph>(std::move(graph)), options.retries),
      values_memory_(budget_.reserve("finished values")) {
  if (options.listener) {
    recorder_ = std::make_unique<report::Recorder>(
        options.listener, RecordingInfo{options.title, max_workers, std::time(nullptr)});
  }
  add_values(state_.graph(0));
  if (recorder_) recorder_->sample_with([this] { return sample(); });
  std::unique_lock lock(mutex_);
  if (state_.ended()) end(lock);  // no tasks at all
}

Execution::~Execution() = default;

void Execution::add_values(std::shared_ptr<const TaskGraph> graph) {
  SlotTable table(*graph);
  std::vector<Value> slots(table.size());
  auto values = std::make_unique<GraphValues>(
      GraphValues{std::move(graph), std::move(table), std::move(slots), {}, {}});
  if (recorder_) {
    const auto tasks = static_cast<TaskId>(values->graph->num_tasks());
    for (TaskId id = 0; id < tasks; ++id) {
      values->kinds.push_back(recorder_->kind(values->graph->shared_operation(id)->name()));
    }
    values->finished.resize(tasks);
  }
  values_.push_back(std::move(values));
}

Execution::CounterLine& Execution::own_counters() noexcept {
  return counters_[thread_number() % counters_.size()];
}

bool Execution::work(bool waiting, std::optional<Clock::time_point> until) {
  std::unique_lock lock(mutex_);
  if (ending_ || (!waiting && workers_ >= max_workers_)) return false;
  workers_ += waiting ? 0 : 1;
  ++inside_;
  auto claimed = claim();
  const bool worked = claimed ? true : help_strips(lock);
  Trash trash;
  while (claimed) {
    const bool more = state_.has_ready() && !memory_short_ && (waiting || workers_ < max_workers_);
    lock.unlock();
    trash = {};
    if (more) wake_();
    Answer answer = run_task(*claimed);
    if (recorder_) record(*claimed, answer);
    lock.lock();
    settle(*claimed, answer, trash);
    answer.error = nullptr;  // the run's copy is the last one that matters, and whoever waits may look at it
    claimed = until && Clock::now() >= *until ? std::nullopt : yields() ? std::nullopt : claim();
  }
  if (!trash.empty()) {
    lock.unlock();
    trash = {};
    lock.lock();
  }
  leave(lock, waiting);
  return worked;
}

// The last one out of a run that is over ends it: by then all that it held is gone.
void Execution::leave(std::unique_lock<std::mutex>& lock, bool waiting) {
  const bool was_full = workers_ == max_workers_;
  workers_ -= waiting ? 0 : 1;
  --inside_;
  // Those that found the run full may sleep, and this thread may go to another run.
  const bool turned_away = was_full && !waiting && state_.has_ready();
  if (inside_ == 0 && !ending_ && state_.ended()) {
    end(lock);
  } else if (inside_ == 0 && ending_) {
    // The last late answer: the run ended without it.
    Trash trash;
    drop_values(trash);
    lock.unlock();
    spill_folder_.remove();
  } else if (turned_away) {
    lock.unlock();
    wake_();
  }
}

std::optional<Execution::Claim> Execution::claim() {
  if (memory_short_) return std::nullopt;
  const auto ref = state_.take();
  if (!ref) return std::nullopt;
  return Claim{*ref, values_[ref->graph].get()};
}

bool Execution::help_strips(std::unique_lock<std::mutex>& lock) {
  for (auto strips = open_strips_.begin(); strips != open_strips_.end(); ++strips) {
    ++strips->helpers;  // keeps the entry and its StripRun where they are
    lock.unlock();
    const bool helped = strips->run->help();
    lock.lock();
    if (--strips->helpers == 0) changed_.notify_all();
    if (helped) return true;
    // Others may have left the list meanwhile; this one may have, too, as soon as the lock goes.
  }
  return false;
}

void Execution::run_strips(StripLoop& strips, TaskContext& context) {
  StripRun run(strips, context, std::size_t{max_workers_} + 2, wake_);
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

Execution::Answer Execution::run_task(const Claim& claim) {
  const Task task = claim.values->graph->task(claim.ref.task);
  Answer answer;
  if (recorder_) answer.begin = recorder_->now();
  Admission admission;
  try {
    const std::vector<Value> inputs = gather(claim);
    if (!admit(task.operation, inputs, admission)) {
      answer.put_back = true;
      return answer;
    }
    TaskRun context(*this, task, admission.work);
    answer.outcome = task.operation.run(inputs, context);
    check(claim, answer.outcome);
  } catch (...) {
    answer.error = std::current_exception();
  }
  answer.held_memory = admission.counted;
  return answer;
}

void Execution::record(const Claim& claim, const Answer& answer) {
  if (answer.put_back) return;
  GraphValues& values = *claim.values;
  TaskEvent event;
  event.task = std::uint64_t{claim.ref.graph} << 32 | claim.ref.task;
  event.kind = values.kinds[claim.ref.task];
  event.worker = static_cast<std::uint16_t>(thread_number());
  event.begin = answer.begin;
  event.finish = recorder_->now();
  event.ready = 0;
  for (const TaskOutput& edge : values.graph->inputs(claim.ref.task)) {
    event.ready = std::max(event.ready, values.finished[edge.task]);
  }
  if (answer.error) {
    event.end = TaskEnd::kFailed;
  } else if (const auto* slots = std::get_if<std::vector<Value>>(&answer.outcome)) {
    for (const Value& value : *slots) event.bytes += value.nbytes();
  } else {
    event.end = TaskEnd::kExpanded;
  }
  // Read by its users only after this task was settled under the lock.
  values.finished[claim.ref.task] = event.finish;
  recorder_->add(event);
}

ResourceSample Execution::sample() const {
  ResourceSample sample;
  const Progress now = progress();
  sample.time = recorder_->now();
  sample.resident_bytes = resident_bytes();
  sample.working_bytes = budget_.used();
  sample.cpu_nanoseconds = process_cpu_ns();
  sample.bytes_read = now.counter(Counter::kBytesRead);
  sample.bytes_written = now.counter(Counter::kBytesWritten);
  sample.bytes_spilled = now.counter(Counter::kBytesSpilled);
  sample.tasks_done = now.tasks_done;
  return sample;
}

// Before anybody hears of the end, so that the listener has everything by then.
void Execution::end_recording(std::unique_lock<std::mutex>& lock) {
  std::string outcome = "finished";
  try {
    if (error_) std::rethrow_exception(error_);
  } catch (const Cancelled&) {
    outcome = "cancelled";
  } catch (const std::exception& error) {
    outcome = error.what();
  }
  lock.unlock();
  recorder_->end(outcome);
  lock.lock();
}

std::vector<Value> Execution::gather(const Claim& claim) {
  std::vector<Value> inputs;
  const auto edges = claim.values->graph->inputs(claim.ref.task);
  inputs.reserve(edges.size());
  for (const TaskOutput& edge : edges) inputs.push_back(claim.values->slots[claim.values->table.of(edge)]);
  return inputs;
}

// Reserves what the task needs. False: the memory is not there yet.
bool Execution::admit(const Operation& operation, std::span<const Value> inputs, Admission& admission) {
  std::vector<SizeEstimate> sizes;
  sizes.reserve(inputs.size());
  for (const Value& input : inputs) sizes.push_back({input.nbytes(), true});
  const MemoryNeed need = operation.memory_need(sizes);
  admission.work = budget_.reserve(operation.name());
  if (need.least == 0 && need.wished == 0 && need.output == 0) return true;
  if (need.least > budget_.limit()) {
    throw OutOfMemory(std::string(operation.name()) + " needs at least " + format_byte_size(need.least) +
                      ", but working_memory is " + format_byte_size(budget_.limit()) +
                      "; raise working_memory");
  }
  admission.output = budget_.reserve(operation.name());
  admission.counted = true;
  holding_memory_.fetch_add(1);
  // No task takes by wish what the other threads need.
  const std::size_t wish = std::max(need.least, std::min(need.wished, budget_.limit() / max_workers_));
  if (admission.output.try_grow(need.output)) {
    if (admission.work.try_grow(wish) || admission.work.try_grow(need.least)) return true;
    admission.output.shrink(need.output);
  }
  // One task is always admitted.
  if (holding_memory_.fetch_sub(1) == 1) {
    holding_memory_.fetch_add(1);
    admission.output.grow_anyway(need.output);
    admission.work.grow_anyway(need.least);
    return true;
  }
  return false;
}

void Execution::check(const Claim& claim, const Outcome& outcome) {
  const Operation& operation = *claim.values->graph->shared_operation(claim.ref.task);
  const std::string name(operation.name());
  const auto* expansion = std::get_if<Expansion>(&outcome);
  if (expansion != nullptr && !expansion->graph) {
    throw InvalidArgument(name + " answered with an expansion without a graph");
  }
  if (expansion != nullptr && !operation.may_expand()) {
    throw InvalidArgument(name + " answered with an expansion, but its may_expand() says that it never does");
  }
  const std::size_t expected = claim.values->graph->num_slots(claim.ref.task);
  const std::size_t found =
      expansion != nullptr ? expansion->graph->outputs().size() : std::get<0>(outcome).size();
  if (found == expected) return;
  throw InvalidArgument(name + " must answer with " + std::to_string(expected) +
                        (expected == 1 ? " value" : " values") +
                        ", as its num_slots() says; it answered with " + std::to_string(found));
}

void Execution::settle(const Claim& claim, Answer& answer, Trash& trash) {
  if (answer.put_back) {
    if (state_.stopped()) {
      state_.drop(claim.ref);
    } else {
      state_.put_back(claim.ref);
      // Unless the one that held the memory has just gone: then the next try is always admitted.
      memory_short_ = holding_memory_ != 0;
    }
    return;
  }
  if (answer.held_memory) --holding_memory_;
  memory_short_ = false;
  if (answer.error) {
    failed(claim, answer.error);
  } else if (ending_) {
    state_.drop(claim.ref);
  } else if (auto* expansion = std::get_if<Expansion>(&answer.outcome)) {
    std::shared_ptr<const TaskGraph> more = std::move(expansion->graph);
    add_values(more);
    state_.expand(claim.ref, std::move(more), effects_);
  } else {
    publish(claim, std::get<0>(std::move(answer.outcome)));
    state_.finish(claim.ref, effects_);
  }
  apply(trash);
}

void Execution::publish(const Claim& claim, std::vector<Value>&& values) {
  std::size_t bytes = 0;
  const std::uint32_t first = claim.values->table.first(claim.ref.task);
  for (std::size_t i = 0; i < values.size(); ++i) {
    bytes += values[i].nbytes();
    claim.values->slots[first + i] = std::move(values[i]);
  }
  values_memory_.grow_anyway(bytes);
}

void Execution::apply(Trash& trash) {
  for (const Effect& effect : effects_) {
    if (effect.kind == Effect::Kind::kAdopt) {
      adopt(effect, trash);
    } else if (values_[effect.graph]) {
      release(values_[effect.graph]->slots[effect.slot], trash);
    }
  }
  effects_.clear();
}

void Execution::release(Value& value, Trash& trash) {
  values_memory_.shrink(value.nbytes());
  trash.values.push_back(std::exchange(value, Value()));
}

void Execution::adopt(const Effect& effect, Trash& trash) {
  std::unique_ptr<GraphValues> child = std::move(values_[effect.graph]);
  GraphValues& parent = *values_[effect.parent.graph];
  std::uint32_t slot = parent.table.first(effect.parent.task);
  // An output may be wanted twice: give each its value before any is let go.
  for (const TaskOutput& output : child->graph->outputs()) {
    const Value& value = child->slots[child->table.of(output)];
    values_memory_.grow_anyway(value.nbytes());
    parent.slots[slot++] = value;
  }
  for (const TaskOutput& output : child->graph->outputs())
    release(child->slots[child->table.of(output)], trash);
  trash.graphs.push_back(std::move(child));
}

void Execution::failed(const Claim& claim, const std::exception_ptr& error) {
  if (ending_ || (state_.stopped() && !failed_task_)) {
    state_.drop(claim.ref);  // cancelled: why it stopped does not matter
    return;
  }
  if (state_.stopped()) {
    state_.drop(claim.ref);
    // The lowest failed task is the one to tell of, whichever came first; tasks that stopped because of it
    // are not.
    const bool before =
        std::pair(claim.ref.graph, claim.ref.task) < std::pair(failed_task_->graph, failed_task_->task);
    if (!before || is_cancelled(error)) return;
  } else if (state_.fail(claim.ref)) {
    return;  // it is tried again
  }
  stop_.request();
  failed_task_ = claim.ref;
  error_ = failure_of(claim.values->graph->name(claim.ref.task), chain_of(claim.ref), error);
}

std::string Execution::chain_of(TaskRef ref) const {
  std::string chain = state_.graph(ref.graph)->name(ref.task);
  while (ref.graph != 0) {
    ref = state_.parent(ref.graph);
    chain += ", part of " + state_.graph(ref.graph)->name(ref.task);
  }
  return chain;
}

void Execution::drop_values(Trash& trash) {
  trash.graphs.insert(trash.graphs.end(), std::make_move_iterator(values_.begin()),
                      std::make_move_iterator(values_.end()));
  values_.clear();
  values_memory_.shrink(values_memory_.bytes());
}

void Execution::end(std::unique_lock<std::mutex>& lock) {
  ending_ = true;
  if (!error_ && !state_.complete()) error_ = std::make_exception_ptr(Cancelled());
  if (!error_) {
    for (const TaskOutput& output : values_[0]->graph->outputs()) {
      outputs_.push_back(values_[0]->slots[values_[0]->table.of(output)]);
    }
  }
  // Tasks that did not stop in time still use their values and files.
  if (inside_ == 0) {
    Trash trash;
    drop_values(trash);
    lock.unlock();
    spill_folder_.remove();
    trash = {};
    lock.lock();
  }
  if (recorder_) end_recording(lock);
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
  stop_.request();
  state_.stop();
  stopped_at_ = Clock::now();
  if (!error_) error_ = std::move(reason);
  changed_.notify_all();
  if (state_.ended() && inside_ == 0) end(lock);
}

void Execution::cancel() { stop(std::make_exception_ptr(Cancelled())); }

// When a stopped run is given up.
std::optional<Execution::Clock::time_point> Execution::patience() const {
  if (!stopped_at_ || ending_) return std::nullopt;
  return *stopped_at_ + kGrace;
}

void Execution::give_up_if_late() {
  std::unique_lock lock(mutex_);
  if (const auto until = patience(); until && Clock::now() >= *until) end(lock);
}

void Execution::sleep_until(std::optional<Clock::time_point> deadline) {
  while (!ended() && (!deadline || Clock::now() < *deadline)) {
    give_up_if_late();
    std::unique_lock lock(mutex_);
    if (ended()) return;
    const auto late = patience();
    const auto until = late && deadline ? std::min(*late, *deadline) : late ? late : deadline;
    if (until) {
      changed_.wait_until(lock, *until);
    } else {
      changed_.wait(lock);
    }
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

Progress Execution::progress() const {
  Progress progress;
  for (const CounterLine& line : counters_) {
    for (std::size_t i = 0; i < kNumCounters; ++i) {
      progress.counters[i] += line.counts[i].load(std::memory_order_relaxed);
    }
  }
  const std::lock_guard lock(mutex_);
  progress.tasks_done = state_.num_done();
  progress.tasks_total = state_.num_tasks();
  progress.finished = ended();
  return progress;
}

Statistics Execution::statistics() {
  wait_until(std::nullopt);
  Statistics statistics;
  statistics.progress = progress();
  const std::lock_guard lock(mutex_);
  statistics.wall = ended_at_ - started_;
  statistics.peak_working_memory = budget_.peak();
  statistics.warnings.assign(warnings_.begin(), warnings_.end());
  return statistics;
}

}  // namespace treadle::engine
