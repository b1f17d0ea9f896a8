#include <algorithm>
#include <utility>

#include "dataframe/plan/node.h"

namespace treadle::dataframe {
namespace {

std::vector<std::string> columns_of(const std::vector<std::string>& keys,
                                    const std::vector<AggregateColumn>& aggregates) {
  std::vector<std::string> columns = keys;
  for (const AggregateColumn& aggregate : aggregates) {
    if (aggregate.column.empty()) continue;
    if (std::find(columns.begin(), columns.end(), aggregate.column) == columns.end()) {
      columns.push_back(aggregate.column);
    }
  }
  return columns;
}

AggregatePlan plan_of(const std::vector<std::string>& keys, const std::vector<AggregateColumn>& aggregates,
                      std::uint32_t num_partitions) {
  const std::vector<std::string> columns = columns_of(keys, aggregates);
  AggregatePlan plan;
  plan.num_keys = keys.size();
  plan.num_partitions = num_partitions;
  for (const AggregateColumn& aggregate : aggregates) {
    AggregateSpec spec{aggregate.kind, std::nullopt, aggregate.ddof, aggregate.name, aggregate.quantile};
    if (!aggregate.column.empty()) {
      const auto place = std::find(columns.begin(), columns.end(), aggregate.column);
      spec.column = static_cast<std::size_t>(place - columns.begin());
    }
    plan.aggregates.push_back(std::move(spec));
  }
  return plan;
}

bool can_widen(const AggregateColumn& aggregate, const Schema& input) {
  const bool counts = aggregate.kind == AggregateKind::kSize || aggregate.kind == AggregateKind::kCount ||
                      aggregate.kind == AggregateKind::kNunique;
  return !counts && input.field(input.index_of(aggregate.column)).sampled;
}

columnar::SchemaPtr schema_of(const Schema& input, const std::vector<std::string>& keys,
                              const std::vector<AggregateColumn>& aggregates) {
  std::vector<Field> fields;
  for (const std::string& key : keys) fields.push_back(input.field(input.index_of(key)));
  for (const AggregateColumn& aggregate : aggregates) {
    AggregateSpec spec{aggregate.kind, std::nullopt, aggregate.ddof, aggregate.name, aggregate.quantile};
    DataType type;
    if (!aggregate.column.empty()) {
      spec.column = input.index_of(aggregate.column);
      type = input.field(*spec.column).type;
    }
    fields.push_back({aggregate.name, aggregate_type(spec, type), can_widen(aggregate, input)});
  }
  return std::make_shared<const Schema>(std::move(fields));
}

std::string to_text(const AggregateColumn& aggregate) {
  std::string text = std::string(to_string(aggregate.kind)) + "(" + aggregate.column;
  if (aggregate.kind == AggregateKind::kQuantile) text += ", " + Scalar(aggregate.quantile).to_string();
  text += ")";
  return aggregate.name == text ? text : text + " as " + aggregate.name;
}

}  // namespace

Aggregate::Aggregate(PlanPtr input, std::vector<std::string> keys, std::vector<AggregateColumn> aggregates)
    : PlanNode({input}, schema_of(*input->schema(), keys, aggregates)),
      keys_(std::move(keys)),
      aggregates_(std::move(aggregates)) {}

std::vector<std::string> Aggregate::operator_columns() const { return columns_of(keys_, aggregates_); }

AggregatePlan Aggregate::operator_plan(std::uint32_t num_partitions) const {
  return plan_of(keys_, aggregates_, num_partitions);
}

std::string Aggregate::parameters() const {
  std::string text;
  for (const AggregateColumn& aggregate : aggregates_)
    text += (text.empty() ? "" : ", ") + to_text(aggregate);
  for (std::size_t i = 0; i < keys_.size(); ++i) text += (i == 0 ? " by " : ", ") + keys_[i];
  return text;
}

lazy::NodePtr Aggregate::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Aggregate>(as_plan(inputs[0]), keys_, aggregates_);
}

void Aggregate::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(keys_.size()));
  for (const std::string& name : keys_) key.add(name);
  for (const AggregateColumn& aggregate : aggregates_) {
    key.add(static_cast<int>(aggregate.kind)).add(aggregate.column).add(aggregate.ddof).add(aggregate.name);
    key.add(aggregate.quantile);
  }
}

}  // namespace treadle::dataframe
