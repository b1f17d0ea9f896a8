#include "dataframe/operators/running.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "dataframe/operators/run_starts.h"
#include "dataframe/operators/running_state.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

bool takes_column(RunningKind kind) {
  return kind != RunningKind::kNumber && kind != RunningKind::kPartition;
}

/// Rows from the last to the first.
std::vector<std::int64_t> turned(std::int64_t length) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = length - 1 - static_cast<std::int64_t>(i);
  return rows;
}

std::vector<std::size_t> places_of(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) places.push_back(schema.index_of(name));
  return places;
}

/// One walk over all rows.
class Walk {
 public:
  Walk(const RunningSpec& spec, const Schema& input)
      : spec_(spec),
        schema_(std::make_shared<const Schema>(running_schema(input, spec))),
        starts_(places_of(input, spec.options.keys)) {
    for (const RunningColumn& column : spec.columns) {
      places_.push_back(takes_column(column.kind) ? input.index_of(column.column) : 0);
      const DataType type = takes_column(column.kind) ? input.field(places_.back()).type : DataType();
      states_.push_back(make_running_state(column, type, partition_));
    }
  }

  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  void enter(std::size_t partition) { partition_ = static_cast<std::int64_t>(partition); }
  Batch next(const Batch& batch) {
    const bool backward = spec_.options.backward;
    const std::vector<std::uint8_t> starts = starts_.of(batch, backward);
    const std::vector<std::int64_t> back = backward ? turned(batch.num_rows()) : std::vector<std::int64_t>{};
    std::vector<Column> columns = batch.columns();
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!takes_column(spec_.columns[i].kind)) {
        Column made = states_[i]->next(Column(), starts);
        columns.push_back(backward ? columnar::take(made, back) : std::move(made));
        continue;
      }
      const Column& values = batch.column(places_[i]);
      columns.push_back(backward
                            ? columnar::take(states_[i]->next(columnar::take(values, back), starts), back)
                            : states_[i]->next(values, starts));
    }
    Batch made(schema_, std::move(columns), batch.num_rows());
    return spec_.only ? spec_.only->of(made) : made;
  }

 private:
  const RunningSpec& spec_;
  columnar::SchemaPtr schema_;
  RunStarts starts_;
  std::vector<std::size_t> places_;
  std::vector<std::unique_ptr<RunningState>> states_;
  std::int64_t partition_ = 0;
};

class RunningOperation final : public Operation {
 public:
  RunningOperation(RunningSpec spec, std::size_t num_partitions)
      : spec_(std::move(spec)), num_partitions_(num_partitions) {}

  std::string_view name() const override { return "running"; }
  void add_to(KeyBuilder& key) const override {
    spec_.add_to(key);
    key.add(static_cast<std::uint64_t>(num_partitions_));
  }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(num_partitions_); }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    Walk walk(spec_, *stored_schema(inputs[0]));
    const std::size_t leave_free = free_bytes(context) / 2;
    SpillTarget target;
    std::vector<Value> slots(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t partition = spec_.options.backward ? inputs.size() - 1 - i : i;
      walk.enter(partition);
      slots[partition] = partition_of(inputs.subspan(partition, 1), walk, target, leave_free, context);
    }
    return slots;
  }

 private:
  Value partition_of(std::span<const Value> input, Walk& walk, SpillTarget& target, std::size_t leave_free,
                     TaskContext& context) const {
    std::vector<StoredBatch> batches = stored_batches(input);
    if (spec_.options.backward) std::reverse(batches.begin(), batches.end());
    std::vector<RowStore> stores;
    for (const StoredBatch& batch : batches) {
      context.check_stopped();
      stores.emplace_back(walk.schema(), target, leave_free, context);
      stores.back().add(walk.next(batch.load()), context);
    }
    if (spec_.options.backward) std::reverse(stores.begin(), stores.end());
    RowStore all(walk.schema(), target, leave_free, context);
    for (RowStore& store : stores) all.append(std::move(store));
    return all.finish(context);
  }

  RunningSpec spec_;
  std::size_t num_partitions_;
};

}  // namespace

void RunningSpec::add_to(KeyBuilder& key) const {
  key.add(options.backward).add(static_cast<std::uint64_t>(options.keys.size()));
  for (const std::string& name : options.keys) key.add(name);
  for (const RunningColumn& column : columns) {
    key.add(static_cast<int>(column.kind)).add(column.column).add(column.name).add(column.distance);
  }
  if (only) only->add_to(key);
}

Schema running_schema(const Schema& input, const RunningSpec& spec) {
  for (const std::string& key : spec.options.keys) input.index_of(key);
  std::vector<Field> fields = input.fields();
  for (const RunningColumn& column : spec.columns) {
    if (column.distance < (column.kind == RunningKind::kFill ? -1 : 0)) {
      throw InvalidArgument("running column \"" + column.name +
                            "\": expected a distance that is not negative, found " +
                            std::to_string(column.distance));
    }
    const bool taken = std::any_of(fields.begin(), fields.end(),
                                   [&](const Field& field) { return field.name == column.name; });
    if (taken) throw InvalidArgument("running column: the name \"" + column.name + "\" occurs twice");
    const bool takes = takes_column(column.kind);
    const Field of = takes ? input.field(input.index_of(column.column)) : Field{};
    fields.push_back({column.name, running_type(column, of.type), takes && of.sampled});
  }
  return Schema(std::move(fields));
}

std::shared_ptr<const Operation> make_running(RunningSpec spec, std::size_t num_partitions) {
  return std::make_shared<const RunningOperation>(std::move(spec), num_partitions);
}

}  // namespace treadle::dataframe
