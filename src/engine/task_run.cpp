#include "engine/task_run.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "base/byte_size.h"
#include "graph/task_graph_state.h"
#include "memory/kept_values.h"
#include "treadle/error.h"

namespace treadle::engine {
namespace {

// Tasks with more inputs allocate for their sizes.
constexpr std::size_t kSizesOnStack = 16;

// What a task that is admitted leaves free of the budget: one part in this many.
constexpr std::size_t kShareLeftFree = 8;

// The engine's side of one running task.
class TaskRun final : public TaskContext {
 public:
  TaskRun(RunServices& services, const StopFlag& stop, const Key& key, const Operation& operation)
      : services_(services), stop_(stop), key_(key), operation_(operation) {}

  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override {
    services_.mark();
    return stop_.requested() || services_.stop.requested();
  }
  Reservation& memory() override {
    if (!memory_made_) make_memory();
    return memory_;
  }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return services_.budget.reserve(holder, bytes);
  }
  void run_strips(StripLoop& strips) override { services_.run_strips(strips, *this); }
  const std::string& spill_directory() override { return services_.spill_folder.path(); }
  std::shared_ptr<SpillFile> make_spill_file(std::string_view holder) override {
    return services_.make_spill_file(holder);
  }
  void count(Counter counter, std::uint64_t amount) noexcept override {
    services_.count(counter, amount);
    counted_[static_cast<std::size_t>(counter)].fetch_add(amount, std::memory_order_relaxed);
  }
  void warn(std::string_view message) override { services_.warn(message); }

  bool admit(const MemoryNeed& need, bool must_run);
  std::string describe_kept() const { return services_.describe_kept(); }
  Reservation take_output() noexcept { return std::move(output_); }
  // The task will run again. What it wrote to spill files was written nevertheless.
  void uncount() noexcept {
    for (std::size_t i = 0; i < kNumCounters; ++i) {
      const auto counter = static_cast<Counter>(i);
      if (counter != Counter::kBytesSpilled) services_.uncount(counter, counted_[i].load());
    }
  }

 private:
  // Most tasks never ask for it.
  void make_memory() {
    memory_ = services_.budget.reserve(operation_.name());
    memory_made_ = true;
  }

  RunServices& services_;
  const StopFlag& stop_;
  const Key& key_;
  const Operation& operation_;
  Reservation memory_;
  Reservation output_;
  bool memory_made_ = false;
  std::array<std::atomic<std::uint64_t>, kNumCounters> counted_{};
};

// Reserves what the task needs. False: the memory is not there yet, which never holds up a task that must
// run.
bool TaskRun::admit(const MemoryNeed& need, bool must_run) {
  MemoryBudget& budget = services_.budget;
  if (need.least > budget.limit()) {
    throw OutOfMemory(std::string(operation_.name()) + " needs at least " + format_byte_size(need.least) +
                      ", but working_memory is " + format_byte_size(budget.limit()) +
                      "; raise working_memory");
  }
  make_memory();
  output_ = budget.reserve(operation_.name());
  // No task takes by wish what the other threads need.
  const std::size_t wish =
      std::max(need.least, std::min(need.wished, budget.limit() / services_.max_workers));
  // What others have finished is not spilled for it: they need it sooner than this is needed. What is kept
  // beyond runs is. What runs already must find room to grow.
  const std::size_t free = budget.limit() / kShareLeftFree;
  const auto taken = [&] {
    if (!output_.try_grow_leaving(need.output, free)) return false;
    if (memory_.try_grow_leaving(wish, free) || memory_.try_grow_leaving(need.least, free)) return true;
    output_.shrink(need.output);
    return false;
  };
  if (taken() || (services_.make_room(need.output + need.least + free) && taken())) return true;
  if (!must_run) return false;
  if (!output_.try_grow(need.output)) output_.grow_anyway(need.output);
  if (!memory_.try_grow(need.least)) memory_.grow_anyway(need.least);
  return true;
}

MemoryNeed need_of(const Operation& operation, std::span<const Value> inputs) {
  std::array<SizeEstimate, kSizesOnStack> on_stack;
  std::vector<SizeEstimate> on_heap;
  SizeEstimate* sizes = on_stack.data();
  if (inputs.size() > kSizesOnStack) {
    on_heap.resize(inputs.size());
    sizes = on_heap.data();
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) sizes[i] = {inputs[i].nbytes(), true};
  return operation.memory_need(std::span(sizes, inputs.size()));
}

// Reads what lies on disk, others giving way if they can. False: the memory is not there yet, which never
// holds up a task that must run.
bool reload(const Reloads& reloads, bool must_run, Reservation& memory, std::vector<Value>& inputs) {
  std::size_t bytes = 0;
  for (const auto& [position, spilled] : reloads) bytes += spilled->nbytes();
  if (!memory.try_grow(bytes)) {
    if (!must_run) return false;
    memory.grow_anyway(bytes);
  }
  for (const auto& [position, spilled] : reloads) inputs[position] = spilled->read();
  return true;
}

// Puts kept values in the places of their handles; others give way for those that lie on disk. False: the
// memory is not there yet, which never holds up a task that must run.
bool take_kept(RunServices& services, bool must_run, std::vector<Value>& inputs) {
  for (Value& input : inputs) {
    const KeptValue* kept = kept_in(input);
    if (kept == nullptr) continue;
    Reservation room = services.budget.reserve("kept values");
    Value value = kept->bring_back(room, must_run);
    if (value.empty()) return false;
    input = std::move(value);
  }
  return true;
}

// False: it found no more memory. That others hold some of it is an accident of this moment, so that the task
// begins anew when it has all for itself: whether a run fits does not depend on timing.
bool run_operation(const Operation& operation, std::span<const Value> inputs, TaskRun& context, bool alone,
                   Answer& answer) {
  try {
    answer.outcome = operation.run(inputs, context);
    return true;
  } catch (const OutOfMemory& error) {
    const std::string kept = alone ? context.describe_kept() : std::string();
    if (!kept.empty()) throw OutOfMemory(error.what() + ("; " + kept));
    if (alone) throw;
  }
  context.uncount();
  answer.put_back = answer.ran_out = true;
  return false;
}

void check(const Operation& operation, std::uint32_t expected, const Outcome& outcome) {
  const auto* values = std::get_if<std::vector<Value>>(&outcome);
  if (values != nullptr && values->size() == expected) return;
  const std::string name(operation.name());
  const auto* expansion = std::get_if<Expansion>(&outcome);
  if (expansion != nullptr && !expansion->graph) {
    throw InvalidArgument(name + " answered with an expansion without a graph");
  }
  if (expansion != nullptr && !operation.may_expand()) {
    throw InvalidArgument(name + " answered with an expansion, but its may_expand() says that it never does");
  }
  const std::size_t found = expansion != nullptr ? expansion->graph->outputs().size() : values->size();
  if (found == expected) return;
  throw InvalidArgument(name + " must answer with " + std::to_string(expected) +
                        (expected == 1 ? " value" : " values") +
                        ", as its num_slots() says; it answered with " + std::to_string(found));
}

}  // namespace

void run_task(RunServices& services, const Claim& claim, const StopFlag& stop, std::vector<Value>& inputs,
              Answer& answer) {
  const TaskGraph::State& graph = claim.values->graph->state();
  const TaskGraph::State::HeldOperation& held = graph.operation(claim.ref.task);
  const Operation& operation = *held.operation;
  try {
    for (const TaskOutput& input : graph.inputs(claim.ref.task)) inputs.push_back(claim.values->at(input));
    // What comes back from disk is this task's copy: it goes with it.
    Reservation reloaded;
    if (claim.reloads) {
      reloaded = services.budget.reserve("reloaded values");
      if (!reload(*claim.reloads, claim.must_run, reloaded, inputs)) {
        answer.put_back = true;
        inputs.clear();
        return;
      }
    }
    if (!take_kept(services, claim.must_run, inputs)) {
      answer.put_back = true;
      inputs.clear();
      return;
    }
    TaskRun context(services, stop, graph.keys[claim.ref.task], operation);
    const MemoryNeed need = need_of(operation, inputs);
    const bool needs_memory = need.least != 0 || need.wished != 0 || need.output != 0;
    const bool admitted = !needs_memory || context.admit(need, claim.must_run);
    if (claim.must_run) services.admitted();
    if (!admitted) {
      answer.put_back = true;
    } else if (run_operation(operation, inputs, context, claim.alone, answer)) {
      check(operation, held.num_slots, answer.outcome);
      answer.output = context.take_output();
    }
  } catch (...) {
    answer.error = std::current_exception();
  }
  inputs.clear();
}

}  // namespace treadle::engine
