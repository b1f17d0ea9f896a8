#include <gtest/gtest.h>

#include <cmath>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::dates;
using test::floats;
using test::ints;
using test::numbers;
using test::rows;
using Rows = std::vector<std::string>;

constexpr std::int64_t kMost = INT64_MAX, kLeast = INT64_MIN;

Column small(const std::vector<std::optional<std::int8_t>>& values) {
  return numbers<std::int8_t>(TypeId::kInt8, values);
}
Column money(const std::vector<std::optional<int128_t>>& values) {
  return numbers<int128_t>(DataType::decimal(12, 2), values);
}
Column durations(const std::vector<std::optional<std::int64_t>>& hours) {
  std::vector<std::optional<std::int64_t>> ticks;
  for (const auto& value : hours) ticks.push_back(value ? std::optional(*value * 3600) : std::nullopt);
  return numbers<std::int64_t>(DataType::duration(TimeUnit::kSecond), ticks);
}

TEST(ArithmeticTest, NullsAndScalarsOnEitherSide) {
  EXPECT_EQ(rows("add", {ints({1, {}, 3}), ints({10, 20, {}})}), (Rows{"11", "null", "null"}));
  EXPECT_EQ(rows("subtract", {ints({1, {}}), Scalar(10)}), (Rows{"-9", "null"}));
  EXPECT_EQ(rows("subtract", {Scalar(10), ints({1, {}})}), (Rows{"9", "null"}));
  EXPECT_EQ(rows("multiply", {ints({1, 2}), Scalar()}), (Rows{"null", "null"}));
  EXPECT_EQ(rows("multiply", {Scalar(6), Scalar(7)}), (Rows{"42"}));
  EXPECT_EQ(rows("add", {Scalar(6), Scalar()}), (Rows{"null"}));
  EXPECT_EQ(rows("add", {ints({}), ints({})}), Rows{});
}

TEST(ArithmeticTest, IntegersWrapAroundAndSqlThrows) {
  EXPECT_EQ(rows("add", {ints({kMost}), ints({1})}), (Rows{"-9223372036854775808"}));
  EXPECT_EQ(rows("multiply", {small({100}), small({3})}), (Rows{"44"}));
  EXPECT_EQ(rows("negate", {ints({kLeast, 5})}), (Rows{"-9223372036854775808", "-5"}));
  EXPECT_THROW(rows("sql.add", {ints({1, kMost}), Scalar(1)}), InvalidArgument);
  EXPECT_EQ(rows("sql.add", {ints({1, {}}), Scalar(1)}), (Rows{"2", "null"}));
  EXPECT_THROW(rows("sql.multiply", {small({100}), small({3})}), InvalidArgument);
}

TEST(ArithmeticTest, PromotesAsPolarsDoes) {
  const auto type = [](TypeId a, TypeId b) { return test::type("add", {a, b}); };
  EXPECT_EQ(type(TypeId::kInt8, TypeId::kInt32), "int32");
  EXPECT_EQ(type(TypeId::kInt32, TypeId::kUInt32), "int64");
  EXPECT_EQ(type(TypeId::kInt64, TypeId::kUInt64), "float64");
  EXPECT_EQ(type(TypeId::kFloat32, TypeId::kInt16), "float32");
  EXPECT_EQ(type(TypeId::kFloat32, TypeId::kInt32), "float64");
  EXPECT_EQ(type(TypeId::kBool, TypeId::kInt64), "int64");
  EXPECT_EQ(type(TypeId::kBool, TypeId::kBool), "uint32");
  EXPECT_EQ(type(TypeId::kNull, TypeId::kInt16), "int16");
  EXPECT_EQ(test::type("add", {DataType::decimal(12, 2), DataType(TypeId::kInt64)}), "decimal128(38, 2)");
  EXPECT_EQ(test::type("add", {DataType::decimal(12, 2), DataType(TypeId::kFloat32)}), "float64");
  EXPECT_THROW(type(TypeId::kUtf8, TypeId::kInt64), TypeError);
}

TEST(ArithmeticTest, DividesTrulyByDefault) {
  EXPECT_EQ(test::type("divide", {DataType(TypeId::kInt8), DataType(TypeId::kInt8)}), "float64");
  EXPECT_EQ(rows("divide", {ints({7, -7, 0, {}}), ints({2, 0, 0, 1})}), (Rows{"3.5", "-inf", "NaN", "null"}));
  EXPECT_EQ(rows("floor_divide", {ints({-7, 7, 1, kLeast}), ints({2, 0, -1, -1})}),
            (Rows{"-4", "null", "-1", "-9223372036854775808"}));
  EXPECT_EQ(rows("modulo", {ints({-7, 7, 1, kLeast}), ints({2, 0, -3, -1})}), (Rows{"1", "null", "-2", "0"}));
  EXPECT_EQ(rows("floor_divide", {floats({-7.0, 7.0, 1.0}), floats({2.0, 0.0, 0.1})}),
            (Rows{"-4.0", "inf", "10.0"}));
  EXPECT_EQ(rows("modulo", {floats({-7.0, 7.0, 7.0}), floats({2.0, 0.0, -2.0})}),
            (Rows{"1.0", "NaN", "-1.0"}));
  EXPECT_EQ(rows("floor_divide", {ints({1, 2}), Scalar(0)}), (Rows{"null", "null"}));
}

TEST(ArithmeticTest, SqlCutsTowardsZeroAndRefusesZero) {
  EXPECT_EQ(rows("sql.divide", {ints({-7, {}, kLeast}), ints({2, 0, -1})}),
            (Rows{"-3", "null", "-9223372036854775808"}));
  EXPECT_EQ(rows("sql.modulo", {ints({-7, 7}), ints({2, -2})}), (Rows{"-1", "1"}));
  for (const char* name : {"sql.divide", "sql.modulo"}) {
    try {
      rows(name, {ints({1, 2}), ints({1, 0})});
      FAIL();
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find("division by zero"), std::string::npos);
    }
  }
  EXPECT_THROW(rows("sql.divide", {floats({1.0}), Scalar(0.0)}), InvalidArgument);
}

TEST(ArithmeticTest, DecimalsStayExact) {
  const Column thousandths = numbers<int128_t>(DataType::decimal(10, 3), {333});
  EXPECT_EQ(rows("add", {money({150}), thousandths}), (Rows{"1.833"}));
  EXPECT_EQ(rows("multiply", {money({150}), thousandths}), (Rows{"0.500"}));
  EXPECT_EQ(rows("sql.multiply", {money({150}), thousandths}), (Rows{"0.49950"}));
  EXPECT_EQ(rows("sql.multiply", {money({150, {}}), Scalar(2)}), (Rows{"3.00", "null"}));
  EXPECT_EQ(rows("divide", {money({150}), thousandths}), (Rows{"4.505"}));
  EXPECT_EQ(rows("floor_divide", {money({150, -150}), Scalar(DataType::decimal(10, 3), "0.333")}),
            (Rows{"4.000", "-5.000"}));
  EXPECT_EQ(rows("modulo", {money({150}), thousandths}), (Rows{"0.168"}));
  EXPECT_EQ(rows("add", {money({{}, 100}), Scalar(1)}), (Rows{"null", "2.00"}));
  EXPECT_EQ(rows("divide", {money({100}), Scalar(0)}), (Rows{"null"}));
  EXPECT_EQ(rows("negate", {money({100})}), (Rows{"-1.00"}));
}

TEST(ArithmeticTest, TimesAndDurations) {
  const Column times = cast(dates({0, 1}), DataType::timestamp(TimeUnit::kMicro), true);
  EXPECT_EQ(rows("subtract", {dates({10, {}}), dates({3, 1})}), (Rows{"P7D", "null"}));
  EXPECT_EQ(rows("add", {dates({0}), durations({30})}), (Rows{"1970-01-02"}));
  EXPECT_EQ(rows("add", {durations({30}), dates({0})}), (Rows{"1970-01-02"}));
  EXPECT_EQ(rows("subtract", {dates({0}), durations({1})}), (Rows{"1969-12-31"}));
  EXPECT_EQ(rows("add", {times, durations({1, -1})}), (Rows{"1970-01-01T01:00:00", "1970-01-01T23:00:00"}));
  EXPECT_EQ(rows("subtract", {times, dates({1, 0})}), (Rows{"-P1D", "P1D"}));
  EXPECT_EQ(rows("multiply", {durations({3}), Scalar(2)}), (Rows{"PT6H"}));
  EXPECT_EQ(rows("multiply", {Scalar(2), durations({3})}), (Rows{"PT6H"}));
  EXPECT_EQ(rows("multiply", {durations({3}), Scalar(1.5)}), (Rows{"PT4H30M"}));
  EXPECT_EQ(rows("multiply", {Scalar(1.5), durations({3})}), (Rows{"PT4H30M"}));
  EXPECT_EQ(rows("divide", {durations({3}), Scalar(2)}), (Rows{"PT1H30M"}));
  EXPECT_EQ(rows("divide", {durations({3}), durations({2})}), (Rows{"1.5"}));
  EXPECT_EQ(rows("sql.add", {dates({0}), Scalar(7)}), (Rows{"1970-01-08"}));
  EXPECT_EQ(rows("sql.subtract", {dates({9}), dates({2})}), (Rows{"7"}));
  EXPECT_EQ(rows("subtract", {times, Scalar()}), (Rows{"null", "null"}));
  EXPECT_EQ(rows("multiply", {Scalar(), durations({3})}), (Rows{"null"}));
  EXPECT_THROW(rows("add", {dates({0}), dates({0})}), TypeError);
  EXPECT_THROW(rows("multiply", {dates({0}), Scalar(2)}), TypeError);
}

TEST(ArithmeticTest, AddingTextJoinsIt) {
  EXPECT_EQ(rows("add", {test::texts({"a", {}}), Scalar("b")}), (Rows{"ab", "null"}));
}

TEST(MathematicsTest, RoundsHalfToEven) {
  EXPECT_EQ(rows("round", {floats({0.5, 1.5, 2.5, -0.5, {}})}), (Rows{"0.0", "2.0", "2.0", "-0.0", "null"}));
  EXPECT_EQ(rows("round", {floats({0.25, 0.35, 2.675, 1e300}), Scalar(1)}),
            (Rows{"0.2", "0.4", "2.7", "1e+300"}));
  EXPECT_EQ(rows("round", {ints({15, 25}), Scalar(1)}), (Rows{"15", "25"}));
  EXPECT_EQ(rows("round", {ints({14, -15}), Scalar(-1)}), (Rows{"10", "-20"}));
  EXPECT_EQ(rows("round", {money({255, -255}), Scalar(1)}), (Rows{"2.60", "-2.60"}));
}

TEST(MathematicsTest, OtherFunctions) {
  EXPECT_EQ(rows("abs", {small({-128, -5, {}})}), (Rows{"-128", "5", "null"}));
  EXPECT_EQ(rows("sign", {floats({-2.5, NAN, -0.0, 3.0})}), (Rows{"-1.0", "NaN", "-0.0", "1.0"}));
  EXPECT_EQ(rows("floor", {floats({-1.5, 1.5})}), (Rows{"-2.0", "1.0"}));
  EXPECT_EQ(rows("ceil", {money({-150, 101, 100})}), (Rows{"-1.00", "2.00", "1.00"}));
  EXPECT_EQ(rows("floor", {money({-150, 101})}), (Rows{"-2.00", "1.00"}));
  EXPECT_EQ(rows("sqrt", {ints({-1, 4})}), (Rows{"NaN", "2.0"}));
  EXPECT_EQ(rows("log", {floats({0.0, 1.0})}), (Rows{"-inf", "0.0"}));
  EXPECT_EQ(rows("exp", {Scalar(0)}), (Rows{"1.0"}));
  EXPECT_EQ(rows("pow", {ints({2, 3, 2, {}}), ints({3, 2, 64, 1})}), (Rows{"8", "9", "0", "null"}));
  EXPECT_EQ(rows("pow", {ints({2}), Scalar(0.5)}), (Rows{"1.4142135623730951"}));
  EXPECT_THROW(rows("pow", {ints({2}), Scalar(-1)}), InvalidArgument);
  EXPECT_EQ(rows("sql.pow", {ints({2}), Scalar(-1)}), (Rows{"0.5"}));
}

TEST(RegistryTest, SuggestsTheNearestName) {
  try {
    FunctionRegistry::builtin().find("substract");
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_NE(std::string(error.what()).find("\"subtract\""), std::string::npos) << error.what();
  }
  FunctionRegistry registry = FunctionRegistry::builtin();
  EXPECT_THROW(registry.add(Function{"add"}), InvalidArgument);
}

}  // namespace
}  // namespace treadle::columnar
