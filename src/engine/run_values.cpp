#include "engine/run_values.h"

#include <algorithm>
#include <iterator>

#include "memory/kept_values.h"

namespace treadle::engine {
namespace {

// Small values are not worth a file's block, unless the budget is small, too.
std::size_t worth_spilling(std::size_t limit) {
  if (limit == MemoryBudget::kUnlimited) return MemoryBudget::kUnlimited;
  return std::clamp<std::size_t>(limit / 4096, 1024, std::size_t{1} << 20);
}

}  // namespace

RunValues::RunValues(MemoryBudget& budget, bool count_outputs)
    : memory_(budget.reserve("finished values")),
      worth_spilling_(worth_spilling(budget.limit())),
      count_outputs_(count_outputs) {}

void RunValues::add(std::shared_ptr<const TaskGraph> graph, std::unique_ptr<GraphRecord> record) {
  graphs_.push_back(std::make_unique<GraphValues>(std::move(graph)));
  graphs_.back()->record = std::move(record);
  if (!count_outputs_ || graphs_.size() != 1) return;
  const GraphValues& first = *graphs_.front();
  is_output_.resize(first.slots.size());
  for (const TaskOutput& output : first.graph->outputs()) is_output_[first.table.of(output)] = true;
}

std::size_t RunValues::publish(TaskRef ref, std::vector<Value>&& values, Reservation&& room) {
  unsettled_ -= static_cast<std::ptrdiff_t>(room.bytes());
  memory_.absorb(std::move(room));
  GraphValues& home = *graphs_[ref.graph];
  std::uint32_t slot = home.table.first(ref.task);
  std::size_t bytes = 0;
  for (Value& value : values) {
    bytes += value.nbytes();
    place({ref.graph, slot++}, std::move(value));
  }
  return bytes;
}

void RunValues::place(SlotRef where, Value value) {
  const std::size_t bytes = value.nbytes();
  unsettled_ += static_cast<std::ptrdiff_t>(bytes);
  GraphValues& home = *graphs_[where.graph];
  if (bytes >= worth_spilling_ && value.movable() && !home.pinned(home.table.task_of(where.slot))) {
    large_.push_back(where);
  }
  if (count_outputs_) {
    const KeptValue* kept = kept_in(value);
    count_output(where, kept == nullptr ? bytes : kept->nbytes());
  }
  home.slots[where.slot] = std::move(value);
}

void RunValues::count_output(SlotRef where, std::size_t bytes) {
  if (where.graph == 0 && is_output_[where.slot]) output_bytes_ += bytes;
}

void RunValues::apply(std::span<const Effect> effects, Trash& trash) {
  for (const Effect& effect : effects) {
    switch (effect.kind) {
      case Effect::Kind::kRelease:
        if (graphs_[effect.graph]) release({effect.graph, effect.slot}, trash);
        break;
      case Effect::Kind::kAdopt:
        adopt(effect, trash);
        break;
      case Effect::Kind::kDiscard:
        discard(effect.graph, trash);
        break;
      case Effect::Kind::kStop:
        break;  // nothing of its values is there yet
    }
  }
  if (unsettled_ > 0) memory_.grow_anyway(static_cast<std::size_t>(unsettled_));
  if (unsettled_ < 0) memory_.shrink(static_cast<std::size_t>(-unsettled_));
  unsettled_ = 0;
}

void RunValues::release(SlotRef where, Trash& trash) {
  Value& value = graphs_[where.graph]->slots[where.slot];
  if (!value.empty()) {
    unsettled_ -= static_cast<std::ptrdiff_t>(value.nbytes());
    trash.values.push_back(std::exchange(value, Value()));
  } else if (auto spilled = take_spilled(where)) {
    trash.spilled.push_back(std::move(spilled));
  }
}

void RunValues::adopt(const Effect& effect, Trash& trash) {
  GraphValues& child = *graphs_[effect.graph];
  SlotRef to{effect.task.graph, graphs_[effect.task.graph]->table.first(effect.task.task)};
  // An output may be wanted twice: give each its value before any is let go.
  for (const TaskOutput& output : child.graph->outputs()) {
    if (auto lies_on_disk = spilled({effect.graph, child.table.of(output)})) {
      if (count_outputs_) count_output(to, lies_on_disk->nbytes());
      spilled_[to] = std::move(lies_on_disk);
    } else {
      place(to, child.at(output));
    }
    ++to.slot;
  }
  for (const TaskOutput& output : child.graph->outputs())
    release({effect.graph, child.table.of(output)}, trash);
  trash.graphs.push_back(std::move(graphs_[effect.graph]));
}

void RunValues::discard(std::uint32_t graph, Trash& trash) {
  for (std::uint32_t slot = 0; slot < graphs_[graph]->table.size(); ++slot) release({graph, slot}, trash);
  trash.graphs.push_back(std::move(graphs_[graph]));
}

std::vector<Value> RunValues::outputs() const {
  std::vector<Value> values;
  for (const TaskOutput& output : graphs_[0]->graph->outputs()) {
    const auto lies_on_disk = spilled({0, graphs_[0]->table.of(output)});
    values.push_back(lies_on_disk ? lies_on_disk->read() : resolved(graphs_[0]->at(output)));
  }
  return values;
}

std::size_t RunValues::output_bytes_on_disk() const {
  std::size_t bytes = 0;
  for (std::uint32_t slot = 0; slot < is_output_.size(); ++slot) {
    if (!is_output_[slot]) continue;
    if (const auto lies_on_disk = spilled({0, slot})) bytes += lies_on_disk->nbytes();
    const Value& value = graphs_[0]->slots[slot];
    const KeptValue* kept = value.empty() ? nullptr : kept_in(value);
    if (kept != nullptr && kept->in_memory().empty()) bytes += kept->nbytes();
  }
  return bytes;
}

void RunValues::clear(Trash& trash) {
  trash.graphs.insert(trash.graphs.end(), std::make_move_iterator(graphs_.begin()),
                      std::make_move_iterator(graphs_.end()));
  for (auto& [where, value] : spilled_) trash.spilled.push_back(std::move(value));
  graphs_.clear();
  large_.clear();
  spilled_.clear();
  memory_.shrink(memory_.bytes());
}

std::optional<RunValues::Victim> RunValues::choose_victim(const NextUse& next_use) {
  std::erase_if(large_, [&](SlotRef where) {
    return !graphs_[where.graph] || graphs_[where.graph]->slots[where.slot].empty();
  });
  std::size_t latest = large_.size();
  std::uint64_t latest_use = 0;
  for (std::size_t i = 0; i < large_.size(); ++i) {
    // What others hold, too, would stay in memory.
    if (graphs_[large_[i].graph]->slots[large_[i].slot].use_count() != 1) continue;
    const std::uint64_t use = next_use(large_[i]);
    if (latest == large_.size() || use > latest_use) {
      latest = i;
      latest_use = use;
    }
  }
  if (latest == large_.size()) return std::nullopt;
  const SlotRef where = large_[latest];
  large_[latest] = large_.back();
  large_.pop_back();
  return Victim{where, graphs_[where.graph]->slots[where.slot]};
}

bool RunValues::replace(Victim&& victim, std::shared_ptr<const SpilledValue> spilled, bool in_use,
                        Trash& trash) {
  const bool there = victim.where.graph < graphs_.size() && graphs_[victim.where.graph];
  Value* slot = there ? &graphs_[victim.where.graph]->slots[victim.where.slot] : nullptr;
  if (slot == nullptr || slot->empty()) return false;
  // The slot and the victim itself.
  if (in_use || slot->use_count() != 2) {
    keep(victim);
    return false;
  }
  memory_.shrink(slot->nbytes());
  trash.values.push_back(std::exchange(*slot, Value()));
  trash.values.push_back(std::move(victim.value));
  spilled_[victim.where] = std::move(spilled);
  return true;
}

std::shared_ptr<const SpilledValue> RunValues::spilled(SlotRef where) const {
  const auto found = spilled_.find(where);
  return found == spilled_.end() ? nullptr : found->second;
}

std::shared_ptr<const SpilledValue> RunValues::take_spilled(SlotRef where) {
  const auto found = spilled_.find(where);
  if (found == spilled_.end()) return nullptr;
  auto value = std::move(found->second);
  spilled_.erase(found);
  return value;
}

}  // namespace treadle::engine
