#include <gtest/gtest.h>

#include <cmath>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::bools;
using test::floats;
using test::in_all_layouts;
using test::ints;
using test::rows;
using Rows = std::vector<std::string>;

TEST(ComparisonTest, NumbersOfAllKinds) {
  EXPECT_EQ(rows("less", {ints({1, 2, 3, {}}), Scalar(2)}), (Rows{"true", "false", "false", "null"}));
  EXPECT_EQ(rows("less_equal", {Scalar(2), ints({1, 2, 3, {}})}), (Rows{"false", "true", "true", "null"}));
  EXPECT_EQ(rows("not_equal", {ints({1, 2}), floats({1.0, 2.5})}), (Rows{"false", "true"}));
  EXPECT_EQ(rows("greater", {ints({-1, INT64_MAX}), test::numbers<std::uint64_t>(TypeId::kUInt64, {0, 5})}),
            (Rows{"false", "true"}));
  EXPECT_EQ(rows("equal", {test::numbers<std::uint64_t>(TypeId::kUInt64, {UINT64_MAX}), Scalar(-1)}),
            (Rows{"false"}));
  EXPECT_EQ(rows("equal", {ints({1}), Scalar()}), (Rows{"null"}));
  EXPECT_EQ(rows("equal", {Scalar(1), Scalar(1)}), (Rows{"true"}));
  EXPECT_EQ(rows("equal", {ints({}), Scalar(1)}), Rows{});
}

TEST(ComparisonTest, NaNEqualsItselfAndIsGreatest) {
  const Column left = floats({NAN, NAN, 1.0, -0.0}), right = floats({NAN, 1.0, NAN, 0.0});
  EXPECT_EQ(rows("equal", {left, right}), (Rows{"true", "false", "false", "true"}));
  EXPECT_EQ(rows("not_equal", {left, right}), (Rows{"false", "true", "true", "false"}));
  EXPECT_EQ(rows("less", {left, right}), (Rows{"false", "false", "true", "false"}));
  EXPECT_EQ(rows("less_equal", {left, right}), (Rows{"true", "false", "true", "true"}));
  EXPECT_EQ(rows("greater", {left, right}), (Rows{"false", "true", "false", "false"}));
  EXPECT_EQ(rows("greater_equal", {left, right}), (Rows{"true", "true", "false", "true"}));
}

TEST(ComparisonTest, ManyRowsAgreeWithALoop) {
  std::vector<std::optional<std::int64_t>> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i * 7919 % 1000);
  const Datum out = test::call("less", {ints(values), Scalar(300)});
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(rows(out)[i], *values[i] < 300 ? "true" : "false") << i;
}

TEST(ComparisonTest, TextInEveryLayout) {
  const std::vector<std::optional<std::string>> left = {
      "AA", {}, "", "a text of more than twelve bytes", "AB"};
  const std::vector<std::optional<std::string>> right = {"AA", "x", "a", "a text of more than twelve", {}};
  for (const Column& a : in_all_layouts(left)) {
    EXPECT_EQ(rows("equal", {a, Scalar("AA")}), (Rows{"true", "null", "false", "false", "false"}));
    EXPECT_EQ(rows("equal", {Scalar("a text of more than twelve bytes"), a}),
              (Rows{"false", "null", "false", "true", "false"}));
    EXPECT_EQ(rows("less", {a, Scalar("AB")}), (Rows{"true", "null", "true", "false", "false"}));
    EXPECT_EQ(rows("less", {Scalar("AA"), a}), (Rows{"false", "null", "false", "true", "true"}));
    EXPECT_EQ(rows("not_equal", {a, Scalar("")}), (Rows{"true", "null", "false", "true", "true"}));
    EXPECT_EQ(rows("equal", {a, a}), (Rows{"true", "null", "true", "true", "true"}));
    for (const Column& b : in_all_layouts(right)) {
      EXPECT_EQ(rows("equal", {a, b}), (Rows{"true", "null", "false", "false", "null"}));
      EXPECT_EQ(rows("greater", {a, b}), (Rows{"false", "null", "false", "true", "null"}));
    }
  }
}

TEST(ComparisonTest, BoolsDatesAndTimes) {
  EXPECT_EQ(rows("less", {bools({false, true, {}}), Scalar(true)}), (Rows{"true", "false", "null"}));
  EXPECT_EQ(rows("equal", {bools({false, true}), bools({false, false})}), (Rows{"true", "false"}));
  const Column noon = cast(ints({43200}), DataType::timestamp(TimeUnit::kSecond), true);
  EXPECT_EQ(rows("less", {test::dates({0}), noon}), (Rows{"true"}));
  EXPECT_THROW(rows("less", {test::dates({0}), Scalar(1)}), TypeError);
  EXPECT_THROW(rows("equal", {test::texts({"1"}), Scalar(1)}), TypeError);
  EXPECT_THROW(rows("equal", {noon, cast(noon, DataType::timestamp(TimeUnit::kSecond, "UTC"), true)}),
               TypeError);
}

TEST(LogicTest, IsThreeValued) {
  const Column a = bools({true, true, true, false, false, false, {}, {}, {}});
  const Column b = bools({true, false, {}, true, false, {}, true, false, {}});
  EXPECT_EQ(rows("and", {a, b}),
            (Rows{"true", "false", "null", "false", "false", "false", "null", "false", "null"}));
  EXPECT_EQ(rows("or", {a, b}),
            (Rows{"true", "true", "true", "true", "false", "null", "true", "null", "null"}));
  EXPECT_EQ(rows("xor", {a, b}),
            (Rows{"false", "true", "null", "true", "false", "null", "null", "null", "null"}));
  EXPECT_EQ(rows("not", {b.slice(0, 3)}), (Rows{"false", "true", "null"}));
  EXPECT_EQ(rows("or", {b.slice(0, 3), Scalar()}), (Rows{"true", "null", "null"}));
  EXPECT_EQ(rows("and", {Scalar(true), Scalar(false)}), (Rows{"false"}));
  EXPECT_THROW(rows("and", {a, Scalar(1)}), TypeError);
}

TEST(NullTest, TestsAndFills) {
  EXPECT_EQ(rows("is_null", {ints({1, {}})}), (Rows{"false", "true"}));
  EXPECT_EQ(rows("is_not_null", {ints({1, {}})}), (Rows{"true", "false"}));
  EXPECT_EQ(rows("is_null", {Scalar()}), (Rows{"true"}));
  EXPECT_EQ(rows("is_nan", {floats({1.0, NAN, {}})}), (Rows{"false", "true", "null"}));
  EXPECT_EQ(rows("fill_null", {ints({1, {}}), Scalar(7)}), (Rows{"1", "7"}));
  EXPECT_EQ(rows("fill_null", {bools({{}, true}), Scalar(false)}), (Rows{"false", "true"}));
  EXPECT_EQ(rows("coalesce", {ints({{}, {}, 1}), ints({{}, 5, 6}), Scalar(9)}), (Rows{"9", "5", "1"}));
  for (const Column& text : in_all_layouts({"AA", {}})) {
    EXPECT_EQ(rows("fill_null", {text, Scalar("none")}), (Rows{"AA", "none"}));
    EXPECT_EQ(rows("is_null", {text}), (Rows{"false", "true"}));
  }
}

TEST(ConditionalTest, PicksRowByRow) {
  const Column condition = bools({true, false, {}});
  EXPECT_EQ(rows("if_else", {condition, ints({1, 2, 3}), Scalar(0)}), (Rows{"1", "0", "0"}));
  EXPECT_EQ(rows("if_else", {condition, Scalar(1), Scalar(2.5)}), (Rows{"1.0", "2.5", "2.5"}));
  EXPECT_EQ(rows("if_else", {condition, Scalar(), bools({true, false, true})}),
            (Rows{"null", "false", "true"}));
  EXPECT_EQ(rows("if_else", {Scalar(true), Scalar(1), Scalar(2)}), (Rows{"1"}));
  EXPECT_EQ(rows("if_else", {Scalar(true), ints({1, {}, 3}), Scalar(2)}), (Rows{"1", "null", "3"}));
  for (const Column& text : in_all_layouts({"AA", "BB", {}})) {
    EXPECT_EQ(rows("if_else", {condition, text, Scalar("a text of more than twelve bytes")}),
              (Rows{"AA", "a text of more than twelve bytes", "a text of more than twelve bytes"}));
  }
  EXPECT_THROW(rows("if_else", {condition, Scalar(1), Scalar("x")}), TypeError);
}

TEST(MembershipTest, FindsValuesInLists) {
  EXPECT_EQ(rows("is_in", {ints({1, 2, {}}), Scalar(2), Scalar(5)}), (Rows{"false", "true", "null"}));
  EXPECT_EQ(rows("is_in", {floats({NAN, 1.0}), Scalar(NAN)}), (Rows{"true", "false"}));
  EXPECT_EQ(rows("is_in", {bools({true, false}), Scalar(true)}), (Rows{"true", "false"}));
  std::vector<Datum> many{ints({3, 100, 7})};
  for (int i = 0; i < 20; ++i) many.push_back(Scalar(i));
  EXPECT_EQ(rows("is_in", many), (Rows{"true", "false", "true"}));
  for (const Column& text : in_all_layouts({"AA", {}, "a text of more than twelve bytes"})) {
    EXPECT_EQ(rows("is_in", {text, Scalar("AA"), Scalar("x")}), (Rows{"true", "null", "false"}));
  }
  EXPECT_EQ(rows("is_between", {ints({1, 2, 3, 4, {}}), Scalar(2), Scalar(3)}),
            (Rows{"false", "true", "true", "false", "null"}));
}

}  // namespace
}  // namespace treadle::columnar
