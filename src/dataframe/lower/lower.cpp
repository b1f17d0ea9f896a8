#include "dataframe/lower/lower.h"

#include <algorithm>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/lower/lowering.h"
#include "dataframe/lower/partition_blocks.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/keep_sink.h"
#include "dataframe/operators/limit_scan.h"
#include "dataframe/operators/map_partition.h"
#include "dataframe/operators/skipped_rows.h"
#include "dataframe/operators/value_fragment.h"
#include "dataframe/operators/verify_scan.h"
#include "dataframe/plan/block_scan.h"
#include "dataframe/plan/combine.h"
#include "dataframe/plan/partitions.h"

namespace treadle::dataframe {
namespace {

/// Whether what a node answers with may lie on disk.
bool may_be_stored(const lazy::NodePtr& node) {
  return node_as<MapPartitions>(node) == nullptr && node_as<Head>(node) == nullptr &&
         node_as<BlockScan>(node) == nullptr;
}

}  // namespace

Lowering::Lowering(std::span<const lazy::NodePtr> roots, std::shared_ptr<BatchChannel> deliver,
                   lazy::Lowering& blocks)
    : roots_(roots.begin(), roots.end()),
      deliver_(std::move(deliver)),
      blocks_(blocks),
      results_(roots.size()) {
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      consumers_[node->inputs()[i].get()].push_back({node, i});
    }
    chooses_ |= node_as<ChoosePartitions>(node) != nullptr;
  }
}

std::vector<std::vector<TaskOutput>> Lowering::run() {
  for (const lazy::NodePtr& node : lazy::topological_order(roots_)) {
    if (node_as<Scan>(node) != nullptr) lower_scan(node);
    if (node_as<BlockScan>(node) != nullptr) lower_blocks(node);
  }
  return results_;
}

void Lowering::lower_scan(const lazy::NodePtr& node) {
  const auto& scan = *node_as<Scan>(node);
  std::vector<std::size_t> partitions;
  fragment_bytes_ = 0;
  for (std::size_t i = 0; i < scan.source()->partitions().size(); ++i) {
    if (!chooses_ && scan.source()->excluded(i, scan.request())) continue;
    partitions.push_back(i);
    fragment_bytes_ += scan.source()->partitions()[i].bytes;
  }
  first_partition_ = partitions.empty() ? 0 : partitions[0];
  std::vector<Leaf> leaves;
  PipeSpec pipe = pipe_below(node, leaves);
  if (leaves.empty()) return;
  if (partitions.empty()) return lower_empty(node, pipe, leaves);
  JoinStageSpec stage;
  stage.source = scan.source();
  stage.request = scan.request();
  stage.types = scan.schema();
  stage.partitions = partitions;
  if (begin_chain(std::move(stage), {}, pipe, leaves)) return;
  auto spec = std::make_shared<const ScanFragmentSpec>(
      ScanFragmentSpec{scan.source(), scan.request(), scan.schema(), std::move(pipe)});
  if (deliver_ && leaves[0].node == nullptr) {
    return graph().add_output(add_chain(graph(), spec, partitions));
  }
  if (lower_limited(spec, partitions, leaves)) return;
  finish_leaves(leaves, add_partitions(graph(), spec, partitions));
}

/// Rows that other collections make, a partition a block.
void Lowering::lower_blocks(const lazy::NodePtr& node) {
  const auto& scan = *node_as<BlockScan>(node);
  std::vector<TaskOutput> partitions;
  for (const std::size_t block : scan.chosen()) {
    const auto check = make_check_rows(scan.schema(), block);
    partitions.push_back({graph().add(check, {blocks_.blocks(scan.rows()).at(block)}), 0});
  }
  if (partitions.empty()) {
    const TaskId none = graph().add_value(Value::of(columnar::BatchList{scan.schema(), {}}));
    return lower_value(node, {none, 0}, 0);
  }
  lower_values(node, partitions, 0);
}

bool Lowering::lower_limited(const std::shared_ptr<const ScanFragmentSpec>& spec,
                             const std::vector<std::size_t>& partitions, const std::vector<Leaf>& leaves) {
  std::vector<RowRange> ranges;
  for (const Leaf& leaf : leaves) {
    const auto* head = node_as<Head>(leaf.node);
    if (head == nullptr || head->end() == Head::kAll) return false;
    ranges.push_back({head->offset(), head->num_rows()});
  }
  auto limited = std::make_shared<ScanFragmentSpec>(*spec);
  limited->limited = true;
  const auto first = LimitScan::add_to_graph(graph(), std::move(limited), partitions, ranges);
  for (std::size_t i = 0; i < leaves.size(); ++i) lower_value(leaves[i].node, first[i], 0);
  return true;
}

/// No partition can hold a row that matters: the sinks see none, under the types that the plan knows.
void Lowering::lower_empty(const lazy::NodePtr& scan, const PipeSpec& pipe, const std::vector<Leaf>& leaves) {
  const TaskId rows = graph().add_value(Value::of(columnar::BatchList{as_plan(scan)->schema(), {}}));
  const auto fragment = std::make_shared<const ValueFragment>(pipe);
  const TaskId task = graph().add(fragment, {{rows, 0}});
  finish_leaves(leaves, slots_of(task, fragment->num_slots()));
}

/// `value` holds all rows of `node`, which were made from `bytes` of sources: whatever consumes them is one
/// task.
void Lowering::lower_value(const lazy::NodePtr& node, TaskOutput value, std::uint64_t bytes) {
  std::vector<Leaf> leaves;
  first_partition_ = 0;
  fragment_bytes_ = bytes;
  PipeSpec pipe = pipe_below(node, leaves);
  if (leaves.empty()) return;
  const bool only_result = pipe.steps.empty() && pipe.branches.empty() && leaves[0].node == nullptr;
  if (only_result && !deliver_) {
    for (const std::size_t root : leaves[0].roots) add_result(root, loaded(node, value));
    return;
  }
  JoinStageSpec stage;
  stage.num_values = 1;
  if (begin_chain(std::move(stage), {value}, pipe, leaves)) return;
  if (pass_on(leaves, pipe, {value})) return;
  const auto fragment = std::make_shared<const ValueFragment>(std::move(pipe));
  const TaskId task = graph().add(fragment, {value});
  finish_leaves(leaves, slots_of(task, fragment->num_slots()));
}

TaskOutput Lowering::loaded(const lazy::NodePtr& node, TaskOutput value) {
  return may_be_stored(node) ? TaskOutput{graph().add(make_load(), {value}), 0} : value;
}

/// Hands values to the only node that takes them, if it takes them as they are.
bool Lowering::pass_on(const std::vector<Leaf>& leaves, const PipeSpec& pipe,
                       const std::vector<TaskOutput>& values) {
  if (!pipe.steps.empty() || !pipe.branches.empty() || leaves.size() != 1 || !leaves[0].as_is) return false;
  LeafSlots slots;
  for (const TaskOutput& value : values) slots.push_back({value});
  finish_leaf(leaves[0], slots);
  return true;
}

void Lowering::add_result(std::size_t root, TaskOutput value) { results_[root].push_back(value); }

std::vector<std::shared_ptr<WriteTarget>> Lowering::finish_writes() {
  if (writes_.empty()) return {};
  // Behind every other result: if one fails, no data set appears.
  std::vector<TaskOutput> before = written_;
  for (const auto& values : results_) before.insert(before.end(), values.begin(), values.end());
  graph().add_output({graph().add(make_finish_writes(writes_), before), 0});
  return std::move(writes_);
}

LoweredPlan lower(std::span<const lazy::NodePtr> roots, std::shared_ptr<BatchChannel> deliver) {
  LoweredPlan plan;
  lazy::Lowering blocks(plan.graph);
  blocks.add(blocks_below(roots));
  Lowering lowering(roots, std::move(deliver), blocks);
  for (const std::vector<TaskOutput>& values : lowering.run()) {
    std::vector<std::size_t>& outputs = plan.roots.emplace_back();
    for (const TaskOutput& value : values) {
      outputs.push_back(plan.graph.outputs().size());
      plan.graph.add_output(value);
    }
  }
  plan.writes = lowering.finish_writes();
  return plan;
}

std::vector<TaskOutput> lower_partitions(lazy::Lowering& blocks, const lazy::NodePtr& root) {
  Lowering lowering(std::span(&root, 1), nullptr, blocks);
  lowering.keep_all_partitions();
  return lowering.run().front();
}

std::vector<TaskOutput> lower_into(lazy::Lowering& blocks, std::span<const lazy::NodePtr> roots) {
  std::vector<TaskOutput> rows;
  for (const std::vector<TaskOutput>& values : Lowering(roots, nullptr, blocks).run()) {
    rows.push_back(values.size() == 1 ? values[0]
                                      : TaskOutput{blocks.graph().add(make_append_rows(), values), 0});
  }
  return rows;
}

}  // namespace treadle::dataframe
