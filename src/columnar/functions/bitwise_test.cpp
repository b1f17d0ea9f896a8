#include <gtest/gtest.h>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar::functions {
namespace {

using test::ints;
using test::rows;
using Rows = std::vector<std::string>;

TEST(Bitwise, ChoosesBitsOfIntegers) {
  EXPECT_EQ(rows("bit.and", {ints({5, -1, {}}), Scalar(3)}), (Rows{"1", "3", "null"}));
  EXPECT_EQ(rows("bit.or", {ints({5}), ints({2})}), (Rows{"7"}));
  EXPECT_EQ(rows("bit.xor", {Scalar(5), ints({3, {}})}), (Rows{"6", "null"}));
  EXPECT_EQ(rows("bit.not", {ints({5, -1})}), (Rows{"-6", "0"}));
}

TEST(Bitwise, ShiftsKeepTheSignToTheRightAndLoseBitsToTheLeft) {
  EXPECT_EQ(rows("bit.shift", {ints({1, -8, 3, -3}), ints({3, -1, 64, -70})}), (Rows{"8", "-4", "0", "-1"}));
}

TEST(Bitwise, FloatsHaveNone) { EXPECT_THROW(rows("bit.and", {test::floats({1.0}), Scalar(3)}), TypeError); }

}  // namespace
}  // namespace treadle::columnar::functions
