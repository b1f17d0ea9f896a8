#include "jobs/input_bytes.h"

#include "dataframe/plan/node.h"

namespace treadle::jobs {

std::uint64_t input_bytes(const DataFrame& frame) {
  std::uint64_t bytes = 0;
  const lazy::NodePtr root = frame.plan();
  for (const lazy::NodePtr& node : lazy::topological_order({&root, 1})) {
    const auto* scan = dataframe::node_as<dataframe::Scan>(node);
    if (scan == nullptr) continue;
    for (const io::PartitionInfo& partition : scan->source()->partitions()) bytes += partition.bytes;
  }
  return bytes;
}

}  // namespace treadle::jobs
