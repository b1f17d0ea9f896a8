#include <algorithm>
#include <bit>
#include <utility>

#include "dataframe/lower/lowering.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/join_values.h"
#include "dataframe/operators/keep_sink.h"
#include "dataframe/operators/limit_scan.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/union_values.h"
#include "dataframe/plan/combine.h"
#include "dataframe/plan/partitions.h"
#include "treadle/error.h"

// Where pipelines end: which sink a node puts there, and which tasks follow behind it.
namespace treadle::dataframe {
namespace {

/// Radix partitions for the groups of so many bytes of input: a power of two that depends on the data only.
std::uint32_t radix_partitions(std::uint64_t bytes) {
  constexpr std::uint64_t kBytesEach = 64ULL << 20;
  constexpr std::uint64_t kMost = 64;
  return static_cast<std::uint32_t>(std::bit_ceil(std::clamp<std::uint64_t>(bytes / kBytesEach, 1, kMost)));
}

/// Sinks and merges see the columns in the order of the node's input.
SortPlan sort_plan(const Sort& node) {
  SortPlan plan{{}, node.limit()};
  for (const SortColumn& column : node.columns()) {
    plan.keys.push_back({node.schema()->index_of(column.name), column.descending, column.nulls_first});
  }
  return plan;
}

std::vector<TaskOutput> slot_of_all(const std::vector<std::vector<TaskOutput>>& slots, std::size_t slot) {
  std::vector<TaskOutput> all;
  for (const auto& task : slots) all.push_back(task[slot]);
  return all;
}

}  // namespace

/// What is done with the rows of `node`: one pipeline, or a fork if several want them.
PipeSpec Lowering::pipe_below(const lazy::NodePtr& node, std::vector<Leaf>& leaves) {
  std::vector<PipeSpec> branches;
  Leaf result;
  for (std::size_t root = 0; root < roots_.size(); ++root) {
    if (roots_[root] == node) result.roots.push_back(root);
  }
  if (!result.roots.empty()) {
    result.sink = deliver_ ? make_deliver(deliver_) : make_collect();
    branches.push_back(end_pipe(std::move(result), as_plan(node)->schema()->names(), leaves));
  }
  for (const Consumer& consumer : consumers_[node.get()]) branches.push_back(pipe_into(consumer, leaves));
  if (branches.size() == 1) return std::move(branches[0]);
  PipeSpec fork;
  fork.branches = std::move(branches);
  return fork;
}

PipeSpec Lowering::pipe_into(const Consumer& use, std::vector<Leaf>& leaves) {
  const lazy::NodePtr& consumer = use.node;
  const std::vector<std::string> columns = as_plan(consumer->inputs()[use.input])->schema()->names();
  if (const auto* filter = node_as<Filter>(consumer)) {
    PipeSpec pipe = pipe_below(consumer, leaves);
    pipe.steps.insert(pipe.steps.begin(), {PipeStep::Kind::kFilter, {filter->predicate()}});
    return pipe;
  }
  if (const auto* project = node_as<Project>(consumer)) {
    PipeSpec pipe = pipe_below(consumer, leaves);
    pipe.steps.insert(pipe.steps.begin(), {PipeStep::Kind::kProject, project->expressions()});
    return pipe;
  }
  if (const auto* aggregate = node_as<Aggregate>(consumer)) {
    const std::uint32_t partitions = aggregate->keys().empty() ? 1 : radix_partitions(fragment_bytes_);
    auto sink = make_partial_aggregate(aggregate->operator_plan(partitions));
    return end_pipe({consumer, {}, std::move(sink)}, aggregate->operator_columns(), leaves);
  }
  if (const auto* sort = node_as<Sort>(consumer)) {
    return end_pipe({consumer, {}, make_sort_runs(sort_plan(*sort))}, columns, leaves);
  }
  if (const auto* head = node_as<Head>(consumer)) {
    return end_pipe({consumer, {}, make_collect(head->end())}, columns, leaves);
  }
  if (const auto* write = node_as<Write>(consumer)) {
    auto target = std::make_shared<WriteTarget>(write->directory(), write->options());
    plan_.writes.push_back(target);
    return end_pipe({consumer, {}, make_write(std::move(target), first_partition_)}, columns, leaves);
  }
  if (const auto* join = node_as<Join>(consumer)) {
    const JoinSide side = use.input == 0 ? JoinSide::kLeft : JoinSide::kRight;
    return end_pipe({consumer, {}, make_keep(), use.input}, join->spec().columns_of(side), leaves);
  }
  if (node_as<Union>(consumer) != nullptr) {
    return end_pipe({consumer, {}, make_keep(), use.input}, columns, leaves);
  }
  if (node_as<MapPartitions>(consumer) != nullptr || node_as<Repartition>(consumer) != nullptr) {
    return end_pipe({consumer, {}, make_collect()}, columns, leaves);
  }
  throw InternalError("no tasks for a plan's node " + std::string(consumer->kind()));
}

PipeSpec Lowering::end_pipe(Leaf leaf, std::vector<std::string> columns, std::vector<Leaf>& leaves) {
  PipeSpec pipe;
  pipe.sink = leaf.sink;
  pipe.columns = std::move(columns);
  leaves.push_back(std::move(leaf));
  return pipe;
}

/// `slots`: of each task of the fragment, those of each leaf's sink.
void Lowering::finish_leaves(const std::vector<Leaf>& leaves, std::span<const TaskOutput> slots) {
  std::size_t slots_per_task = 0;
  for (const Leaf& leaf : leaves) slots_per_task += leaf.sink->num_slots();
  std::size_t first = 0;
  for (const Leaf& leaf : leaves) {
    LeafSlots own;
    const std::size_t count = leaf.sink->num_slots();
    for (std::size_t task = 0; task < slots.size(); task += slots_per_task) {
      const auto begin = slots.begin() + static_cast<std::ptrdiff_t>(task + first);
      own.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    first += count;
    finish_leaf(leaf, own);
  }
}

void Lowering::finish_leaf(const Leaf& leaf, const LeafSlots& slots) {
  const std::vector<TaskOutput> values = slot_of_all(slots, 0);
  const std::uint64_t bytes = fragment_bytes_;
  if (leaf.node == nullptr) {
    for (const std::size_t root : leaf.roots) {
      for (const TaskOutput& value : values) add_result(root, value);
    }
  } else if (const auto* aggregate = node_as<Aggregate>(leaf.node)) {
    lower_value(leaf.node, finish_aggregate(*aggregate, slots), bytes);
  } else if (const auto* sort = node_as<Sort>(leaf.node)) {
    lower_value(leaf.node, {plan_.graph.add(make_merge_runs(sort_plan(*sort)), values), 0}, bytes);
  } else if (const auto* head = node_as<Head>(leaf.node)) {
    lower_value(leaf.node, {plan_.graph.add(make_gather_head({head->offset(), head->num_rows()}), values), 0},
                bytes);
  } else if (leaf.node->inputs().size() > 1 || node_as<Union>(leaf.node) != nullptr) {
    finish_input(leaf, values);
  } else if (node_as<MapPartitions>(leaf.node) != nullptr) {
    finish_map(leaf.node, values, bytes);
  } else if (node_as<Repartition>(leaf.node) != nullptr) {
    finish_repartition(leaf.node, values, bytes);
  } else {
    written_.insert(written_.end(), values.begin(), values.end());
  }
}

/// A node of several inputs is lowered behind the last of them.
void Lowering::finish_input(const Leaf& leaf, const std::vector<TaskOutput>& values) {
  Arrived& arrived = arrived_[leaf.node.get()];
  arrived.values.resize(leaf.node->inputs().size());
  arrived.values[leaf.input] = values;
  arrived.bytes += fragment_bytes_;
  if (++arrived.count < arrived.values.size()) return;
  std::vector<TaskOutput> all;
  std::vector<std::size_t> counts;
  for (const auto& input : arrived.values) {
    all.insert(all.end(), input.begin(), input.end());
    counts.push_back(input.size());
  }
  const auto* join = node_as<Join>(leaf.node);
  const auto operation =
      join != nullptr ? make_join_values(join->spec(), counts[0]) : make_union_values(counts);
  lower_value(leaf.node, {plan_.graph.add(operation, all), 0}, arrived.bytes);
}

/// An exchange: each radix partition of the groups is merged by itself, and all are put in order.
TaskOutput Lowering::finish_aggregate(const Aggregate& node, const LeafSlots& slots) {
  const auto num_partitions = static_cast<std::uint32_t>(slots[0].size());
  const AggregatePlan plan = node.operator_plan(num_partitions);
  const auto merge = make_merge_aggregate(plan);
  std::vector<TaskOutput> merged;
  for (std::uint32_t partition = 0; partition < num_partitions; ++partition) {
    merged.push_back({plan_.graph.add(merge, slot_of_all(slots, partition)), 0});
  }
  if (num_partitions == 1) return merged[0];
  return {plan_.graph.add(make_gather_groups(plan), merged), 0};
}

}  // namespace treadle::dataframe
