#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "treadle/task_graph.h"

namespace treadle::engine {

/// Numbers the slots of all tasks of one graph through, in the order of the tasks. Where every task has one
/// slot, which is nearly always, a slot's number is its task's and the table is empty. Immutable.
class SlotTable {
 public:
  explicit SlotTable(const TaskGraph& graph) : size_(static_cast<std::uint32_t>(graph.num_tasks())) {
    if (graph.single_slots()) return;
    begin_.resize(graph.num_tasks());
    size_ = 0;
    for (TaskId id = 0; id < begin_.size(); ++id) {
      begin_[id] = size_;
      size_ += graph.num_slots(id);
    }
  }

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t first(TaskId task) const noexcept { return begin_.empty() ? task : begin_[task]; }
  /// The task that a slot belongs to.
  TaskId task_of(std::uint32_t slot) const noexcept {
    if (begin_.empty()) return slot;
    return static_cast<TaskId>(std::upper_bound(begin_.begin(), begin_.end(), slot) - begin_.begin() - 1);
  }
  std::uint32_t of(const TaskOutput& output) const noexcept { return first(output.task) + output.slot; }

 private:
  std::uint32_t size_;
  std::vector<std::uint32_t> begin_;
};

}  // namespace treadle::engine
