#include <utility>

#include "dataframe/lower/lowering.h"
#include "dataframe/operators/map_partition.h"
#include "dataframe/operators/value_fragment.h"
#include "dataframe/plan/partitions.h"

// Tasks of nodes that look at partitions: what comes in is a value for each, and so is what goes out.
namespace treadle::dataframe {

void Lowering::finish_map(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                          std::uint64_t bytes) {
  const MapSpec& map = node_as<MapPartitions>(node)->spec();
  std::vector<TaskOutput> mapped;
  if (map.whole) {
    mapped.push_back({graph().add(make_map_partition(map, 0), values), 0});
  } else {
    for (const TaskOutput& value : values) {
      mapped.push_back({graph().add(make_map_partition(map, mapped.size()), {value}), 0});
    }
  }
  lower_values(node, mapped, bytes);
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
      const TaskId task = graph().add(make_split_rows(pieces), {values[first++]});
      for (const TaskOutput& piece : slots_of(task, static_cast<std::uint32_t>(pieces)))
        partitions.push_back(piece);
    }
  }
  lower_values(node, partitions, bytes);
}

/// `values` hold the rows of `node`, a partition each: consumers get a task for each.
void Lowering::lower_values(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                            std::uint64_t bytes) {
  if (deliver_ || values.size() == 1) {
    // Batches are handed out in order: by one task.
    const TaskOutput all =
        values.size() == 1 ? values[0] : TaskOutput{graph().add(make_append_rows(), values), 0};
    return lower_value(node, all, bytes);
  }
  std::vector<Leaf> leaves;
  first_partition_ = 0;
  fragment_bytes_ = bytes;
  PipeSpec pipe = pipe_below(node, leaves);
  if (leaves.empty()) return;
  if (pipe.steps.empty() && pipe.branches.empty() && leaves[0].node == nullptr) {
    for (const std::size_t root : leaves[0].roots) {
      for (const TaskOutput& value : values) add_result(root, value);
    }
    return;
  }
  std::vector<TaskOutput> slots;
  for (std::size_t partition = 0; partition < values.size(); ++partition) {
    const auto fragment = std::make_shared<const ValueFragment>(pipe, partition);
    const TaskId task = graph().add(fragment, {values[partition]});
    for (const TaskOutput& slot : slots_of(task, fragment->num_slots())) slots.push_back(slot);
  }
  finish_leaves(leaves, slots);
}

}  // namespace treadle::dataframe
