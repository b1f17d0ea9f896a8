#include <algorithm>
#include <bit>
#include <utility>

#include "dataframe/lower/lowering.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/keep_sink.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/union_values.h"
#include "dataframe/plan/combine.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"
#include "dataframe/plan/with_values.h"
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
  SortPlan plan{{}, node.limit(), node.of_groups()};
  for (const SortColumn& column : node.columns()) {
    plan.keys.push_back({node.schema()->index_of(column.name), column.descending, column.nulls_first});
  }
  return plan;
}

bool is_input_of_several(const lazy::NodePtr& node) {
  return node_as<Join>(node) != nullptr || node_as<Union>(node) != nullptr ||
         node_as<WithValues>(node) != nullptr;
}

/// Whether a node takes partitions, in memory or on disk, and answers with partitions.
bool rearranges(const lazy::NodePtr& node) {
  return node_as<Running>(node) != nullptr || node_as<Window>(node) != nullptr ||
         node_as<Cut>(node) != nullptr || node_as<ChoosePartitions>(node) != nullptr ||
         node_as<Repartition>(node) != nullptr;
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
    result.end = deliver_ ? end_deliver() : end_rows();
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
    const AggregatePlan plan = aggregate->operator_plan(partitions);
    Leaf leaf{consumer, {}, make_partial_aggregate(plan), end_aggregate(plan)};
    return end_pipe(std::move(leaf), aggregate->operator_columns(), leaves);
  }
  if (const auto* sort = node_as<Sort>(consumer)) {
    const SortPlan plan = sort_plan(*sort);
    return end_pipe({consumer, {}, make_sort_runs(plan), end_sort(plan)}, columns, leaves);
  }
  if (const auto* head = node_as<Head>(consumer)) {
    const RowRange range{head->offset(), head->num_rows()};
    return end_pipe({consumer, {}, make_collect(head->end()), end_head(range)}, columns, leaves);
  }
  if (const auto* write = node_as<Write>(consumer)) {
    auto target = std::make_shared<WriteTarget>(write->directory(), write->options(), write->details());
    target->check_columns(*write->schema());
    writes_.push_back(target);
    Leaf leaf{consumer, {}, make_write(std::move(target), first_partition_), end_write()};
    return end_pipe(std::move(leaf), columns, leaves);
  }
  if (const auto* join = node_as<Join>(consumer)) {
    const JoinSide side = use.input == 0 ? JoinSide::kLeft : JoinSide::kRight;
    return keep_pipe({consumer, {}, make_keep(), end_rows(), use.input}, join->spec().columns_of(side),
                     leaves);
  }
  if (node_as<WithValues>(consumer) != nullptr && use.input == 1) {
    return end_pipe({consumer, {}, make_collect(), end_rows(), 1}, columns, leaves);
  }
  if (is_input_of_several(consumer) || rearranges(consumer)) {
    return keep_pipe({consumer, {}, make_keep(), end_rows(), use.input}, columns, leaves);
  }
  if (node_as<MapPartitions>(consumer) != nullptr) {
    return end_pipe({consumer, {}, make_collect(), end_rows()}, columns, leaves);
  }
  throw InternalError("no tasks for a plan's node " + std::string(consumer->kind()));
}

/// Ends at a node that takes its rows in memory or on disk.
PipeSpec Lowering::keep_pipe(Leaf leaf, const std::vector<std::string>& columns, std::vector<Leaf>& leaves) {
  leaf.as_is = columns == as_plan(leaf.node->inputs()[leaf.input])->schema()->names();
  return end_pipe(std::move(leaf), columns, leaves);
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
  std::vector<std::size_t> num_slots;
  for (const Leaf& leaf : leaves) num_slots.push_back(leaf.sink->num_slots());
  const std::vector<LeafSlots> by_leaf = slots_by_sink({slots.begin(), slots.end()}, num_slots);
  const std::uint64_t bytes = fragment_bytes_;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    fragment_bytes_ = bytes;
    finish_leaf(leaves[i], by_leaf[i]);
  }
}

void Lowering::finish_leaf(const Leaf& leaf, const LeafSlots& slots) {
  if (leaf.node == nullptr) {
    for (const std::size_t root : leaf.roots) {
      for (const TaskOutput& value : first_slots(slots)) add_result(root, value);
    }
  } else if (is_input_of_several(leaf.node)) {
    finish_input(leaf, first_slots(slots));
  } else if (node_as<MapPartitions>(leaf.node) != nullptr) {
    finish_map(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<Running>(leaf.node) != nullptr) {
    finish_running(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<Window>(leaf.node) != nullptr) {
    finish_window(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<Cut>(leaf.node) != nullptr) {
    finish_cut(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<ChoosePartitions>(leaf.node) != nullptr) {
    finish_choice(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<Repartition>(leaf.node) != nullptr) {
    finish_repartition(leaf.node, first_slots(slots), fragment_bytes_);
  } else if (node_as<Write>(leaf.node) != nullptr) {
    for (const TaskOutput& value : first_slots(slots)) written_.push_back(value);
  } else {
    finish_value(leaf, leaf.end->add_to_graph(graph(), slots), fragment_bytes_);
  }
}

/// `value`: what the leaf's end made.
void Lowering::finish_value(const Leaf& leaf, TaskOutput value, std::uint64_t bytes) {
  fragment_bytes_ = bytes;
  const bool goes_on_as_slots = leaf.node == nullptr || is_input_of_several(leaf.node) ||
                                node_as<Write>(leaf.node) != nullptr ||
                                node_as<MapPartitions>(leaf.node) != nullptr || rearranges(leaf.node);
  if (goes_on_as_slots) {
    finish_leaf(leaf, {{value}});
  } else {
    lower_value(leaf.node, value, bytes);
  }
}

/// A node of several inputs is lowered behind the last of them.
void Lowering::finish_input(const Leaf& leaf, const std::vector<TaskOutput>& values) {
  if (node_as<Join>(leaf.node) != nullptr && leaf.input == 0) {
    JoinStageSpec stage;
    stage.num_values = values.size();
    begin_chain(std::move(stage), values, PipeSpec(), {leaf});
    return;
  }
  Arrived& arrived = arrived_[leaf.node.get()];
  arrived.values.resize(leaf.node->inputs().size());
  arrived.values[leaf.input] = values;
  arrived.bytes += fragment_bytes_;
  ++arrived.count;
  if (node_as<Join>(leaf.node) != nullptr) {
    const auto waiting = chains_.extract(leaf.node.get());
    if (waiting.empty() || --waiting.mapped()->missing > 0) return;
    return lower_chain(std::move(*waiting.mapped()));
  }
  if (arrived.count < arrived.values.size()) return;
  if (node_as<WithValues>(leaf.node) != nullptr) return lower_beside(leaf.node, arrived);
  std::vector<TaskOutput> all;
  std::vector<std::size_t> counts;
  for (const auto& input : arrived.values) {
    all.insert(all.end(), input.begin(), input.end());
    counts.push_back(input.size());
  }
  const TaskId task = graph().add(make_union_values(counts), all);
  lower_values(leaf.node, slots_of(task, static_cast<std::uint32_t>(all.size())), arrived.bytes);
}

/// If all that the rows are wanted for is the left side of a join: what becomes of them waits for the right
/// side, and so on for the joins that follow. `left`: the rows, unless `stage` has a source.
bool Lowering::begin_chain(JoinStageSpec stage, std::vector<TaskOutput> left, const PipeSpec& pipe,
                           const std::vector<Leaf>& leaves) {
  const auto is_left_side = [](const std::vector<Leaf>& all) {
    return all.size() == 1 && node_as<Join>(all[0].node) != nullptr && all[0].input == 0;
  };
  if (!is_left_side(leaves)) return false;
  auto chain = std::make_shared<Chain>();
  chain->stage = std::move(stage);
  chain->stage.first_partition = first_partition_;
  chain->left = std::move(left);
  chain->bytes = fragment_bytes_;
  PipeSpec behind = pipe;
  std::vector<Leaf> ends = leaves;
  while (is_left_side(ends)) {
    const lazy::NodePtr join = ends[0].node;
    chain->joins.push_back(join.get());
    chain->stage.links.push_back({behind.steps, node_as<Join>(join)->spec(), 0});
    ends.clear();
    behind = pipe_below(join, ends);
  }
  chain->stage.rest = std::move(behind);
  chain->leaves = std::move(ends);
  for (const lazy::Node* join : chain->joins) {
    if (arrived_[join].count != 0) continue;
    ++chain->missing;
    chains_[join] = chain;
  }
  if (chain->missing == 0) lower_chain(std::move(*chain));
  return true;
}

void Lowering::lower_chain(Chain chain) {
  if (chain.leaves.empty()) return;
  JoinStageSpec& stage = chain.stage;
  std::vector<TaskOutput> inputs = std::move(chain.left);
  std::uint64_t bytes = chain.bytes;
  for (std::size_t i = 0; i < chain.joins.size(); ++i) {
    const Arrived& arrived = arrived_[chain.joins[i]];
    stage.links[i].num_right = arrived.values[1].size();
    inputs.insert(inputs.end(), arrived.values[1].begin(), arrived.values[1].end());
    bytes += arrived.bytes;
  }
  for (const Leaf& leaf : chain.leaves) {
    stage.ends.push_back(leaf.end);
    const auto* head = node_as<Head>(leaf.node);
    if (head != nullptr && head->end() != Head::kAll) {
      stage.ranges.push_back({head->offset(), head->num_rows()});
    }
  }
  if (stage.ranges.size() != chain.leaves.size()) stage.ranges.clear();
  stage.in_order = deliver_ != nullptr && chain.leaves[0].node == nullptr;
  const TaskId task = graph().add(
      std::make_shared<const JoinStage>(std::make_shared<const JoinStageSpec>(std::move(stage))), inputs);
  for (std::uint32_t i = 0; i < chain.leaves.size(); ++i) finish_value(chain.leaves[i], {task, i}, bytes);
}

}  // namespace treadle::dataframe
