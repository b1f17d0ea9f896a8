#include <gtest/gtest.h>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar::functions {
namespace {

using test::rows;
using Rows = std::vector<std::string>;

Datum words() { return test::texts({"apple pie", "Äpfel", {}, ""}); }

TEST(TextShapes, ReversesCodePointsNotBytes) {
  EXPECT_EQ(rows("str.reverse", {words()}), (Rows{"eip elppa", "lefpÄ", "null", ""}));
}

TEST(TextShapes, TitlesBeginEachWordLarge) {
  EXPECT_EQ(rows("str.title", {test::texts({"apple PIE", "éa-bc 3d"})}), (Rows{"Apple Pie", "Éa-Bc 3d"}));
}

TEST(TextShapes, TranslatesOrLeavesOut) {
  EXPECT_EQ(rows("str.translate", {words(), Scalar("pÄl"), Scalar("qA")}),
            (Rows{"aqqe qie", "Aqfe", "null", ""}));
}

TEST(TextShapes, FillsUpToALength) {
  EXPECT_EQ(rows("str.pad_start", {test::texts({"é", "long", {}}), Scalar(3), Scalar("xy")}),
            (Rows{"xyé", "long", "null"}));
  EXPECT_EQ(rows("str.pad_end", {test::texts({"a"}), Scalar(3), Scalar("xy")}), (Rows{"axy"}));
  EXPECT_THROW(rows("str.pad_end", {test::texts({"a"}), Scalar(3), Scalar("")}), InvalidArgument);
  EXPECT_THROW(rows("str.pad_start", {test::texts({"a"}), Scalar(-1), Scalar(" ")}), InvalidArgument);
}

TEST(TextShapes, CountsChangesBetweenTexts) {
  EXPECT_EQ(rows("str.distance", {test::texts({"kitten", "", {}, "sitting"}), Scalar("sitting")}),
            (Rows{"3", "7", "null", "0"}));
}

}  // namespace
}  // namespace treadle::columnar::functions
