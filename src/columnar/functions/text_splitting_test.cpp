#include <gtest/gtest.h>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::in_all_layouts;
using test::rows;
using test::texts;
using Rows = std::vector<std::string>;

Scalar number(std::int64_t value) { return Scalar(value); }

/// Part `place` of texts cut at most `most` times, in every layout.
void expect_part(const std::vector<std::optional<std::string>>& values, const Scalar& separator,
                 std::int64_t most, std::int64_t place, bool from_end, const Rows& expected) {
  for (const Column& column : in_all_layouts(values)) {
    EXPECT_EQ(rows("str.part", {column, separator, number(most), number(place), number(from_end ? 1 : 0)}),
              expected)
        << "layout " << static_cast<int>(column.layout());
  }
}

const std::vector<std::optional<std::string>> kPaths = {
    "a/b/a part of more than twelve bytes", "é", "", {}, "/"};

TEST(TextSplittingTest, PartsAreNumberedFromEitherEnd) {
  expect_part(kPaths, Scalar("/"), -1, 0, false, {"a", "é", "", "null", ""});
  expect_part(kPaths, Scalar("/"), -1, 2, false,
              {"a part of more than twelve bytes", "null", "null", "null", "null"});
  expect_part(kPaths, Scalar("/"), -1, -2, false, {"b", "null", "null", "null", ""});
}

TEST(TextSplittingTest, WhatIsLeftAfterTheLastCutStaysWhole) {
  expect_part(kPaths, Scalar("/"), 1, 1, false,
              {"b/a part of more than twelve bytes", "null", "null", "null", ""});
  expect_part(kPaths, Scalar("/"), 1, 0, true, {"a/b", "é", "", "null", ""});
}

TEST(TextSplittingTest, WithoutASeparatorThePartsAreWords) {
  const std::vector<std::optional<std::string>> values = {"  one two\u00a0 three ", "\t", "one"};
  const Scalar none(TypeId::kUtf8, std::monostate());
  expect_part(values, none, -1, 2, false, {"three", "null", "null"});
  expect_part(values, none, 1, 1, false, {"two\u00a0 three ", "null", "null"});
  expect_part(values, none, 1, 0, true, {"  one two", "null", "one"});
  expect_part(values, none, 1, 1, true, {"three", "null", "null"});
}

TEST(TextSplittingTest, AnEmptySeparatorIsRefused) {
  EXPECT_THROW(rows("str.part", {texts({"a"}), Scalar(""), number(1), number(0), number(0)}),
               InvalidArgument);
}

TEST(TextSlicingTest, RangesCountAsPythonsSlices) {
  const Column column = texts({"Straße", "", {}, "日本"});
  const Scalar end(TypeId::kInt64, std::monostate());
  const auto range = [&](std::int64_t start, const Scalar& stop) {
    return rows("str.range", {column, number(start), stop});
  };
  EXPECT_EQ(range(1, number(3)), (Rows{"tr", "", "null", "本"}));
  EXPECT_EQ(range(-2, end), (Rows{"ße", "", "null", "日本"}));
  EXPECT_EQ(range(0, number(-1)), (Rows{"Straß", "", "null", "日"}));
  EXPECT_EQ(range(-3, number(-1)), (Rows{"aß", "", "null", "日"}));
  EXPECT_EQ(range(3, number(1)), (Rows{"", "", "null", ""}));
  EXPECT_EQ(range(-9, number(2)), (Rows{"St", "", "null", "日本"}));
}

TEST(TextSlicingTest, CodePointsBeyondTheEndsAreMissing) {
  for (const Column& column : in_all_layouts({"Straße", "", {}, "日本"})) {
    EXPECT_EQ(rows("str.at", {column, number(1)}), (Rows{"t", "null", "null", "本"}));
    EXPECT_EQ(rows("str.at", {column, number(-5)}), (Rows{"t", "null", "null", "null"}));
    EXPECT_EQ(rows("str.at", {column, number(4)}), (Rows{"ß", "null", "null", "null"}));
  }
}

}  // namespace
}  // namespace treadle::columnar
