#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::floats;
using test::ints;
using test::rows;
using Rows = std::vector<std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(PandasFunctionsTest, FloorDivisionOfFloatsIsNumPys) {
  const Column a = floats({7.5, -7.5, 7.5, -7.5, 1.0, -0.0, {}, 0.7}),
               b = floats({2, 2, -2, -2, 0, 3, 1, 0.1});
  EXPECT_EQ(rows("pandas.floor_divide", {a, b}),
            (Rows{"3.0", "-4.0", "-4.0", "3.0", "inf", "-0.0", "null", "6.0"}));
  EXPECT_EQ(rows("pandas.modulo", {a, b}),
            (Rows{"1.5", "0.5", "-0.5", "-1.5", "NaN", "0.0", "null", "0.09999999999999992"}));
}

TEST(PandasFunctionsTest, DividingByZeroIsInfiniteOrNotANumber) {
  const Column zeros = floats({0.0, -0.0});
  EXPECT_EQ(rows("pandas.floor_divide", {Scalar(-3.0), zeros}), (Rows{"-inf", "inf"}));
  EXPECT_EQ(rows("pandas.floor_divide", {zeros, Scalar(0.0)}), (Rows{"NaN", "NaN"}));
  EXPECT_EQ(rows("pandas.modulo", {floats({1.0, kInfinity}), Scalar(kInfinity)}), (Rows{"1.0", "NaN"}));
}

TEST(PandasFunctionsTest, DividesIntegersExactly) {
  EXPECT_EQ(rows("pandas.floor_divide", {ints({-7, 7, 0x7FFFFFFFFFFFFFFF}), ints({2, 0, 1})}),
            (Rows{"-4", "null", "9223372036854775807"}));
  EXPECT_EQ(rows("pandas.modulo", {ints({-7, 7}), ints({2, 0})}), (Rows{"1", "null"}));
}

TEST(PandasFunctionsTest, TakesFloatsOfOneWidthAndNothingElse) {
  EXPECT_EQ(test::type("pandas.modulo", {TypeId::kFloat32, TypeId::kFloat32}), "float32");
  EXPECT_THROW(rows("pandas.floor_divide", {ints({1}), Scalar("x")}), TypeError);
  EXPECT_THROW(rows("pandas.round", {ints({1}), Scalar(std::int64_t{1})}), TypeError);
}

TEST(PandasFunctionsTest, RoundsHalfToEvenOfTheScaledValue) {
  const Column values = floats({0.5, 1.5, 2.675, -0.5, 1e300, {}, 12345.678});
  EXPECT_EQ(rows("pandas.round", {values, Scalar(std::int64_t{0})}),
            (Rows{"0.0", "2.0", "3.0", "-0.0", "1e+300", "null", "12346.0"}));
  EXPECT_EQ(rows("pandas.round", {values, Scalar(std::int64_t{2})}),
            (Rows{"0.5", "1.5", "2.68", "-0.5", "1e+300", "null", "12345.68"}));
  EXPECT_EQ(rows("pandas.round", {values, Scalar(std::int64_t{-3})}),
            (Rows{"0.0", "0.0", "0.0", "-0.0", "1e+300", "null", "12000.0"}));
}

}  // namespace
}  // namespace treadle::columnar
