#include "dataframe/operators/map_partition.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "dataframe/plan/partitions.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

BatchList append(std::span<const Value> inputs) {
  BatchList all{inputs.front().get<BatchList>().schema, {}};
  for (const Value& input : inputs) {
    const auto& batches = input.get<BatchList>().batches;
    all.batches.insert(all.batches.end(), batches.begin(), batches.end());
  }
  return all;
}

std::vector<Value> one_value(BatchList rows) {
  std::vector<Value> values;
  values.push_back(Value::of(std::move(rows)));
  return values;
}

std::string described(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields()) {
    text += (text.empty() ? "" : ", ") + field.name + ": " + field.type.to_string();
  }
  return text.empty() ? "no columns" : text;
}

bool same_columns(const Schema& a, const Schema& b) {
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const Field& x, const Field& y) { return x.name == y.name && x.type == y.type; });
}

/// These columns of all rows.
Table select(const BatchList& rows, const std::vector<std::string>& names) {
  std::vector<Field> fields;
  for (const std::string& name : names) fields.push_back(rows.schema->field(rows.schema->index_of(name)));
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  std::vector<Batch> batches;
  for (const Batch& batch : rows.batches) {
    std::vector<columnar::Column> columns;
    for (const std::string& name : names) columns.push_back(batch.column(rows.schema->index_of(name)));
    batches.emplace_back(schema, std::move(columns), batch.num_rows());
  }
  return {*schema, std::move(batches)};
}

/// The columns of both, which have as many rows.
BatchList put_beside(const BatchList& rows, const Table& added) {
  std::vector<Field> fields = rows.schema->fields();
  for (const Field& field : added.schema().fields()) fields.push_back(field);
  BatchList both{std::make_shared<const Schema>(std::move(fields)), {}};
  if (added.num_rows() == 0) return both;
  const Batch left = columnar::concatenate(rows.batches);
  const Batch right = columnar::concatenate(added.batches());
  std::vector<columnar::Column> columns = left.columns();
  columns.insert(columns.end(), right.columns().begin(), right.columns().end());
  both.batches.emplace_back(both.schema, std::move(columns), left.num_rows());
  return both;
}

class MapPartition final : public Operation {
 public:
  MapPartition(MapSpec spec, std::size_t partition) : spec_(std::move(spec)), partition_(partition) {}

  std::string_view name() const override { return "map_partitions"; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    context.check_stopped();
    const BatchList rows = append(inputs);
    const Table seen = spec_.beside ? select(rows, *spec_.beside) : Table(*rows.schema, rows.batches);
    const Table answer = spec_.function->run(seen, partition_);
    context.check_stopped();
    check(answer, rows.num_rows());
    if (spec_.beside) return one_value(put_beside(rows, answer));
    return one_value({std::make_shared<const Schema>(answer.schema()), answer.batches()});
  }

 private:
  void check(const Table& answer, std::int64_t rows) const {
    const Schema promised = spec_.function->schema();
    if (!same_columns(promised, answer.schema())) {
      throw TypeError(spec_.function->name() + ": expected columns " + described(promised) +
                      ", as its meta says, found " + described(answer.schema()));
    }
    if (spec_.beside && answer.num_rows() != rows) {
      throw InvalidArgument(spec_.function->name() + ": expected a row for each of " + std::to_string(rows) +
                            ", found " + std::to_string(answer.num_rows()));
    }
  }

  MapSpec spec_;
  std::size_t partition_;
};

/// Lets a block through that holds rows with the columns that were promised.
class CheckRows final : public Operation {
 public:
  CheckRows(columnar::SchemaPtr promised, std::size_t partition)
      : promised_(std::move(promised)), partition_(partition) {}

  std::string_view name() const override { return "check_rows"; }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    const std::string where = "partition " + std::to_string(partition_);
    if (!inputs[0].holds<BatchList>()) {
      throw TypeError(where + ": expected a table, found a value of kind " + std::string(inputs[0].kind()));
    }
    const Schema& found = *inputs[0].get<BatchList>().schema;
    if (!same_columns(*promised_, found)) {
      throw TypeError(where + ": expected columns " + described(*promised_) + ", as the meta says, found " +
                      described(found));
    }
    return std::vector<Value>{inputs[0]};
  }
  void add_to(KeyBuilder& key) const override {
    key.add(described(*promised_)).add(static_cast<std::uint64_t>(partition_));
  }

 private:
  columnar::SchemaPtr promised_;
  std::size_t partition_;
};

}  // namespace

std::shared_ptr<const Operation> make_check_rows(columnar::SchemaPtr promised, std::size_t partition) {
  return std::make_shared<const CheckRows>(std::move(promised), partition);
}

std::shared_ptr<const Operation> make_map_partition(MapSpec spec, std::size_t partition) {
  return std::make_shared<const MapPartition>(std::move(spec), partition);
}

}  // namespace treadle::dataframe
