#include "dataframe/operators/union_values.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/function.h"
#include "columnar/functions/types.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::Column;

void add_field(Field& field, const Field& more) {
  const auto common = columnar::functions::common_type(field.type, more.type);
  if (!common) {
    throw TypeError("concat: expected columns of types that have one in common, found " + field.name +
                    " of type " + field.type.to_string() + " and " + more.name + " of type " +
                    more.type.to_string() + "; bring one to the other's type with cast()");
  }
  field.type = *common;
  field.sampled |= more.sampled;
}

Batch as_schema(const Batch& batch, const columnar::SchemaPtr& schema) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < schema->num_fields(); ++i) {
    const DataType& type = schema->field(i).type;
    const Column& column = batch.column(i);
    if (column.type() == type) {
      columns.push_back(column);
    } else if (column.type().id() == TypeId::kNull) {
      columns.push_back(Column::nulls(type, batch.num_rows()));
    } else {
      columns.push_back(columnar::cast(column, type, true));
    }
  }
  return {schema, std::move(columns), batch.num_rows()};
}

bool same_schema(const Schema& a, const Schema& b) {
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const Field& x, const Field& y) { return x.name == y.name && x.type == y.type; });
}

/// The rows of a value under another schema; the value itself if that is its own.
Value converted(const Value& value, const columnar::SchemaPtr& schema, TaskContext& context) {
  if (same_schema(*stored_schema(value), *schema)) return value;
  SpillTarget target;
  std::vector<StoredBatch> batches = stored_batches({&value, 1});
  for (StoredBatch& batch : batches) {
    context.check_stopped();
    const Batch made = as_schema(batch.load(), schema);
    batch = batch.spilled() ? StoredBatch(made, target.file(context)) : StoredBatch(made);
  }
  return value_of_rows(schema, std::move(batches), target, context);
}

class UnionValues final : public Operation {
 public:
  explicit UnionValues(std::vector<std::size_t> num_values) : num_values_(std::move(num_values)) {}
  std::string_view name() const override { return "union"; }
  void add_to(KeyBuilder& key) const override {
    for (const std::size_t count : num_values_) key.add(static_cast<std::uint64_t>(count));
  }

  std::uint32_t num_slots() const override {
    return static_cast<std::uint32_t>(
        std::accumulate(num_values_.begin(), num_values_.end(), std::size_t{0}));
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    std::vector<columnar::SchemaPtr> schemas;
    for (std::size_t first = 0; const std::size_t count : num_values_) {
      schemas.push_back(stored_schema(inputs[first]));
      first += count;
    }
    const columnar::SchemaPtr schema = union_schema(schemas);
    std::vector<Value> slots;
    for (const Value& input : inputs) slots.push_back(converted(input, schema, context));
    return slots;
  }

 private:
  std::vector<std::size_t> num_values_;
};

}  // namespace

columnar::SchemaPtr union_schema(const std::vector<columnar::SchemaPtr>& inputs) {
  if (inputs.empty()) throw InvalidArgument("concat: expected at least one frame, found none");
  std::vector<Field> fields = inputs[0]->fields();
  for (const columnar::SchemaPtr& input : inputs) {
    if (input->num_fields() != fields.size()) {
      throw InvalidArgument("concat: expected frames of as many columns as the first, " +
                            std::to_string(fields.size()) + ", found one of " +
                            std::to_string(input->num_fields()));
    }
    for (std::size_t i = 0; i < fields.size(); ++i) add_field(fields[i], input->field(i));
  }
  return std::make_shared<const Schema>(std::move(fields));
}

std::shared_ptr<const Operation> make_union_values(std::vector<std::size_t> num_values) {
  return std::make_shared<const UnionValues>(std::move(num_values));
}

}  // namespace treadle::dataframe
