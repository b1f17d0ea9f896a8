#include <gtest/gtest.h>

#include <string>

#include "sql/calls.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace treadle {
namespace {

void expect_same(std::string_view text, const Expression& expected) {
  EXPECT_EQ(parse_expression(text).to_string(), expected.to_string()) << text;
}

std::string failure(std::string_view text) {
  try {
    return parse_expression(text).to_string();
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ParseExpression, ReadsOperatorsByTheirPrecedence) {
  expect_same("a + b * 2 > 7", col("a") + col("b") * 2 > 7);
  expect_same("NOT a AND b OR c", (!col("a") && col("b")) || col("c"));
  expect_same("a <> 1", col("a") != 1);
  expect_same("-a - -3", -col("a") - -3);
  expect_same("a / b % c", col("a") / col("b") % col("c"));
  expect_same("a ^ 2", col("a").pow(2));
}

TEST(ParseExpression, ReadsLiterals) {
  expect_same("3", lit(3));
  expect_same("-9223372036854775808", lit(INT64_MIN));
  expect_same("12345678901", lit(std::int64_t{12345678901}));
  expect_same("18446744073709551615", lit(std::uint64_t{18446744073709551615U}));
  expect_same("1.5e3", lit(1500.0));
  expect_same("'it''s'", lit("it's"));
  expect_same("true", lit(true));
  expect_same("null", lit(Scalar()));
  EXPECT_EQ(failure("1e999"), "line 1, column 1: the number 1e999 is out of range\n  1e999\n  ^");
}

TEST(ParseExpression, KeepsNamesAsTheyAreSpelled) {
  expect_same("DepDelay", col("DepDelay"));
  expect_same("\"Dep Delay\" > t.X", col("Dep Delay") > col("X"));
  const std::string name(100, 'n');
  expect_same(name, col(name));
}

TEST(ParseExpression, ReadsTests) {
  expect_same("a IS NULL", col("a").is_null());
  expect_same("a IS NOT NULL", col("a").is_not_null());
  expect_same("a IN (1, 2)", col("a").is_in({1, 2}));
  expect_same("a NOT IN ('x')", !col("a").is_in({"x"}));
  expect_same("a BETWEEN 1 AND 2", col("a").is_between(1, 2));
  expect_same("a NOT BETWEEN 1 AND 2", !col("a").is_between(1, 2));
  expect_same("a IS TRUE", col("a").fill_null(false));
}

TEST(ParseExpression, MakesPlainTestsOfSimplePatterns) {
  expect_same("a LIKE 'x'", col("a") == "x");
  expect_same("a LIKE 'x%'", col("a").str().starts_with("x"));
  expect_same("a LIKE '%x'", col("a").str().ends_with("x"));
  expect_same("a NOT LIKE '%x%'", !col("a").str().contains("x", true));
  expect_same("a LIKE 'x_z%.'", sql::call("str.like", {col("a"), lit("x_z%.")}));
  expect_same("a LIKE '%x!%%y' ESCAPE '!'", sql::call("str.like", {col("a"), lit("%x\\%%y")}));
  expect_same("a ILIKE 'x'", sql::call("str.ilike", {col("a"), lit("x")}));
  expect_same("a LIKE '10!%' ESCAPE '!'", col("a") == "10%");
  expect_same("a ~* '^x'", col("a").str().contains("(?i)^x"));
}

TEST(ParseExpression, ReadsCases) {
  expect_same("CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END",
              when(col("a")).then(1).when(col("b")).then(2).otherwise(3));
  expect_same("CASE a WHEN 1 THEN 'x' END", when(col("a") == 1).then("x"));
  expect_same("coalesce(a, b, 0)", col("a").fill_null(col("b")).fill_null(0));
}

TEST(ParseExpression, ReadsCasts) {
  expect_same("CAST(a AS bigint)", col("a").cast(TypeId::kInt64));
  expect_same("a::double precision", col("a").cast(TypeId::kFloat64));
  expect_same("a::numeric(12, 2)", col("a").cast(DataType::decimal(12, 2)));
  expect_same("a::timestamp", col("a").cast(DataType::timestamp(TimeUnit::kMicro)));
  expect_same("a::uint8", col("a").cast(TypeId::kUInt8));
  expect_same("interval '1 day 2:30' ",
              lit(Scalar(DataType::duration(TimeUnit::kMicro), INT64_C(95400000000))));
  EXPECT_NE(failure("a::point").find("line 1, column 4: unknown type \"point\""), std::string::npos)
      << failure("a::point");
  EXPECT_NE(failure("interval '1 month'").find("found '1 month'"), std::string::npos);
}

TEST(ParseExpression, CallsFunctions) {
  expect_same("lower(a)", col("a").str().to_lower());
  expect_same("LENGTH(a)", col("a").str().length());
  expect_same("trim(a)", col("a").str().strip(" "));
  expect_same("trim(leading 'x' from a)", col("a").str().strip_start("x"));
  EXPECT_EQ(parse_expression("substring(a from 2 for 3)").to_string(),
            parse_expression("substr(a, 2, 3)").to_string());
  expect_same("right(a, 2)", col("a").str().slice(-2, 2));
  expect_same("replace(a, 'x', 'y')", col("a").str().replace_all("x", "y", true));
  expect_same("extract(year FROM t)", col("t").dt().year());
  expect_same("date_part('dow', t)", col("t").dt().weekday() % 7);
  expect_same("date_trunc('month', t)", col("t").dt().truncate("1mo"));
  expect_same("to_char(t, 'YYYY-MM-DD\"T\"HH24:MI')", col("t").dt().strftime("%Y-%m-%dT%H:%M"));
  expect_same("round(a, 2)", col("a").round(2));
}

TEST(ParseExpression, CallsAggregates) {
  expect_same("avg(a)", col("a").mean());
  expect_same("sum(a) / count(*)", col("a").sum() / count());
  expect_same("stddev_pop(a)", col("a").std(0));
  expect_same("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", col("a").median());
  expect_same("max(a) FILTER (WHERE b)", static_cast<Expression>(when(col("b")).then(col("a"))).max());
  expect_same("n_unique(a)", col("a").nunique());
  expect_same("avg(a) AS mean", col("a").mean().alias("mean"));
}

TEST(ParseExpression, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(
      failure("a > lenght(b)"),
      "line 1, column 5: unknown function \"lenght\"; did you mean \"length\"?\n  a > lenght(b)\n      ^");
  EXPECT_EQ(failure("a > = 3"), "line 1, column 5: syntax error at or near \"=\"\n  a > = 3\n      ^");
  EXPECT_NE(failure("(SELECT 1)").find("not supported yet: subqueries"), std::string::npos);
  EXPECT_NE(failure("sum(a) OVER ()").find("a window function (OVER) stands in a SELECT list"),
            std::string::npos);
  EXPECT_NE(failure("a, b").find("one expression is expected"), std::string::npos);
  EXPECT_NE(failure("a FROM 'x.csv'").find("one expression is expected"), std::string::npos);
  EXPECT_NE(failure("").find("an expression is expected"), std::string::npos);
  EXPECT_NE(failure("*").find("* is expected alone"), std::string::npos);
  EXPECT_NE(failure("left(a)").find("left() takes 2 arguments, found 1"), std::string::npos);
  EXPECT_NE(failure("lower(DISTINCT a)").find("no aggregate"), std::string::npos);
}

TEST(ParseExpression, RefusesWhatIsNestedTooDeep) {
  std::string deep = "a";
  for (int i = 0; i < 5000; ++i) deep += " + a";
  EXPECT_THROW(parse_expression(deep), ParseError);
  EXPECT_THROW(parse_expression(std::string(20000, '(') + "1" + std::string(20000, ')')), ParseError);
}

TEST(ParseExpression, TakesColumnsOfASchemaRegardlessOfCase) {
  const Schema columns({{"Carrier", TypeId::kUtf8}, {"dep_delay", TypeId::kInt64}});
  EXPECT_EQ(parse_expression("CARRIER = 'AA'", columns).to_string(), (col("Carrier") == "AA").to_string());
  try {
    parse_expression("dep_dely > 0", columns);
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_STREQ(
        error.what(),
        "line 1, column 1: unknown column \"dep_dely\"; did you mean \"dep_delay\"?\n  dep_dely > 0\n  ^");
  }
}

}  // namespace
}  // namespace treadle
