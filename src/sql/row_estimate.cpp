#include "sql/row_estimate.h"

#include <algorithm>
#include <unordered_map>

#include "dataframe/plan/combine.h"

namespace treadle::sql {
namespace {

using dataframe::node_as;

double width_of(const Schema& schema) {
  double width = 1;
  for (const Field& field : schema.fields()) {
    width += field.type.id() == TypeId::kUtf8 || field.type.id() == TypeId::kBinary ? 16 : 8;
  }
  return width;
}

double scanned_rows(const dataframe::Scan& scan) {
  double bytes = 0;
  for (const io::PartitionInfo& partition : scan.source()->partitions()) {
    bytes += static_cast<double>(partition.bytes);
  }
  return bytes / width_of(*scan.source()->schema());
}

double joined_rows(const dataframe::Join& join, double left, double right) {
  if (join.spec().kind == JoinKind::kSemi || join.spec().kind == JoinKind::kAnti) return left / 2;
  return join.spec().left_on.empty() ? left * right : std::max(left, right);
}

double rows_of(const lazy::NodePtr& node, const std::vector<double>& inputs) {
  if (const auto* scan = node_as<dataframe::Scan>(node)) return scanned_rows(*scan);
  if (const auto* filter = node_as<dataframe::Filter>(node))
    return inputs[0] * selectivity(*filter->predicate());
  if (const auto* aggregate = node_as<dataframe::Aggregate>(node))
    return aggregate->keys().empty() ? 1 : inputs[0] / 10;
  if (const auto* head = node_as<dataframe::Head>(node))
    return std::min(inputs[0], static_cast<double>(head->num_rows()));
  if (const auto* join = node_as<dataframe::Join>(node)) return joined_rows(*join, inputs[0], inputs[1]);
  double sum = 0;
  for (const double rows : inputs) sum += rows;
  return sum;
}

}  // namespace

double selectivity(const dataframe::ExpressionNode& condition) {
  const auto* call = condition.as<dataframe::Call>();
  if (call == nullptr) return 0.5;
  if (call->function == "and") {
    return selectivity(*condition.arguments()[0]) * selectivity(*condition.arguments()[1]);
  }
  if (call->function == "or") {
    return std::min(1.0, selectivity(*condition.arguments()[0]) + selectivity(*condition.arguments()[1]));
  }
  if (call->function == "not") return 1 - selectivity(*condition.arguments()[0]);
  if (call->function == "equal") return 0.05;
  return call->function == "not_equal" ? 0.9 : 0.3;
}

double estimate_rows(const dataframe::PlanPtr& plan) {
  const std::vector<lazy::NodePtr> roots = {plan};
  std::unordered_map<const lazy::Node*, double> rows;
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    std::vector<double> inputs;
    for (const lazy::NodePtr& input : node->inputs()) inputs.push_back(rows.at(input.get()));
    rows[node.get()] = std::max(1.0, rows_of(node, inputs));
  }
  return rows.at(plan.get());
}

}  // namespace treadle::sql
