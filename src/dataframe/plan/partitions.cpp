#include "dataframe/plan/partitions.h"

#include <numeric>
#include <utility>

#include "dataframe/plan/block_scan.h"
#include "io/partition_choice.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle {

PartitionFunction::~PartitionFunction() = default;

}  // namespace treadle

namespace treadle::dataframe {
namespace {

/// Whether a node delivers a partition for each of its input's.
bool keeps_partitions(const lazy::NodePtr& node) {
  const auto* map = node_as<MapPartitions>(node);
  return node_as<Filter>(node) != nullptr || node_as<Project>(node) != nullptr ||
         (map != nullptr && !map->spec().whole);
}

columnar::SchemaPtr mapped_schema(const Schema& input, const MapSpec& spec) {
  if (!spec.beside) return std::make_shared<const Schema>(spec.function->schema());
  for (const std::string& name : *spec.beside) input.index_of(name);
  std::vector<Field> fields = input.fields();
  const Schema added = spec.function->schema();
  fields.insert(fields.end(), added.fields().begin(), added.fields().end());
  return std::make_shared<const Schema>(std::move(fields));
}

void check_chosen(const std::vector<std::size_t>& chosen, std::size_t count) {
  for (const std::size_t partition : chosen) {
    if (partition >= count) {
      throw InvalidArgument("expected a partition below " + std::to_string(count) + ", found " +
                            std::to_string(partition));
    }
  }
}

}  // namespace

MapPartitions::MapPartitions(const PlanPtr& input, MapSpec spec)
    : MapPartitions(input, std::move(spec), unique_key()) {}

MapPartitions::MapPartitions(const PlanPtr& input, MapSpec spec, Key identity)
    : PlanNode({input}, mapped_schema(*input->schema(), spec)), spec_(std::move(spec)), identity_(identity) {}

std::string MapPartitions::parameters() const {
  return spec_.function->name() + (spec_.whole ? ", all rows at once" : "");
}

lazy::NodePtr MapPartitions::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::shared_ptr<const MapPartitions>(new MapPartitions(as_plan(inputs[0]), spec_, identity_));
}

void MapPartitions::add_to(KeyBuilder& key) const { key.add(identity_).add(spec_.whole); }

Repartition::Repartition(const PlanPtr& input, std::size_t num_partitions)
    : PlanNode({input}, input->schema()), num_partitions_(num_partitions) {
  if (num_partitions == 0) throw InvalidArgument("repartition: expected at least one partition, found 0");
}

std::string Repartition::parameters() const {
  return std::to_string(num_partitions_) + (num_partitions_ == 1 ? " partition" : " partitions");
}

lazy::NodePtr Repartition::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Repartition>(as_plan(inputs[0]), num_partitions_);
}

void Repartition::add_to(KeyBuilder& key) const { key.add(static_cast<std::uint64_t>(num_partitions_)); }

std::vector<std::size_t> share_out(std::size_t count, std::size_t groups) {
  std::vector<std::size_t> shares(groups, count / groups);
  for (std::size_t i = 0; i < count % groups; ++i) ++shares[i];
  return shares;
}

std::size_t num_partitions(const lazy::NodePtr& plan) {
  if (const auto* scan = node_as<Scan>(plan)) return scan->source()->partitions().size();
  if (const auto* scan = node_as<BlockScan>(plan)) return scan->chosen().size();
  if (const auto* repartition = node_as<Repartition>(plan)) return repartition->num_partitions();
  return keeps_partitions(plan) ? num_partitions(plan->inputs()[0]) : 1;
}

PlanPtr choose_partitions(const PlanPtr& plan, const std::vector<std::size_t>& chosen) {
  check_chosen(chosen, num_partitions(plan));
  if (const auto* scan = node_as<Scan>(plan)) {
    return std::make_shared<const Scan>(io::choose_partitions(scan->source(), chosen),
                                        scan->request().columns, scan->request().prune);
  }
  if (const auto* scan = node_as<BlockScan>(plan)) {
    std::vector<std::size_t> blocks;
    for (const std::size_t partition : chosen) blocks.push_back(scan->chosen()[partition]);
    return std::make_shared<const BlockScan>(scan->rows(), std::move(blocks), scan->schema());
  }
  if (keeps_partitions(plan)) return as_plan(plan->with_inputs({choose_partitions(plan->input(), chosen)}));
  if (num_partitions(plan) == 1) return plan;
  // Rows are where they are only once they are counted: all partitions are made, and some go on.
  throw InvalidArgument("partitions of a frame that was repartitioned: use persist() first");
}

}  // namespace treadle::dataframe
