#include "sql/row_estimate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/substitute.h"
#include "dataframe/plan/combine.h"
#include "treadle/error.h"

namespace treadle::sql {
namespace {

using dataframe::ExpressionPtr;
using dataframe::node_as;
using dataframe::PlanPtr;

constexpr double kEqualShare = 0.05;
constexpr double kPatternShare = 0.1;
constexpr double kComparedShare = 0.3;

double width_of(const Schema& schema) {
  double width = 1;
  for (const Field& field : schema.fields()) {
    width += field.type.id() == TypeId::kUtf8 || field.type.id() == TypeId::kBinary ? 16 : 8;
  }
  return width;
}

double scanned_rows(const dataframe::Scan& scan) {
  double rows = 0;
  const double width = width_of(*scan.source()->schema());
  for (const io::PartitionInfo& partition : scan.source()->partitions()) {
    rows +=
        partition.rows ? static_cast<double>(*partition.rows) : static_cast<double>(partition.bytes) / width;
  }
  return rows;
}

/// Of a node's rows: how many there may be, and how many there were before any filter.
struct Estimate {
  double rows = 1;
  double unfiltered = 1;
};

// Keys of the smaller table are taken to be distinct there, and all that the larger one has.
double joined_rows(const dataframe::Join& join, const Estimate& left, const Estimate& right) {
  if (join.spec().kind == JoinKind::kSemi || join.spec().kind == JoinKind::kAnti) return left.rows / 2;
  if (join.spec().left_on.empty()) return left.rows * right.rows;
  const double matched = left.rows * right.rows / std::min(left.unfiltered, right.unfiltered);
  return join.spec().kind == JoinKind::kLeft ? std::max(left.rows, matched) : matched;
}

double rows_of(const lazy::NodePtr& node, const std::vector<Estimate>& inputs) {
  if (const auto* scan = node_as<dataframe::Scan>(node)) return scanned_rows(*scan);
  if (const auto* filter = node_as<dataframe::Filter>(node))
    return inputs[0].rows * selectivity(filter->predicate(), filter->input());
  if (const auto* aggregate = node_as<dataframe::Aggregate>(node))
    return aggregate->keys().empty() ? 1 : inputs[0].rows / 10;
  if (const auto* head = node_as<dataframe::Head>(node))
    return std::min(inputs[0].rows, static_cast<double>(head->num_rows()));
  if (const auto* join = node_as<dataframe::Join>(node)) return joined_rows(*join, inputs[0], inputs[1]);
  double sum = 0;
  for (const Estimate& input : inputs) sum += input.rows;
  return sum;
}

double unfiltered_rows(const lazy::NodePtr& node, const std::vector<Estimate>& inputs, double rows) {
  if (inputs.empty() || node_as<dataframe::Aggregate>(node) != nullptr) return rows;
  double most = rows;
  for (const Estimate& input : inputs) most = std::max(most, input.unfiltered);
  return most;
}

/// A value on a line, and the types that lie on the same one.
struct Point {
  double at = 0;
  DataType type;
};

std::optional<Point> point_of(const Scalar& value) {
  Point point{0, value.type()};
  if (const auto* number = std::get_if<std::int64_t>(&value.storage())) {
    point.at = static_cast<double>(*number);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&value.storage())) {
    point.at = static_cast<double>(*natural);
  } else if (const auto* real = std::get_if<double>(&value.storage())) {
    point.at = *real;
  } else {
    return std::nullopt;
  }
  return point;
}

bool on_one_line(const DataType& a, const DataType& b) {
  const auto is_number = [](const DataType& type) { return type.is_integer() || type.is_float(); };
  return a == b || (is_number(a) && is_number(b));
}

/// What an expression without columns comes to.
std::optional<Point> constant_of(const ExpressionPtr& node) {
  if (const auto* literal = node->as<dataframe::Literal>()) return point_of(literal->value);
  if (!dataframe::references(*node).empty() || dataframe::contains_aggregate(*node)) return std::nullopt;
  try {
    const dataframe::BoundExpressions bound({&node, 1}, Schema());
    const std::optional<Scalar> value = bound.constant(0);
    return value ? point_of(*value) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // whoever computes it says what is wrong
  }
}

/// The statistics of a column of a plan, if it is a source's as it is.
std::optional<io::ValueRange> range_of(PlanPtr plan, std::string column) {
  while (true) {
    if (const auto* scan = node_as<dataframe::Scan>(plan)) return scan->source()->value_range(column);
    if (const auto* project = node_as<dataframe::Project>(plan)) {
      const auto& all = project->expressions();
      const auto found = std::find_if(all.begin(), all.end(),
                                      [&](const ExpressionPtr& one) { return output_name(*one) == column; });
      if (found == all.end()) return std::nullopt;
      const auto* below = dataframe::without_alias(*found)->as<dataframe::ColumnReference>();
      if (below == nullptr) return std::nullopt;
      column = below->name;
    } else if (node_as<dataframe::Filter>(plan) == nullptr) {
      return std::nullopt;
    }
    plan = plan->input();
  }
}

/// What conditions leave of the range of one column.
struct Interval {
  double least = 0;
  double greatest = 0;
  double below = 0;  // what may be taken: [above, below]
  double above = 0;
};

/// Multiplies what the parts of a conjunction leave; bounds of one column are taken together.
class Shares {
 public:
  explicit Shares(PlanPtr plan) : plan_(std::move(plan)) {}

  double of(const ExpressionPtr& condition) {
    double share = 1;
    for (const ExpressionPtr& part : dataframe::split_conjunction(condition)) share *= part_share(part);
    for (const auto& [column, interval] : intervals_) {
      const double width = interval.greatest - interval.least;
      share *= std::clamp((interval.below - interval.above) / std::max(width, 1.0), 0.001, 1.0);
    }
    return share;
  }

 private:
  double part_share(const ExpressionPtr& part) {
    const auto* call = part->as<dataframe::Call>();
    if (call == nullptr) return 0.5;
    const std::string& function = call->function;
    if (function == "or") {
      const double either = Shares(plan_).of(part->arguments()[0]) + Shares(plan_).of(part->arguments()[1]);
      return std::min(1.0, either);
    }
    if (function == "not") return std::max(0.0, 1 - Shares(plan_).of(part->arguments()[0]));
    if (function == "not_equal") return 0.9;
    if (function == "is_in") {
      return std::min(1.0, static_cast<double>(part->arguments().size() - 1) * equal_share(part));
    }
    if (function == "equal") return equal_share(part);
    if (function.starts_with("str.")) return kPatternShare;
    return take_bound(function, part) ? 1 : kComparedShare;
  }

  double equal_share(const ExpressionPtr& part) {
    const auto* column = part->arguments()[0]->as<dataframe::ColumnReference>();
    const auto interval = column == nullptr ? std::nullopt : range_on_line(column->name, std::nullopt);
    return interval ? std::min(kEqualShare, 1 / (interval->greatest - interval->least + 1)) : kEqualShare;
  }

  /// "column < constant" and its like, if the range of the column is known.
  bool take_bound(const std::string& function, const ExpressionPtr& part) {
    const bool less = function == "less" || function == "less_equal";
    if (!less && function != "greater" && function != "greater_equal") return false;
    const auto* first = part->arguments()[0]->as<dataframe::ColumnReference>();
    const auto* second = part->arguments()[1]->as<dataframe::ColumnReference>();
    if ((first == nullptr) == (second == nullptr)) return false;
    const auto constant = constant_of(part->arguments()[first != nullptr ? 1 : 0]);
    const std::string& name = first != nullptr ? first->name : second->name;
    if (!constant) return false;
    const auto range = range_on_line(name, constant->type);
    if (!range) return false;
    Interval& interval = intervals_.try_emplace(name, *range).first->second;
    if (less == (first != nullptr)) {
      interval.below = std::min(interval.below, constant->at);
    } else {
      interval.above = std::max(interval.above, constant->at);
    }
    return true;
  }

  std::optional<Interval> range_on_line(const std::string& column,
                                        const std::optional<DataType>& type) const {
    const auto range = range_of(plan_, column);
    if (!range) return std::nullopt;
    const auto least = point_of(range->least);
    const auto greatest = point_of(range->greatest);
    if (!least || !greatest || (type && !on_one_line(*type, least->type))) return std::nullopt;
    return Interval{least->at, greatest->at, greatest->at, least->at};
  }

  PlanPtr plan_;
  std::map<std::string, Interval> intervals_;
};

}  // namespace

double selectivity(const ExpressionPtr& condition, const PlanPtr& plan) { return Shares(plan).of(condition); }

double estimate_rows(const PlanPtr& plan) {
  const std::vector<lazy::NodePtr> roots = {plan};
  std::unordered_map<const lazy::Node*, Estimate> estimates;
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    std::vector<Estimate> inputs;
    for (const lazy::NodePtr& input : node->inputs()) inputs.push_back(estimates.at(input.get()));
    const double rows = std::max(1.0, rows_of(node, inputs));
    estimates[node.get()] = {rows, unfiltered_rows(node, inputs, rows)};
  }
  return estimates.at(plan.get()).rows;
}

}  // namespace treadle::sql
