#include "engine/run_values.h"

#include <iterator>
#include <utility>

namespace treadle::engine {

void RunValues::add(std::shared_ptr<const TaskGraph> graph, std::unique_ptr<GraphRecord> record) {
  graphs_.push_back(std::make_unique<GraphValues>(std::move(graph)));
  graphs_.back()->record = std::move(record);
}

std::size_t RunValues::publish(TaskRef ref, std::vector<Value>&& values) {
  GraphValues& home = *graphs_[ref.graph];
  Value* slot = &home.slots[home.table.first(ref.task)];
  std::size_t bytes = 0;
  for (Value& value : values) {
    bytes += value.nbytes();
    *slot++ = std::move(value);
  }
  unsettled_ += static_cast<std::ptrdiff_t>(bytes);
  return bytes;
}

void RunValues::apply(std::span<const Effect> effects, Trash& trash) {
  for (const Effect& effect : effects) {
    if (effect.kind == Effect::Kind::kAdopt) {
      adopt(effect, trash);
    } else if (graphs_[effect.graph]) {
      release(graphs_[effect.graph]->slots[effect.slot], trash);
    }
  }
  if (unsettled_ > 0) memory_.grow_anyway(static_cast<std::size_t>(unsettled_));
  if (unsettled_ < 0) memory_.shrink(static_cast<std::size_t>(-unsettled_));
  unsettled_ = 0;
}

void RunValues::release(Value& value, Trash& trash) {
  unsettled_ -= static_cast<std::ptrdiff_t>(value.nbytes());
  trash.values.push_back(std::exchange(value, Value()));
}

void RunValues::adopt(const Effect& effect, Trash& trash) {
  std::unique_ptr<GraphValues> child = std::move(graphs_[effect.graph]);
  GraphValues& parent = *graphs_[effect.parent.graph];
  Value* slot = parent.slots.data() + parent.table.first(effect.parent.task);
  // An output may be wanted twice: give each its value before any is let go.
  for (const TaskOutput& output : child->graph->outputs()) {
    unsettled_ += static_cast<std::ptrdiff_t>(child->at(output).nbytes());
    *slot++ = child->at(output);
  }
  for (const TaskOutput& output : child->graph->outputs())
    release(child->slots[child->table.of(output)], trash);
  trash.graphs.push_back(std::move(child));
}

std::vector<Value> RunValues::outputs() const {
  std::vector<Value> values;
  for (const TaskOutput& output : graphs_[0]->graph->outputs()) values.push_back(graphs_[0]->at(output));
  return values;
}

void RunValues::clear(Trash& trash) {
  trash.graphs.insert(trash.graphs.end(), std::make_move_iterator(graphs_.begin()),
                      std::make_move_iterator(graphs_.end()));
  graphs_.clear();
  memory_.shrink(memory_.bytes());
}

}  // namespace treadle::engine
