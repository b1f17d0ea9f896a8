#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "columnar/builder.h"
#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/literal_types.h"
#include "dataframe/expressions/node.h"
#include "dataframe/expressions/split_aggregates.h"
#include "treadle/error.h"
#include "treadle/expression.h"

namespace treadle::dataframe {
namespace {

const Schema kSchema({{"a", TypeId::kInt64},
                      {"b", TypeId::kFloat64},
                      {"s", TypeId::kUtf8},
                      {"small", TypeId::kInt8},
                      {"day", TypeId::kDate},
                      {"ok", TypeId::kBool}});

std::string type_text(const Expression& expression) {
  return type_of(expression.node(), kSchema).to_string();
}

template <class Error>
std::string message(const Expression& expression) {
  try {
    type_of(expression.node(), kSchema);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Literals, BesideDecimalsAreDecimalsWhereNoAnswerDiffers) {
  const DataType money = DataType::decimal(15, 2);
  EXPECT_EQ(compared_decimal(Scalar(24), money), Scalar(money, "24.00"));
  EXPECT_EQ(compared_decimal(Scalar(0.05), money), Scalar(money, "0.05"));
  EXPECT_EQ(compared_decimal(Scalar(DataType::decimal(3, 1), "1.5"), money), Scalar(money, "1.50"));
  // Between two values; too large; as many digits as floats do not tell apart; no number.
  EXPECT_EQ(compared_decimal(Scalar(0.051), money), std::nullopt);
  EXPECT_EQ(compared_decimal(Scalar(INT64_MAX), money), std::nullopt);
  EXPECT_EQ(compared_decimal(Scalar(0.05), DataType::decimal(38, 2)), std::nullopt);
  EXPECT_EQ(compared_decimal(Scalar("0.05"), money), std::nullopt);
}

TEST(Expression, PrintsAsItWouldBeTyped) {
  EXPECT_EQ(((col("a") + 1) * 2).to_string(), "(col(\"a\") + 1) * 2");
  EXPECT_EQ((col("a") + 1).sum().alias("y").to_string(), "(col(\"a\") + 1).sum().alias(\"y\")");
  EXPECT_EQ((!(-col("a") > 1)).to_string(), "!((-col(\"a\")) > 1)");
  EXPECT_EQ(col("s").str().contains("x", true).to_string(), "col(\"s\").str().contains(\"x\", true)");
  EXPECT_EQ(col("s").is_in({"x", "y"}).to_string(), "col(\"s\").is_in({\"x\", \"y\"})");
  EXPECT_EQ(when(col("a") > 1).then(2).otherwise(3).to_string(), "when(col(\"a\") > 1).then(2).otherwise(3)");
  EXPECT_EQ(col("a").std(0).to_string(), "col(\"a\").std(0)");
  EXPECT_EQ(count().to_string(), "count()");
  EXPECT_EQ(col("a").cast(TypeId::kInt32).to_string(), "col(\"a\").cast(int32)");
}

TEST(Expression, IsNamedByItsAliasOrFirstColumn) {
  EXPECT_EQ(output_name(*(col("a") + col("b")).node()), "a");
  EXPECT_EQ(output_name(*(Expression(1) + col("b")).alias("x").alias("y").node()), "y");
  EXPECT_EQ(output_name(*count().node()), "count");
  EXPECT_EQ(output_name(*lit(1).node()), "literal");
  EXPECT_EQ(output_name(*when(col("a") > 1).then(col("b")).otherwise(0.0).node()), "b");
}

TEST(Expression, TooDeepATreeIsRefused) {
  Expression sum = col("a");
  EXPECT_THROW(
      {
        for (int i = 0; i < 100'000; ++i) sum = sum + 1;
      },
      InvalidArgument);
}

TEST(Bind, LiteralsTakeTheColumnsType) {
  EXPECT_EQ(type_text(col("small") + 1), "int8");
  EXPECT_EQ(type_text(col("a") + 1.5), "float64");
  EXPECT_EQ(type_text(col("day") > "2013-01-31"), "bool");
  EXPECT_EQ(type_text(when(col("ok")).then(col("small")).otherwise(0)), "int8");
  EXPECT_EQ(type_text(when(col("ok")).then(col("small"))), "int8");
}

TEST(Bind, NamesTheExpressionInItsErrors) {
  EXPECT_NE(message<TypeError>(col("a") > "x").find("col(\"a\") > \"x\": "), std::string::npos);
  EXPECT_NE(message<TypeError>(col("day") > "soon").find("soon"), std::string::npos);
  EXPECT_NE(message<NotFound>(col("smal") > 1).find("did you mean \"small\"?"), std::string::npos);
  EXPECT_NE(message<InvalidArgument>(col("a").sum()).find("col(\"a\").sum()"), std::string::npos);
}

columnar::Batch batch_of(std::vector<std::int64_t> values) {
  columnar::FixedBuilder<std::int64_t> builder;
  for (const std::int64_t value : values) builder.append(value);
  const auto rows = static_cast<std::int64_t>(values.size());
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{"a", TypeId::kInt64}});
  return {schema, {builder.finish(TypeId::kInt64)}, rows};
}

TEST(Evaluate, ComputesOverRows) {
  const columnar::Batch batch = batch_of({1, 2, 3});
  const std::vector<ExpressionPtr> expressions = {(col("a") * 2 + col("a") * 2).node(), (col("a") > 1).node(),
                                                  (lit(2) + 3).node(), col("a").node()};
  const BoundExpressions bound(expressions, *batch.schema());
  const auto results = bound.evaluate(batch);
  const columnar::Column sums = to_column(results[0], 3);
  EXPECT_EQ(sums.values_as<std::int64_t>()[2], 12);
  EXPECT_EQ(to_column(results[1], 3).type(), DataType(TypeId::kBool));
  EXPECT_EQ(std::get<Scalar>(results[2]), Scalar(5));
  EXPECT_EQ(bound.constant(2), Scalar(5));
  EXPECT_EQ(to_column(results[2], 3).values_as<std::int64_t>()[1], 5);
}

TEST(SplitAggregates, CutsExpressionsInTwo) {
  const std::vector<ExpressionPtr> expressions = {(col("a").sum() / col("b").sum()).alias("r").node(),
                                                  col("a").sum().node(), (col("k") + 1).node()};
  const std::vector<std::string> keys = {"k"};
  const SplitAggregates split = split_aggregates(expressions, keys);
  ASSERT_EQ(split.requests.size(), 2U);
  EXPECT_EQ(to_string(*split.outputs[0]),
            "(col(\"col(\"a\").sum()\") / col(\"col(\"b\").sum()\")).alias(\"r\")");
  EXPECT_EQ(to_string(*split.outputs[1]), "col(\"col(\"a\").sum()\").alias(\"a\")");
}

TEST(SplitAggregates, RefusesWhatHasNoMeaning) {
  const std::vector<std::string> keys = {"k"};
  const std::vector<ExpressionPtr> bare = {(col("a") + col("b").sum()).node()};
  EXPECT_THROW(split_aggregates(bare, keys), InvalidArgument);
  const std::vector<ExpressionPtr> nested = {col("a").sum().max().node()};
  EXPECT_THROW(split_aggregates(nested, keys), InvalidArgument);
}

}  // namespace
}  // namespace treadle::dataframe
