#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/sort.h"
#include "treadle/key.h"
#include "treadle/task_graph.h"

namespace treadle::dataframe {

/// The slots that a fragment's tasks have for one sink: by task, then by slot.
using LeafSlots = std::vector<std::vector<TaskOutput>>;

/// What follows behind the sinks of a fragment: the tasks that make one value of their slots.
class LeafEnd {
 public:
  virtual ~LeafEnd() = default;
  virtual TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const = 0;
  virtual void add_to(KeyBuilder& key) const = 0;
};

/// An exchange: each radix partition of the groups is merged by itself, and all are put in order.
std::shared_ptr<const LeafEnd> end_aggregate(AggregatePlan plan);
std::shared_ptr<const LeafEnd> end_sort(SortPlan plan);
std::shared_ptr<const LeafEnd> end_head(RowRange range);
/// Rows that were collected or kept.
std::shared_ptr<const LeafEnd> end_rows();
std::shared_ptr<const LeafEnd> end_write();
/// Of the only task that delivers last: nothing follows.
std::shared_ptr<const LeafEnd> end_deliver();

/// The first slot of each task.
std::vector<TaskOutput> first_slots(const LeafSlots& slots);
/// Slots of several sinks, one task's behind the other, by sink. `num_slots`: of each sink.
std::vector<LeafSlots> slots_by_sink(const std::vector<TaskOutput>& slots,
                                     const std::vector<std::size_t>& num_slots);

}  // namespace treadle::dataframe
