#include "dataframe/plan/node.h"

#include <algorithm>
#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/plan/output_schema.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

std::vector<lazy::NodePtr> as_nodes(std::vector<PlanPtr> plans) { return {plans.begin(), plans.end()}; }

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

columnar::SchemaPtr checked_filter_schema(const PlanPtr& input, const ExpressionPtr& predicate) {
  const DataType type = type_of(predicate, *input->schema());
  if (type.id() != TypeId::kBool && type.id() != TypeId::kNull) {
    throw TypeError("expected a predicate of type bool, found " + to_string(*predicate) + " of type " +
                    type.to_string());
  }
  return input->schema();
}

columnar::SchemaPtr checked_sort_schema(const PlanPtr& input, const std::vector<SortColumn>& columns) {
  for (const SortColumn& column : columns) {
    const Field& field = input->schema()->field(input->schema()->index_of(column.name));
    if (field.type.is_nested()) {
      throw TypeError("expected columns that have an order, found " + column.name + " of type " +
                      field.type.to_string());
    }
  }
  return input->schema();
}

}  // namespace

PlanNode::PlanNode(std::vector<PlanPtr> inputs, columnar::SchemaPtr schema)
    : lazy::Node(as_nodes(std::move(inputs))), schema_(std::move(schema)) {}

PlanPtr PlanNode::input() const { return as_plan(inputs().at(0)); }

Filter::Filter(PlanPtr input, ExpressionPtr predicate)
    : PlanNode({input}, checked_filter_schema(input, predicate)), predicate_(without_alias(predicate)) {}

lazy::NodePtr Filter::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Filter>(as_plan(inputs[0]), predicate_);
}

Project::Project(PlanPtr input, std::vector<ExpressionPtr> expressions)
    : PlanNode({input}, project_schema(*input->schema(), expressions)),
      expressions_(std::move(expressions)) {}

bool Project::only_selects() const {
  return std::all_of(expressions_.begin(), expressions_.end(), [](const ExpressionPtr& expression) {
    return expression->as<ColumnReference>() != nullptr;
  });
}

std::string Project::parameters() const {
  std::vector<std::string> parts;
  for (const ExpressionPtr& expression : expressions_) parts.push_back(to_string(*expression));
  return join(parts);
}

lazy::NodePtr Project::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Project>(as_plan(inputs[0]), expressions_);
}

void Project::add_to(KeyBuilder& key) const {
  for (const ExpressionPtr& expression : expressions_) key.add(expression->key());
}

Sort::Sort(PlanPtr input, std::vector<SortColumn> columns, std::optional<std::int64_t> limit,
           std::optional<GroupLimit> of_groups)
    : PlanNode({input}, checked_sort_schema(input, columns)),
      columns_(std::move(columns)),
      limit_(limit),
      of_groups_(of_groups) {}

std::string Sort::parameters() const {
  std::vector<std::string> parts;
  for (const SortColumn& column : columns_) {
    parts.push_back(column.name + (column.descending ? " descending" : "") +
                    (column.nulls_first ? "" : " nulls last"));
  }
  std::string text = join(parts);
  if (limit_) text += ": " + std::to_string(*limit_) + " rows";
  if (of_groups_) {
    parts.resize(of_groups_->num_keys);
    text += ": at least " + std::to_string(of_groups_->count) + " rows for each " + join(parts);
    if (of_groups_->with_equals) text += " and their equals";
  }
  return text;
}

lazy::NodePtr Sort::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Sort>(as_plan(inputs[0]), columns_, limit_, of_groups_);
}

void Sort::add_to(KeyBuilder& key) const {
  for (const SortColumn& column : columns_)
    key.add(column.name).add(column.descending).add(column.nulls_first);
  key.add(limit_.value_or(-1));
  if (of_groups_) add_limit(key, *of_groups_);
}

Head::Head(PlanPtr input, std::int64_t num_rows, std::int64_t offset)
    : PlanNode({input}, input->schema()), num_rows_(num_rows), offset_(offset) {
  if (num_rows < 0)
    throw InvalidArgument("head: expected a number of rows, found " + std::to_string(num_rows));
  if (offset < 0) {
    throw InvalidArgument("slice: expected a number of rows to pass over, found " + std::to_string(offset));
  }
}

std::string Head::parameters() const {
  const std::string count = num_rows_ == kAll ? "all" : std::to_string(num_rows_);
  return offset_ == 0 ? count : count + " behind " + std::to_string(offset_);
}

lazy::NodePtr Head::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Head>(as_plan(inputs[0]), num_rows_, offset_);
}

Write::Write(PlanPtr input, std::string directory, ParquetWriteOptions options, io::FileDetails details)
    : PlanNode({input}, input->schema()),
      directory_(std::move(directory)),
      options_(std::move(options)),
      details_(std::move(details)) {
  const Schema& schema = *this->schema();
  for (const std::string& name : options_.partition_on) schema.index_of(name);
  if (options_.partition_on.size() >= schema.num_fields()) {
    throw InvalidArgument("write_parquet: expected columns besides those in partition_on, found none");
  }
}

std::string Write::parameters() const {
  std::string text = "parquet " + directory_;
  if (!options_.partition_on.empty()) text += " by " + join(options_.partition_on);
  if (options_.mode == WriteMode::kAppend) text += ", appended";
  return text + ", " + options_.compression;
}

lazy::NodePtr Write::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const Write>(as_plan(inputs[0]), directory_, options_, details_);
}

void Write::add_to(KeyBuilder& key) const {
  key.add(directory_)
      .add(options_.compression)
      .add(static_cast<int>(options_.mode))
      .add(options_.row_group_rows);
  for (const std::string& name : options_.partition_on) key.add(name);
  for (const auto& [name, value] : details_.metadata) key.add(name).add(value);
  for (const auto& [name, kind] : details_.categories) {
    key.add(name).add(kind.ordered).add(kind.values.has_value());
    for (const std::string& category : kind.values.value_or(std::vector<std::string>())) key.add(category);
  }
  for (const auto& [name, method] : details_.compressions) key.add(name).add(method);
}

}  // namespace treadle::dataframe
