#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/data_type.h"
#include "treadle/scalar.h"

namespace treadle {

namespace dataframe {
class ExpressionNode;  // src/dataframe/expressions/node.h
}

class StringExpressions;
class DateExpressions;

/// A computation on columns, not yet done: `col("price") * col("count") > 100`.
///
/// A small value over a shared immutable tree; combining two makes a third and touches no data. Names and
/// types are checked when a frame takes the expression. Missing values: every operation on a null gives null
/// unless it says otherwise; `&` and `|` follow three-valued logic.
class Expression {
 public:
  /// A literal, so that numbers and text mix with columns.
  // NOLINTBEGIN(google-explicit-constructor)
  Expression(Scalar value);
  Expression(int value) : Expression(Scalar(value)) {}
  Expression(std::int64_t value) : Expression(Scalar(value)) {}
  Expression(double value) : Expression(Scalar(value)) {}
  Expression(bool value) : Expression(Scalar(value)) {}
  Expression(const char* value) : Expression(Scalar(value)) {}
  Expression(std::string value) : Expression(Scalar(std::move(value))) {}
  // NOLINTEND(google-explicit-constructor)
  explicit Expression(std::shared_ptr<const dataframe::ExpressionNode> node) : node_(std::move(node)) {}

  /// The same values under another name.
  Expression alias(std::string name) const;
  /// As another type. A value that cannot be converted is an error naming it; try_cast() makes it null.
  Expression cast(DataType type) const;
  Expression try_cast(DataType type) const;

  /// Integer division rounding down; by zero: null.
  Expression floor_divide(Expression divisor) const;
  /// abs, sign, rounding: floor, ceil, round to `digits` behind the point.
  Expression abs() const;
  Expression floor() const;
  Expression ceil() const;
  Expression round(int digits = 0) const;
  Expression sqrt() const;
  Expression exp() const;
  Expression log() const;
  Expression pow(Expression exponent) const;

  Expression is_null() const;
  Expression is_not_null() const;
  Expression is_nan() const;
  /// Nulls become `value`.
  Expression fill_null(Expression value) const;
  /// Whether the value is one of these; null stays null.
  Expression is_in(std::vector<Scalar> values) const;
  Expression is_between(Expression low, Expression high) const;

  /// Text operations: col("name").str().to_lower().
  StringExpressions str() const;
  /// Date and time operations: col("time").dt().year().
  DateExpressions dt() const;

  /// Aggregates, for group_by().agg() and select(). Nulls are left out; of no values, sum is 0 and count 0,
  /// the others null.
  Expression sum() const;
  Expression mean() const;
  Expression min() const;
  Expression max() const;
  /// How many values are not null; size() counts nulls, too.
  Expression count() const;
  Expression size() const;
  /// In the order of the rows, nulls included.
  Expression first() const;
  Expression last() const;
  /// Divided by n - ddof; null where n <= ddof.
  Expression std(int ddof = 1) const;
  Expression var(int ddof = 1) const;
  /// Distinct values; a null counts as one.
  Expression nunique() const;
  Expression median() const;
  /// The value with this share of the values below it, on the line between the two nearest. Throws
  /// InvalidArgument for a share that is not between 0 and 1.
  Expression quantile(double share) const;
  /// Of no values: 1.
  Expression product() const;
  /// As first() and last(), nulls left out.
  Expression first_valid() const;
  Expression last_valid() const;

  /// As it would be typed: (col("x") + 1).sum().alias("y").
  std::string to_string() const;
  const std::shared_ptr<const dataframe::ExpressionNode>& node() const noexcept { return node_; }

 private:
  std::shared_ptr<const dataframe::ExpressionNode> node_;
};

/// A column by name.
Expression col(std::string name);
/// A literal.
Expression lit(Scalar value);
/// How many rows there are.
Expression count();

/// `/` is true division: integers become float64. Comparison of text is by bytes.
Expression operator+(Expression a, Expression b);
Expression operator-(Expression a, Expression b);
Expression operator*(Expression a, Expression b);
Expression operator/(Expression a, Expression b);
/// Remainder with the sign of the divisor, as floor_divide() leaves it.
Expression operator%(Expression a, Expression b);
Expression operator-(Expression a);
Expression operator==(Expression a, Expression b);
Expression operator!=(Expression a, Expression b);
Expression operator<(Expression a, Expression b);
Expression operator<=(Expression a, Expression b);
Expression operator>(Expression a, Expression b);
Expression operator>=(Expression a, Expression b);
Expression operator&(Expression a, Expression b);
Expression operator|(Expression a, Expression b);
Expression operator^(Expression a, Expression b);
Expression operator!(Expression a);
/// The same by their usual signs.
inline Expression operator&&(Expression a, Expression b) { return std::move(a) & std::move(b); }
inline Expression operator||(Expression a, Expression b) { return std::move(a) | std::move(b); }

/// The text operations of an expression of type utf8. Positions and lengths count Unicode code points.
class StringExpressions {
 public:
  explicit StringExpressions(Expression text) : text_(std::move(text)) {}
  /// Length in code points; in bytes.
  Expression length() const;
  Expression length_bytes() const;
  Expression to_lower() const;
  Expression to_upper() const;
  /// Without these characters at both ends, the start, the end; by default white space.
  Expression strip(std::string characters = {}) const;
  Expression strip_start(std::string characters = {}) const;
  Expression strip_end(std::string characters = {}) const;
  /// Whether the pattern occurs: an RE2 regular expression unless `literal`.
  Expression contains(std::string pattern, bool literal = false) const;
  Expression starts_with(std::string prefix) const;
  Expression ends_with(std::string suffix) const;
  /// The first occurrence (all of them: replace_all) of the pattern by `by`; \1 names a group.
  Expression replace(std::string pattern, std::string by, bool literal = false) const;
  Expression replace_all(std::string pattern, std::string by, bool literal = false) const;
  /// Code points [offset, offset + length); a negative offset counts from the end.
  Expression slice(std::int64_t offset, std::int64_t length = INT64_MAX) const;
  /// Parses text as a date or time by a strftime-like format; what does not fit is an error, or null if not
  /// `strict`.
  Expression to_date(std::string format = "%Y-%m-%d", bool strict = true) const;
  Expression to_timestamp(std::string format = "%Y-%m-%dT%H:%M:%S", bool strict = true) const;

 private:
  Expression text_;
};

/// All texts one after the other with `separator` between them; null if one of them is.
Expression concat_str(std::vector<Expression> parts, std::string separator = {});

/// The date and time operations of an expression of a temporal type. Zoned times are read by their zone's
/// clock.
class DateExpressions {
 public:
  explicit DateExpressions(Expression time) : time_(std::move(time)) {}
  Expression year() const;
  Expression quarter() const;
  Expression month() const;
  Expression day() const;
  Expression hour() const;
  Expression minute() const;
  Expression second() const;
  Expression millisecond() const;
  Expression microsecond() const;
  Expression nanosecond() const;
  /// Monday is 1, Sunday 7.
  Expression weekday() const;
  /// ISO 8601 week.
  Expression week() const;
  Expression ordinal_day() const;
  Expression date() const;
  /// The start of the period that the time lies in: "1y", "1q", "1mo", "1w", "1d", "1h", "15m", "1s", "100ms"
  /// ...
  Expression truncate(std::string period) const;
  /// By a strftime format.
  Expression strftime(std::string format) const;
  /// Of a duration, whole units towards zero.
  Expression total_days() const;
  Expression total_hours() const;
  Expression total_minutes() const;
  Expression total_seconds() const;
  Expression total_milliseconds() const;

 private:
  Expression time_;
};

/// when(c).then(x).when(d).then(y).otherwise(z): the first whose condition is true.
class When;
class Then {
 public:
  When when(Expression condition) const;
  Expression otherwise(Expression value) const;
  /// Without otherwise(): null.
  operator Expression() const;  // NOLINT(google-explicit-constructor)

 private:
  friend class When;
  std::vector<Expression> branches_;  // condition, value, condition, value ...
};
class When {
 public:
  Then then(Expression value) const;

 private:
  friend class Then;
  friend When when(Expression condition);
  std::vector<Expression> branches_;
};
When when(Expression condition);

}  // namespace treadle
