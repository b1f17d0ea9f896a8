#include "engine/prefetch.h"

#include <array>
#include <cstring>

#include "graph/task_graph_state.h"

namespace treadle::engine {
namespace {

// A task with more inputs takes so long that waiting for them does not matter.
constexpr std::size_t kMostInputs = 8;

// Inlined by force: the compiler takes a function that only prefetches for one without effect, and leaves its
// calls out.
[[gnu::always_inline]] inline void prefetch(const void* address) { __builtin_prefetch(address); }
[[gnu::always_inline]] inline void prefetch_for_writing(const void* address) {
  __builtin_prefetch(address, 1);
}

std::span<const TaskOutput> first_inputs(const Claim& claim) {
  const auto inputs = claim.values->graph->state().inputs(claim.ref.task);
  return inputs.first(std::min(inputs.size(), kMostInputs));
}

// What a handle points to. The words are guesses: asking for an address that is none does nothing.
[[gnu::always_inline]] inline void prefetch_payload(const Value& value) {
  std::array<const void*, 2> words;
  static_assert(sizeof words == sizeof(Value));
  std::memcpy(words.data(), static_cast<const void*>(&value), sizeof words);
  prefetch_for_writing(words[1]);
}

[[gnu::always_inline]] inline void prefetch_record(const Claim& claim) {
  const GraphValues& values = *claim.values;
  prefetch(&values.graph->state().records[claim.ref.task]);
  prefetch_for_writing(&values.slots[values.table.first(claim.ref.task)]);
  if (values.record) prefetch_for_writing(&values.record->finished[claim.ref.task]);
}

[[gnu::always_inline]] inline void prefetch_links(const Claim& claim) {
  const TaskGraph::State& graph = claim.values->graph->state();
  const TaskGraph::State::HeldOperation& held = graph.operation(claim.ref.task);
  prefetch(&held.operation);
  prefetch(&held.num_slots);
  prefetch(graph.inputs(claim.ref.task).data());
}

[[gnu::always_inline]] inline void prefetch_slots(const Claim& claim) {
  prefetch(claim.values->graph->state().operation(claim.ref.task).operation.get());
  for (const TaskOutput& input : first_inputs(claim)) {
    prefetch(&claim.values->at(input));
    if (claim.values->record) prefetch(&claim.values->record->finished[input.task]);
  }
}

[[gnu::always_inline]] inline void prefetch_values(const Claim& claim) {
  for (const TaskOutput& input : first_inputs(claim)) prefetch_payload(claim.values->at(input));
}

}  // namespace

void prefetch(TaskBatch& batch, SchedulerState::Tasks tasks) {
  const std::uint32_t count = batch.count();
  if (count < 2) return;
  for (std::uint32_t i = 0; i < count; ++i) prefetch_record(batch[i].claim);
  for (std::uint32_t i = 0; i < count; ++i) prefetch_links(batch[i].claim);
  for (std::uint32_t i = 0; i < count; ++i) {
    prefetch_slots(batch[i].claim);
    tasks.prefetch(batch[i].claim.ref.task);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    prefetch_values(batch[i].claim);
    tasks.prefetch_users(batch[i].claim.ref.task);
  }
}

}  // namespace treadle::engine
