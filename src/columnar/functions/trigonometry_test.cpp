#include <gtest/gtest.h>

#include <cmath>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar::functions {
namespace {

using test::floats;
using test::ints;
using test::rows;
using Rows = std::vector<std::string>;

TEST(Trigonometry, AnglesAreInRadiansAndNullsStay) {
  EXPECT_EQ(rows("sin", {floats({0.0, {}})}), (Rows{"0.0", "null"}));
  EXPECT_EQ(rows("cos", {floats({0.0, {}})}), (Rows{"1.0", "null"}));
  EXPECT_EQ(rows("arctan2", {floats({0.0, 1.0, {}}), Scalar(1.0)}),
            (Rows{"0.0", "0.7853981633974483", "null"}));
  EXPECT_EQ(rows("arcsin", {floats({2.0})}), (Rows{"NaN"}));
}

TEST(Trigonometry, RootsAndLogarithmsHoldForAllSignsAndNearZero) {
  EXPECT_EQ(rows("cbrt", {ints({-8, 1, {}})}), (Rows{"-2.0", "1.0", "null"}));
  EXPECT_EQ(rows("log1p", {floats({1e-20})}), (Rows{"1e-20"}));
  EXPECT_EQ(rows("expm1", {floats({1e-20})}), (Rows{"1e-20"}));
}

TEST(Trigonometry, TextHasNoAngle) {
  EXPECT_THROW(rows("sin", {test::texts({"a"})}), TypeError);
  EXPECT_THROW(rows("arctan2", {floats({1.0}), Scalar("a")}), TypeError);
}

}  // namespace
}  // namespace treadle::columnar::functions
