#include "dataframe/plan/integer_division.h"

#include <utility>

#include "lazy/rewrite.h"

namespace treadle::dataframe {
namespace {

using Result = IntegerDivision::Result;

PlanPtr with_column(const PlanPtr& input, const Expression& column) {
  std::vector<ExpressionPtr> columns;
  for (const Field& field : input->schema()->fields()) columns.push_back(make_column(field.name));
  columns.push_back(column.node());
  return std::make_shared<const Project>(input, std::move(columns));
}

/// Null by zero.
Expression integers(Result result, const ExpressionPtr& dividend, const ExpressionPtr& divisor) {
  const char* function = result == Result::kFloor ? "pandas.floor_divide" : "pandas.modulo";
  return Expression(make_call(function, {dividend, divisor}));
}

/// Exact results, rounded to floats, beside those that only floats have: -7 by zero is -inf.
Expression floats(Result result, const ExpressionPtr& dividend, const ExpressionPtr& divisor) {
  const Expression number = Expression(dividend).cast(TypeId::kFloat64), zero(0.0);
  const Expression by_zero = result == Result::kFloor
                                 ? number / zero
                                 : Expression(make_call("pandas.modulo", {number.node(), zero.node()}));
  return when(Expression(divisor) == 0)
      .then(by_zero)
      .otherwise(integers(result, dividend, divisor).cast(TypeId::kFloat64));
}

}  // namespace

IntegerDivision::IntegerDivision(const PlanPtr& input, Result result, ExpressionPtr dividend,
                                 ExpressionPtr divisor, std::string name)
    : PlanNode({input}, with_column(input, integers(result, dividend, divisor).alias(name))->schema()),
      result_(result),
      dividend_(std::move(dividend)),
      divisor_(std::move(divisor)),
      name_(std::move(name)) {}

void IntegerDivision::add_operands(std::set<std::string>& columns) const {
  add_references(*dividend_, columns);
  add_references(*divisor_, columns);
}

PlanPtr IntegerDivision::some_zero() const {
  const Expression zero = Expression(divisor_) == 0;
  auto divisors = std::make_shared<const Project>(input(), std::vector{zero.alias("zero").node()});
  auto zeros = std::make_shared<const Filter>(std::move(divisors), make_column("zero"));
  return std::make_shared<const Head>(std::move(zeros), 1);
}

PlanPtr IntegerDivision::decided(bool some_zero) const {
  const auto values = some_zero ? floats : integers;
  return with_column(input(), values(result_, dividend_, divisor_).alias(name_));
}

std::string IntegerDivision::parameters() const {
  const char* sign = result_ == Result::kFloor ? " // " : " % ";
  return name_ + ": " + to_string(*dividend_) + sign + to_string(*divisor_);
}

lazy::NodePtr IntegerDivision::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const IntegerDivision>(as_plan(inputs[0]), result_, dividend_, divisor_, name_);
}

void IntegerDivision::add_to(KeyBuilder& key) const {
  key.add(static_cast<int>(result_)).add(dividend_->key()).add(divisor_->key()).add(name_);
}

std::vector<lazy::NodePtr> assume_no_zero(std::span<const lazy::NodePtr> roots) {
  return lazy::transform(roots, [](const lazy::NodePtr& node, const lazy::NodePtr&) -> lazy::NodePtr {
    const auto* division = node_as<IntegerDivision>(node);
    return division == nullptr ? node : division->decided(false);
  });
}

}  // namespace treadle::dataframe
