#include "treadle/data_frame.h"

#include <algorithm>
#include <utility>

#include "columnar/selection.h"
#include "dataframe/group_by.h"
#include "dataframe/plan/node.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/running.h"
#include "io/memory_source.h"
#include "io/numbered_source.h"
#include "treadle/error.h"

namespace treadle {

using dataframe::ExpressionPtr;
using dataframe::PlanPtr;

namespace {

std::vector<ExpressionPtr> nodes_of(const std::vector<Expression>& expressions) {
  std::vector<ExpressionPtr> nodes;
  for (const Expression& expression : expressions) nodes.push_back(expression.node());
  return nodes;
}

/// The expressions in front of the columns that they do not replace, which keep their places.
std::vector<ExpressionPtr> replace_columns(const Schema& schema,
                                           const std::vector<ExpressionPtr>& expressions) {
  std::vector<ExpressionPtr> all;
  for (const Field& field : schema.fields()) all.push_back(dataframe::make_column(field.name));
  for (const ExpressionPtr& expression : expressions) {
    if (const auto place = schema.find(dataframe::output_name(*expression))) {
      all[*place] = expression;
    } else {
      all.push_back(expression);
    }
  }
  return all;
}

/// Distinct rows are groups of which the first row is kept.
PlanPtr distinct(const PlanPtr& input, std::vector<std::string> keys) {
  std::vector<dataframe::AggregateColumn> firsts;
  std::vector<ExpressionPtr> order;
  for (const Field& field : input->schema()->fields()) {
    order.push_back(dataframe::make_column(field.name));
    if (std::find(keys.begin(), keys.end(), field.name) != keys.end()) continue;
    firsts.push_back({dataframe::AggregateKind::kFirst, field.name, 1, field.name, 0.5});
  }
  PlanPtr groups = std::make_shared<const dataframe::Aggregate>(input, std::move(keys), std::move(firsts));
  return std::make_shared<const dataframe::Project>(std::move(groups), std::move(order));
}

}  // namespace

DataFrame::DataFrame(Table table) : plan_(std::make_shared<const dataframe::Scan>(io::open_memory(table))) {}

DataFrame::DataFrame(Table table, std::vector<std::int64_t> partition_rows)
    : plan_(std::make_shared<const dataframe::Scan>(io::open_memory(table, std::move(partition_rows)))) {}

DataFrame DataFrame::filter(Expression predicate) const {
  return DataFrame(std::make_shared<const dataframe::Filter>(plan_, predicate.node()));
}

DataFrame DataFrame::select(std::vector<Expression> expressions) const {
  const std::vector<ExpressionPtr> nodes = nodes_of(expressions);
  const auto aggregates = [](const ExpressionPtr& node) { return dataframe::contains_aggregate(*node); };
  if (std::any_of(nodes.begin(), nodes.end(), aggregates)) {
    return DataFrame(dataframe::group_by(plan_, {}, nodes));
  }
  return DataFrame(std::make_shared<const dataframe::Project>(plan_, nodes));
}

DataFrame DataFrame::with_columns(std::vector<Expression> expressions) const {
  return DataFrame(std::make_shared<const dataframe::Project>(
      plan_, replace_columns(*plan_->schema(), nodes_of(expressions))));
}

GroupedFrame DataFrame::group_by(std::vector<Expression> keys) const { return {*this, std::move(keys)}; }

DataFrame GroupedFrame::agg(std::vector<Expression> aggregates) const {
  return DataFrame(dataframe::group_by(frame_.plan(), nodes_of(keys_), nodes_of(aggregates)));
}

DataFrame DataFrame::sort(std::vector<SortColumn> columns) const {
  if (columns.empty()) throw InvalidArgument("sort: expected at least one column, found none");
  return DataFrame(std::make_shared<const dataframe::Sort>(plan_, std::move(columns)));
}

DataFrame DataFrame::head(std::int64_t num_rows) const {
  return DataFrame(std::make_shared<const dataframe::Head>(plan_, num_rows));
}

DataFrame DataFrame::slice(std::int64_t offset, std::optional<std::int64_t> length) const {
  return DataFrame(
      std::make_shared<const dataframe::Head>(plan_, length.value_or(dataframe::Head::kAll), offset));
}

DataFrame DataFrame::unique(std::vector<std::string> columns) const {
  if (columns.empty()) columns = plan_->schema()->names();
  for (const std::string& name : columns) plan_->schema()->index_of(name);
  return DataFrame(distinct(plan_, std::move(columns)));
}

DataFrame DataFrame::map_partitions(std::shared_ptr<const PartitionFunction> function, bool whole) const {
  return DataFrame(std::make_shared<const dataframe::MapPartitions>(
      plan_, dataframe::MapSpec{std::move(function), whole}));
}

DataFrame DataFrame::map_beside(std::shared_ptr<const PartitionFunction> function,
                                std::vector<std::string> arguments, bool whole) const {
  return DataFrame(std::make_shared<const dataframe::MapPartitions>(
      plan_, dataframe::MapSpec{std::move(function), whole, std::move(arguments)}));
}

DataFrame DataFrame::with_row_numbers(const std::string& name) const {
  const auto* scan = dataframe::node_as<dataframe::Scan>(plan_);
  if (scan == nullptr)
    throw InvalidArgument("with_row_numbers: expected a frame as it is read, found other steps");
  return DataFrame(std::make_shared<const dataframe::Scan>(io::number_rows(scan->source(), name)));
}

std::size_t DataFrame::num_partitions() const { return dataframe::num_partitions(plan_); }

DataFrame DataFrame::partitions(const std::vector<std::size_t>& chosen) const {
  return DataFrame(dataframe::choose_partitions(plan_, chosen));
}

DataFrame DataFrame::repartition(std::size_t num_partitions) const {
  return DataFrame(std::make_shared<const dataframe::Repartition>(plan_, num_partitions));
}

DataFrame DataFrame::repartition_together(std::size_t num_partitions,
                                          std::vector<std::string> together) const {
  return DataFrame(std::make_shared<const dataframe::Cut>(
      plan_, dataframe::CutSpec{num_partitions, std::move(together), {}, std::nullopt}));
}

DataFrame DataFrame::repartition_at(std::string column, const Table& bounds) const {
  if (bounds.schema().num_fields() != 1) {
    throw InvalidArgument("repartition_at: expected bounds in one column, found " +
                          std::to_string(bounds.schema().num_fields()));
  }
  dataframe::CutSpec spec{
      static_cast<std::size_t>(bounds.num_rows()) + 1, {}, std::move(column), std::nullopt};
  spec.bounds = bounds.num_rows() == 0 ? columnar::Column::nulls(bounds.schema().field(0).type, 0)
                                       : columnar::concatenate(bounds.batches()).column(0);
  return DataFrame(std::make_shared<const dataframe::Cut>(plan_, std::move(spec)));
}

DataFrame DataFrame::with_running(std::vector<RunningColumn> columns, RunningOptions options) const {
  return DataFrame(std::make_shared<const dataframe::Running>(
      plan_, dataframe::RunningSpec{std::move(columns), std::move(options)}));
}

Schema DataFrame::schema() const { return *plan_->schema(); }

}  // namespace treadle
