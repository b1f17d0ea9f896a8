#include "treadle/expression.h"

#include <utility>

#include "dataframe/expressions/node.h"
#include "treadle/error.h"

namespace treadle {

using dataframe::AggregateKind;
using dataframe::ExpressionPtr;
using dataframe::make_aggregate;
using dataframe::make_call;

namespace {

Expression call(std::string function, std::vector<ExpressionPtr> arguments) {
  return Expression(make_call(std::move(function), std::move(arguments)));
}
Expression unary(std::string function, const Expression& a) { return call(std::move(function), {a.node()}); }
Expression binary(std::string function, const Expression& a, const Expression& b) {
  return call(std::move(function), {a.node(), b.node()});
}
ExpressionPtr literal(Scalar value) { return dataframe::make_literal(std::move(value)); }

}  // namespace

Expression::Expression(Scalar value) : node_(dataframe::make_literal(std::move(value))) {}

Expression Expression::alias(std::string name) const {
  return Expression(dataframe::make_alias(dataframe::without_alias(node_), std::move(name)));
}
Expression Expression::cast(DataType type) const {
  return Expression(dataframe::make_cast(node_, std::move(type), true));
}
Expression Expression::try_cast(DataType type) const {
  return Expression(dataframe::make_cast(node_, std::move(type), false));
}

Expression Expression::floor_divide(Expression divisor) const {
  return binary("floor_divide", *this, divisor);
}
Expression Expression::abs() const { return unary("abs", *this); }
Expression Expression::floor() const { return unary("floor", *this); }
Expression Expression::ceil() const { return unary("ceil", *this); }
Expression Expression::round(int digits) const { return call("round", {node_, literal(digits)}); }
Expression Expression::sqrt() const { return unary("sqrt", *this); }
Expression Expression::exp() const { return unary("exp", *this); }
Expression Expression::log() const { return unary("log", *this); }
Expression Expression::pow(Expression exponent) const { return binary("pow", *this, exponent); }

Expression Expression::is_null() const { return unary("is_null", *this); }
Expression Expression::is_not_null() const { return unary("is_not_null", *this); }
Expression Expression::is_nan() const { return unary("is_nan", *this); }
Expression Expression::fill_null(Expression value) const { return binary("fill_null", *this, value); }
Expression Expression::is_in(std::vector<Scalar> values) const {
  std::vector<ExpressionPtr> arguments = {node_};
  for (Scalar& value : values) arguments.push_back(literal(std::move(value)));
  return call("is_in", std::move(arguments));
}
// Two comparisons: sources can prune by them, and the evaluator computes *this once.
Expression Expression::is_between(Expression low, Expression high) const {
  return (*this >= std::move(low)) & (*this <= std::move(high));
}

StringExpressions Expression::str() const { return StringExpressions(*this); }
DateExpressions Expression::dt() const { return DateExpressions(*this); }

Expression Expression::sum() const { return Expression(make_aggregate({AggregateKind::kSum}, node_)); }
Expression Expression::mean() const { return Expression(make_aggregate({AggregateKind::kMean}, node_)); }
Expression Expression::min() const { return Expression(make_aggregate({AggregateKind::kMin}, node_)); }
Expression Expression::max() const { return Expression(make_aggregate({AggregateKind::kMax}, node_)); }
Expression Expression::count() const { return Expression(make_aggregate({AggregateKind::kCount}, node_)); }
Expression Expression::size() const { return Expression(make_aggregate({AggregateKind::kSize}, node_)); }
Expression Expression::first() const { return Expression(make_aggregate({AggregateKind::kFirst}, node_)); }
Expression Expression::last() const { return Expression(make_aggregate({AggregateKind::kLast}, node_)); }
Expression Expression::std(int ddof) const {
  return Expression(make_aggregate({AggregateKind::kStd, ddof}, node_));
}
Expression Expression::var(int ddof) const {
  return Expression(make_aggregate({AggregateKind::kVar, ddof}, node_));
}
Expression Expression::nunique() const {
  return Expression(make_aggregate({AggregateKind::kNunique}, node_));
}
Expression Expression::median() const { return Expression(make_aggregate({AggregateKind::kMedian}, node_)); }
Expression Expression::product() const {
  return Expression(make_aggregate({AggregateKind::kProduct}, node_));
}
Expression Expression::quantile(double share) const {
  if (!(share >= 0 && share <= 1)) {
    throw InvalidArgument("quantile: expected a share between 0 and 1, found " + std::to_string(share));
  }
  return Expression(make_aggregate({AggregateKind::kQuantile, 1, share}, node_));
}
Expression Expression::first_valid() const {
  return Expression(make_aggregate({AggregateKind::kFirstValid}, node_));
}
Expression Expression::last_valid() const {
  return Expression(make_aggregate({AggregateKind::kLastValid}, node_));
}

std::string Expression::to_string() const { return dataframe::to_string(*node_); }

Expression col(std::string name) { return Expression(dataframe::make_column(std::move(name))); }
Expression lit(Scalar value) { return Expression(std::move(value)); }
Expression count() { return Expression(make_aggregate({AggregateKind::kSize}, nullptr)); }

Expression operator+(Expression a, Expression b) { return binary("add", a, b); }
Expression operator-(Expression a, Expression b) { return binary("subtract", a, b); }
Expression operator*(Expression a, Expression b) { return binary("multiply", a, b); }
Expression operator/(Expression a, Expression b) { return binary("divide", a, b); }
Expression operator%(Expression a, Expression b) { return binary("modulo", a, b); }
Expression operator-(Expression a) { return unary("negate", a); }
Expression operator==(Expression a, Expression b) { return binary("equal", a, b); }
Expression operator!=(Expression a, Expression b) { return binary("not_equal", a, b); }
Expression operator<(Expression a, Expression b) { return binary("less", a, b); }
Expression operator<=(Expression a, Expression b) { return binary("less_equal", a, b); }
Expression operator>(Expression a, Expression b) { return binary("greater", a, b); }
Expression operator>=(Expression a, Expression b) { return binary("greater_equal", a, b); }
Expression operator&(Expression a, Expression b) { return binary("and", a, b); }
Expression operator|(Expression a, Expression b) { return binary("or", a, b); }
Expression operator^(Expression a, Expression b) { return binary("xor", a, b); }
Expression operator!(Expression a) { return unary("not", a); }

When when(Expression condition) {
  When result;
  result.branches_.push_back(std::move(condition));
  return result;
}
Then When::then(Expression value) const {
  Then result;
  result.branches_ = branches_;
  result.branches_.push_back(std::move(value));
  return result;
}
When Then::when(Expression condition) const {
  When result;
  result.branches_ = branches_;
  result.branches_.push_back(std::move(condition));
  return result;
}
Expression Then::otherwise(Expression value) const {
  ExpressionPtr result = value.node();
  for (std::size_t i = branches_.size(); i >= 2; i -= 2) {
    result = make_call("if_else", {branches_[i - 2].node(), branches_[i - 1].node(), std::move(result)});
  }
  return Expression(std::move(result));
}
Then::operator Expression() const { return otherwise(Expression(Scalar())); }

}  // namespace treadle
