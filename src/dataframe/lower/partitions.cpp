#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/lower/lowering.h"
#include "dataframe/operators/cut_rows.h"
#include "dataframe/operators/map_partition.h"
#include "dataframe/operators/running.h"
#include "dataframe/operators/value_fragment.h"
#include "dataframe/operators/values_beside.h"
#include "dataframe/operators/window.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"

// Tasks of nodes that look at partitions: what comes in is a value for each, and so is what goes out.
namespace treadle::dataframe {

namespace {

std::size_t numbered(const MapSpec& map, std::size_t partition) {
  return partition < map.numbers.size() ? map.numbers[partition] : partition;
}

}  // namespace

void Lowering::finish_map(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                          std::uint64_t bytes) {
  const MapSpec& map = node_as<MapPartitions>(node)->spec();
  std::vector<TaskOutput> mapped;
  if (map.whole) {
    mapped.push_back({graph().add(make_map_partition(map, 0), values), 0});
  } else {
    for (const TaskOutput& value : values) {
      mapped.push_back({graph().add(make_map_partition(map, numbered(map, mapped.size())), {value}), 0});
    }
  }
  lower_values(node, mapped, bytes);
}

void Lowering::finish_running(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                              std::uint64_t bytes) {
  const TaskId task = graph().add(make_running(node_as<Running>(node)->spec(), values.size()), values);
  lower_values(node, slots_of(task, static_cast<std::uint32_t>(values.size())), bytes);
}

void Lowering::finish_window(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                             std::uint64_t bytes) {
  const TaskId task = graph().add(make_window(node_as<Window>(node)->spec(), values.size()), values);
  lower_values(node, slots_of(task, static_cast<std::uint32_t>(values.size())), bytes);
}

void Lowering::finish_cut(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                          std::uint64_t bytes) {
  const CutSpec& spec = node_as<Cut>(node)->spec();
  const TaskId task = graph().add(make_cut_rows(spec), values);
  lower_values(node, slots_of(task, static_cast<std::uint32_t>(spec.pieces)), bytes);
}

void Lowering::finish_choice(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                             std::uint64_t bytes) {
  std::vector<TaskOutput> chosen;
  for (const std::size_t partition : node_as<ChoosePartitions>(node)->chosen()) {
    chosen.push_back(values.at(partition));
  }
  if (chosen.empty()) {
    chosen.push_back({graph().add_value(Value::of(columnar::BatchList{as_plan(node)->schema(), {}})), 0});
  }
  lower_values(node, chosen, bytes);
}

void Lowering::finish_repartition(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                                  std::uint64_t bytes) {
  const std::size_t wanted = node_as<Repartition>(node)->num_partitions();
  std::vector<TaskOutput> partitions;
  std::size_t first = 0;
  if (wanted <= values.size()) {
    for (const std::size_t count : share_out(values.size(), wanted)) {
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
      const std::vector<TaskOutput> group(begin, begin + static_cast<std::ptrdiff_t>(count));
      partitions.push_back(count == 1 ? group[0] : TaskOutput{graph().add(make_append_rows(), group), 0});
      first += count;
    }
  } else {
    for (const std::size_t pieces : share_out(wanted, values.size())) {
      const TaskId task = graph().add(make_cut_rows({pieces, {}, {}, std::nullopt}), {values[first++]});
      for (const TaskOutput& piece : slots_of(task, static_cast<std::uint32_t>(pieces)))
        partitions.push_back(piece);
    }
  }
  lower_values(node, partitions, bytes);
}

/// The partitions of the first input, and the row of the second that goes beside all of their rows.
void Lowering::lower_beside(const lazy::NodePtr& node, const Arrived& arrived) {
  std::vector<TaskOutput> partitions = arrived.values[0];
  const std::vector<TaskOutput> row = arrived.values[1];
  std::vector<Leaf> leaves;
  first_partition_ = 0;
  fragment_bytes_ = arrived.bytes;
  const PipeSpec pipe = pipe_below(node, leaves);
  if (leaves.empty()) return;
  if (deliver_ && leaves[0].node == nullptr && partitions.size() > 1) {
    // Batches are handed out in order: by one task.
    const TaskId all = graph().add(make_append_rows(), partitions);
    partitions.assign(1, {all, 0});
  }
  std::vector<TaskOutput> slots;
  for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
    const auto fragment = std::make_shared<const ValuesBeside>(pipe, partition);
    std::vector<TaskOutput> inputs = {partitions[partition]};
    inputs.insert(inputs.end(), row.begin(), row.end());
    for (const TaskOutput& slot : slots_of(graph().add(fragment, inputs), fragment->num_slots())) {
      slots.push_back(slot);
    }
  }
  finish_leaves(leaves, slots);
}

/// `values` hold the rows of `node`, a partition each: consumers get a task for each.
void Lowering::lower_values(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                            std::uint64_t bytes) {
  if (values.size() == 1) return lower_value(node, values[0], bytes);
  std::vector<Leaf> leaves;
  first_partition_ = 0;
  fragment_bytes_ = bytes;
  PipeSpec pipe = pipe_below(node, leaves);
  if (leaves.empty()) return;
  if (deliver_ && leaves[0].node == nullptr) {
    // Batches are handed out in order: by one task.
    const TaskId all = graph().add(make_append_rows(), values);
    const auto fragment = std::make_shared<const ValueFragment>(std::move(pipe));
    const TaskId task = graph().add(fragment, {{all, 0}});
    return finish_leaves(leaves, slots_of(task, fragment->num_slots()));
  }
  if (pipe.steps.empty() && pipe.branches.empty() && leaves[0].node == nullptr) {
    for (const std::size_t root : leaves[0].roots) {
      for (const TaskOutput& value : values) add_result(root, loaded(node, value));
    }
    return;
  }
  if (pass_on(leaves, pipe, values)) return;
  std::vector<TaskOutput> slots;
  for (std::size_t partition = 0; partition < values.size(); ++partition) {
    const auto fragment = std::make_shared<const ValueFragment>(pipe, partition);
    const TaskId task = graph().add(fragment, {values[partition]});
    for (const TaskOutput& slot : slots_of(task, fragment->num_slots())) slots.push_back(slot);
  }
  finish_leaves(leaves, slots);
}

}  // namespace treadle::dataframe
