#include "dataframe/plan/partitions.h"

#include <numeric>
#include <utility>

#include "dataframe/plan/block_scan.h"
#include "dataframe/plan/combine.h"
#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"
#include "dataframe/plan/with_values.h"
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
         node_as<IntegerDivision>(node) != nullptr || (map != nullptr && !map->spec().whole);
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

void MapPartitions::add_to(KeyBuilder& key) const {
  key.add(identity_).add(spec_.whole);
  for (const std::size_t number : spec_.numbers) key.add(static_cast<std::uint64_t>(number));
}

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

Cut::Cut(const PlanPtr& input, CutSpec spec) : PlanNode({input}, input->schema()), spec_(std::move(spec)) {
  if (spec_.pieces == 0) throw InvalidArgument("repartition: expected at least one partition, found 0");
  for (const std::string& name : spec_.together) schema()->index_of(name);
  if (!spec_.bounds) return;
  schema()->index_of(spec_.column);
  if (spec_.bounds->length() + 1 != static_cast<std::int64_t>(spec_.pieces)) {
    throw InvalidArgument("repartition: expected a bound less than pieces, found " +
                          std::to_string(spec_.bounds->length()) + " bounds of " +
                          std::to_string(spec_.pieces));
  }
}

std::string Cut::parameters() const {
  std::string text = std::to_string(spec_.pieces) + (spec_.pieces == 1 ? " partition" : " partitions");
  if (spec_.bounds) text += " at values of " + spec_.column;
  for (std::size_t i = 0; i < spec_.together.size(); ++i) {
    text += (i == 0 ? ", together by " : ", ") + spec_.together[i];
  }
  return text;
}

lazy::NodePtr Cut::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Cut>(as_plan(inputs[0]), spec_);
}

ChoosePartitions::ChoosePartitions(const PlanPtr& input, std::vector<std::size_t> chosen)
    : PlanNode({input}, input->schema()), chosen_(std::move(chosen)) {}

std::string ChoosePartitions::parameters() const {
  std::string text;
  for (const std::size_t partition : chosen_) text += (text.empty() ? "" : ", ") + std::to_string(partition);
  return text;
}

lazy::NodePtr ChoosePartitions::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const ChoosePartitions>(as_plan(inputs[0]), chosen_);
}

void ChoosePartitions::add_to(KeyBuilder& key) const {
  for (const std::size_t partition : chosen_) key.add(static_cast<std::uint64_t>(partition));
}

lazy::NodePtr MapPartitions::with_numbers(std::vector<std::size_t> numbers, const PlanPtr& input) const {
  MapSpec spec = spec_;
  for (std::size_t& number : numbers) {
    if (!spec_.numbers.empty()) number = spec_.numbers[number];
  }
  spec.numbers = std::move(numbers);
  return std::shared_ptr<const MapPartitions>(new MapPartitions(input, std::move(spec), identity_));
}

lazy::NodePtr MapPartitions::with_function(std::shared_ptr<const PartitionFunction> function) const {
  MapSpec spec = spec_;
  spec.function = std::move(function);
  return std::shared_ptr<const MapPartitions>(
      new MapPartitions(as_plan(inputs()[0]), std::move(spec), identity_));
}

std::vector<std::size_t> share_out(std::size_t count, std::size_t groups) {
  std::vector<std::size_t> shares(groups, count / groups);
  for (std::size_t i = 0; i < count % groups; ++i) ++shares[i];
  return shares;
}

std::size_t num_partitions(const lazy::NodePtr& plan) {
  if (const auto* scan = node_as<Scan>(plan)) return scan->source()->partitions().size();
  if (const auto* scan = node_as<BlockScan>(plan)) return scan->chosen().size();
  if (const auto* repartition = node_as<Repartition>(plan)) return repartition->num_partitions();
  if (const auto* cut = node_as<Cut>(plan)) return cut->spec().pieces;
  if (const auto* choice = node_as<ChoosePartitions>(plan)) return choice->chosen().size();
  if (node_as<Union>(plan) != nullptr) {
    std::size_t count = 0;
    for (const lazy::NodePtr& input : plan->inputs()) count += num_partitions(input);
    return count;
  }
  const bool keeps = keeps_partitions(plan) || node_as<Running>(plan) != nullptr ||
                     node_as<Window>(plan) != nullptr || node_as<WithValues>(plan) != nullptr;
  return keeps ? num_partitions(plan->inputs()[0]) : 1;
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
  if (const auto* map = node_as<MapPartitions>(plan); map != nullptr && !map->spec().whole) {
    return as_plan(map->with_numbers(chosen, choose_partitions(plan->input(), chosen)));
  }
  if (keeps_partitions(plan)) return as_plan(plan->with_inputs({choose_partitions(plan->input(), chosen)}));
  if (const auto* beside = node_as<WithValues>(plan)) {
    return std::make_shared<const WithValues>(choose_partitions(beside->rows(), chosen), beside->values());
  }
  if (num_partitions(plan) == 1 && chosen.size() == 1) return plan;
  if (const auto* choice = node_as<ChoosePartitions>(plan)) {
    std::vector<std::size_t> of_input;
    for (const std::size_t partition : chosen) of_input.push_back(choice->chosen()[partition]);
    return choose_partitions(choice->input(), of_input);
  }
  // Rows are where they are only once they are counted: all partitions are made, and some go on.
  return std::make_shared<const ChoosePartitions>(plan, chosen);
}

}  // namespace treadle::dataframe
