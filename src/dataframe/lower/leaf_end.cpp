#include "dataframe/lower/leaf_end.h"

#include <numeric>
#include <utility>

#include "dataframe/operators/limit_scan.h"
#include "dataframe/operators/sort_runs.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/write_sink.h"

namespace treadle::dataframe {
namespace {

std::vector<TaskOutput> slot_of_all(const LeafSlots& slots, std::size_t slot) {
  std::vector<TaskOutput> all;
  for (const auto& task : slots) all.push_back(task[slot]);
  return all;
}

class AggregateEnd final : public LeafEnd {
 public:
  explicit AggregateEnd(AggregatePlan plan) : plan_(std::move(plan)) {}
  TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const override {
    const auto merge = make_merge_aggregate(plan_);
    std::vector<TaskOutput> merged;
    for (std::uint32_t partition = 0; partition < plan_.num_partitions; ++partition) {
      merged.push_back({graph.add(merge, slot_of_all(slots, partition)), 0});
    }
    if (plan_.num_partitions == 1) return merged[0];
    return {graph.add(make_gather_groups(plan_), merged), 0};
  }
  void add_to(KeyBuilder& key) const override { make_gather_groups(plan_)->add_to(key); }

 private:
  AggregatePlan plan_;
};

class SortEnd final : public LeafEnd {
 public:
  explicit SortEnd(SortPlan plan) : plan_(std::move(plan)) {}
  TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const override {
    return {graph.add(make_merge_runs(plan_), first_slots(slots)), 0};
  }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }

 private:
  SortPlan plan_;
};

class HeadEnd final : public LeafEnd {
 public:
  explicit HeadEnd(RowRange range) : range_(range) {}
  TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const override {
    return {graph.add(make_gather_head(range_), first_slots(slots)), 0};
  }
  void add_to(KeyBuilder& key) const override { key.add(range_.offset).add(range_.count); }

 private:
  RowRange range_;
};

class RowsEnd final : public LeafEnd {
 public:
  TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const override {
    if (slots.size() == 1) return slots[0][0];
    return {graph.add(make_gather_rows(), first_slots(slots)), 0};
  }
  void add_to(KeyBuilder& key) const override { key.add("rows"); }
};

/// What several tasks wrote, together.
class GatherWritten final : public Operation {
 public:
  std::string_view name() const override { return "write.gather"; }
  void add_to(KeyBuilder&) const override {}
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    Written total;
    for (const Value& input : inputs) {
      total.rows += input.get<Written>().rows;
      total.bytes += input.get<Written>().bytes;
    }
    return std::vector<Value>{Value::pinned(total, sizeof total)};
  }
};

class WriteEnd final : public LeafEnd {
 public:
  TaskOutput add_to_graph(TaskGraph& graph, const LeafSlots& slots) const override {
    return {graph.add(std::make_shared<const GatherWritten>(), first_slots(slots)), 0};
  }
  void add_to(KeyBuilder& key) const override { key.add("written"); }
};

class DeliverEnd final : public LeafEnd {
 public:
  TaskOutput add_to_graph(TaskGraph&, const LeafSlots& slots) const override { return slots.back()[0]; }
  void add_to(KeyBuilder& key) const override { key.add("delivered"); }
};

}  // namespace

std::shared_ptr<const LeafEnd> end_aggregate(AggregatePlan plan) {
  return std::make_shared<const AggregateEnd>(std::move(plan));
}
std::shared_ptr<const LeafEnd> end_sort(SortPlan plan) {
  return std::make_shared<const SortEnd>(std::move(plan));
}
std::shared_ptr<const LeafEnd> end_head(RowRange range) { return std::make_shared<const HeadEnd>(range); }
std::shared_ptr<const LeafEnd> end_rows() { return std::make_shared<const RowsEnd>(); }
std::shared_ptr<const LeafEnd> end_write() { return std::make_shared<const WriteEnd>(); }
std::shared_ptr<const LeafEnd> end_deliver() { return std::make_shared<const DeliverEnd>(); }

std::vector<TaskOutput> first_slots(const LeafSlots& slots) { return slot_of_all(slots, 0); }

std::vector<LeafSlots> slots_by_sink(const std::vector<TaskOutput>& slots,
                                     const std::vector<std::size_t>& num_slots) {
  const std::size_t per_task = std::accumulate(num_slots.begin(), num_slots.end(), std::size_t{0});
  std::vector<LeafSlots> sinks;
  std::size_t first = 0;
  for (const std::size_t count : num_slots) {
    LeafSlots own;
    for (std::size_t task = 0; task < slots.size(); task += per_task) {
      const auto begin = slots.begin() + static_cast<std::ptrdiff_t>(task + first);
      own.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    first += count;
    sinks.push_back(std::move(own));
  }
  return sinks;
}

}  // namespace treadle::dataframe
