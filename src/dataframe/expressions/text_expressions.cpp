#include <utility>

#include "dataframe/expressions/node.h"
#include "treadle/expression.h"

// The text and the date operations of expressions: names of functions and the order of their parameters.
namespace treadle {
namespace {

Expression call(std::string function, const Expression& on, std::vector<Scalar> parameters = {}) {
  std::vector<dataframe::ExpressionPtr> arguments = {on.node()};
  for (Scalar& parameter : parameters) arguments.push_back(dataframe::make_literal(std::move(parameter)));
  return Expression(dataframe::make_call(std::move(function), std::move(arguments)));
}

/// The empty set of characters stands for white space: the function has then no parameter.
Expression strip_call(std::string function, const Expression& on, std::string characters) {
  if (characters.empty()) return call(std::move(function), on);
  return call(std::move(function), on, {Scalar(std::move(characters))});
}

}  // namespace

Expression StringExpressions::length() const { return call("str.length", text_); }
Expression StringExpressions::length_bytes() const { return call("str.length_bytes", text_); }
Expression StringExpressions::to_lower() const { return call("str.to_lower", text_); }
Expression StringExpressions::to_upper() const { return call("str.to_upper", text_); }
Expression StringExpressions::strip(std::string characters) const {
  return strip_call("str.strip", text_, std::move(characters));
}
Expression StringExpressions::strip_start(std::string characters) const {
  return strip_call("str.strip_start", text_, std::move(characters));
}
Expression StringExpressions::strip_end(std::string characters) const {
  return strip_call("str.strip_end", text_, std::move(characters));
}
Expression StringExpressions::contains(std::string pattern, bool literal) const {
  return call("str.contains", text_, {std::move(pattern), literal});
}
Expression StringExpressions::starts_with(std::string prefix) const {
  return call("str.starts_with", text_, {std::move(prefix)});
}
Expression StringExpressions::ends_with(std::string suffix) const {
  return call("str.ends_with", text_, {std::move(suffix)});
}
Expression StringExpressions::replace(std::string pattern, std::string by, bool literal) const {
  return call("str.replace", text_, {std::move(pattern), std::move(by), literal});
}
Expression StringExpressions::replace_all(std::string pattern, std::string by, bool literal) const {
  return call("str.replace_all", text_, {std::move(pattern), std::move(by), literal});
}
Expression StringExpressions::slice(std::int64_t offset, std::int64_t length) const {
  return call("str.slice", text_, {offset, length});
}
Expression StringExpressions::to_date(std::string format, bool strict) const {
  return call("str.to_date", text_, {std::move(format), strict});
}
Expression StringExpressions::to_timestamp(std::string format, bool strict) const {
  return call("str.to_timestamp", text_, {std::move(format), strict});
}

Expression concat_str(std::vector<Expression> parts, std::string separator) {
  std::vector<dataframe::ExpressionPtr> arguments = {dataframe::make_literal(Scalar(std::move(separator)))};
  for (const Expression& part : parts) arguments.push_back(part.node());
  return Expression(dataframe::make_call("str.concat", std::move(arguments)));
}

Expression DateExpressions::year() const { return call("dt.year", time_); }
Expression DateExpressions::quarter() const { return call("dt.quarter", time_); }
Expression DateExpressions::month() const { return call("dt.month", time_); }
Expression DateExpressions::day() const { return call("dt.day", time_); }
Expression DateExpressions::hour() const { return call("dt.hour", time_); }
Expression DateExpressions::minute() const { return call("dt.minute", time_); }
Expression DateExpressions::second() const { return call("dt.second", time_); }
Expression DateExpressions::millisecond() const { return call("dt.millisecond", time_); }
Expression DateExpressions::microsecond() const { return call("dt.microsecond", time_); }
Expression DateExpressions::nanosecond() const { return call("dt.nanosecond", time_); }
Expression DateExpressions::weekday() const { return call("dt.weekday", time_); }
Expression DateExpressions::week() const { return call("dt.week", time_); }
Expression DateExpressions::ordinal_day() const { return call("dt.ordinal_day", time_); }
Expression DateExpressions::date() const { return call("dt.date", time_); }
Expression DateExpressions::truncate(std::string period) const {
  return call("dt.truncate", time_, {std::move(period)});
}
Expression DateExpressions::strftime(std::string format) const {
  return call("dt.strftime", time_, {std::move(format)});
}
Expression DateExpressions::total_days() const { return call("dt.total_days", time_); }
Expression DateExpressions::total_hours() const { return call("dt.total_hours", time_); }
Expression DateExpressions::total_minutes() const { return call("dt.total_minutes", time_); }
Expression DateExpressions::total_seconds() const { return call("dt.total_seconds", time_); }
Expression DateExpressions::total_milliseconds() const { return call("dt.total_milliseconds", time_); }

}  // namespace treadle
