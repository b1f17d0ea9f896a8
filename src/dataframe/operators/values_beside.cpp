#include "dataframe/operators/values_beside.h"

#include <memory>
#include <string>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "dataframe/operators/batch_reader.h"
#include "dataframe/operators/fragment.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::SchemaPtr;

/// Where a column of the pipeline's input comes from.
struct Place {
  bool beside = false;
  std::size_t column = 0;  // among the reader's, or among the values
};

/// The rows of another reader, each with the same values beside it.
class RepeatingReader final : public io::PartitionReader {
 public:
  RepeatingReader(std::unique_ptr<io::PartitionReader> rows, SchemaPtr schema, Batch values,
                  std::vector<Place> places)
      : rows_(std::move(rows)),
        schema_(std::move(schema)),
        values_(std::move(values)),
        places_(std::move(places)) {}

  std::size_t num_strips() const override { return rows_->num_strips(); }
  std::size_t bytes_per_strip() const override { return rows_->bytes_per_strip(); }

  io::StripReport read_strip(std::size_t strip, const SchemaPtr& assumed,
                             std::optional<io::RecordBoundary> begin, const io::MorselConsumer& consume,
                             TaskContext& context) const override {
    const auto with_values = [&](const Batch& morsel) { return consume(beside(morsel, assumed)); };
    return rows_->read_strip(strip, schema_, begin, with_values, context);
  }

 private:
  Batch beside(const Batch& morsel, const SchemaPtr& schema) const {
    const std::vector<std::int64_t> first(static_cast<std::size_t>(morsel.num_rows()), 0);
    std::vector<Column> columns;
    for (const Place& place : places_) {
      columns.push_back(place.beside ? columnar::take(values_.column(place.column), first)
                                     : morsel.column(place.column));
    }
    return {schema, std::move(columns), morsel.num_rows()};
  }

  std::unique_ptr<io::PartitionReader> rows_;
  SchemaPtr schema_;  // of what the other reader delivers
  Batch values_;
  std::vector<Place> places_;
};

/// All rows of the values: one, or none.
Batch only_row(std::span<const Value> inputs) {
  std::vector<Batch> batches;
  for (const Value& input : inputs) {
    const auto& list = input.get<columnar::BatchList>();
    for (const Batch& batch : list.batches) {
      if (batch.num_rows() != 0) batches.push_back(batch);
    }
  }
  if (batches.empty()) return {};
  Batch row = columnar::concatenate(batches);
  if (row.num_rows() != 1) {
    throw InternalError("expected one row of values beside others, found " + std::to_string(row.num_rows()));
  }
  return row;
}

SchemaPtr both(const Schema& rows, const Schema& values) {
  std::vector<Field> fields = rows.fields();
  fields.insert(fields.end(), values.fields().begin(), values.fields().end());
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace

MemoryNeed ValuesBeside::memory_need(std::span<const SizeEstimate> inputs) const {
  return alike_.memory_need(inputs.first(1));
}

Outcome ValuesBeside::run(std::span<const Value> inputs, TaskContext& context) const {
  const Batch values = only_row(inputs.subspan(1));
  std::vector<StoredBatch> batches;
  if (values.num_rows() != 0) batches = stored_batches(inputs.first(1));
  const SchemaPtr rows = stored_schema(inputs.front());
  FragmentInput input;
  input.counts_rows = false;
  input.partition = partition_;
  input.bytes = count_bytes(batches);
  input.types = both(*rows, *inputs[1].get<columnar::BatchList>().schema);
  input.open = [&](const std::vector<std::string>& names) -> std::unique_ptr<io::PartitionReader> {
    std::vector<std::size_t> columns;
    std::vector<Field> fields;
    std::vector<Place> places;
    for (const std::string& name : names) {
      const std::size_t at = input.types->index_of(name);
      const bool beside = at >= rows->num_fields();
      places.push_back({beside, beside ? at - rows->num_fields() : columns.size()});
      if (beside) continue;
      columns.push_back(at);
      fields.push_back(rows->field(at));
    }
    return std::make_unique<RepeatingReader>(open_batches(batches, std::move(columns)),
                                             std::make_shared<const Schema>(std::move(fields)), values,
                                             std::move(places));
  };
  return run_fragment(pipe_, input, context).slots;
}

}  // namespace treadle::dataframe
