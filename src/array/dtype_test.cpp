#include "treadle/dtype.h"

#include <gtest/gtest.h>

#include "treadle/error.h"

namespace treadle {
namespace {

using K = ElementKind;

// What NumPy 2.4 answers with for its types from bool to complex128, in the order of ElementKind.
constexpr int kNumTypes = 13;
constexpr int kPromoted[kNumTypes][kNumTypes] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
    {1, 1, 2, 3, 4, 2, 3, 4, 10, 9, 10, 11, 12},
    {2, 2, 2, 3, 4, 2, 3, 4, 10, 9, 10, 11, 12},
    {3, 3, 3, 3, 4, 3, 3, 4, 10, 10, 10, 12, 12},
    {4, 4, 4, 4, 4, 4, 4, 4, 10, 10, 10, 12, 12},
    {5, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
    {6, 3, 3, 3, 4, 6, 6, 7, 8, 9, 10, 11, 12},
    {7, 4, 4, 4, 4, 7, 7, 7, 8, 10, 10, 12, 12},
    {8, 10, 10, 10, 10, 8, 8, 8, 8, 10, 10, 12, 12},
    {9, 9, 9, 10, 10, 9, 9, 10, 10, 9, 10, 11, 12},
    {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 12, 12},
    {11, 11, 11, 12, 12, 11, 11, 12, 12, 11, 12, 11, 12},
    {12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12},
};
constexpr const char* kSafe[kNumTypes] = {
    "1111111111111", "0111100001111", "0011100001111", "0001100000101", "0000100000101",
    "0011111111111", "0001101111111", "0000100110101", "0000000010101", "0000000001111",
    "0000000000101", "0000000000011", "0000000000001",
};

TEST(DType, PromotesAndCastsAsNumPyDoes) {
  for (int a = 0; a < kNumTypes; ++a) {
    for (int b = 0; b < kNumTypes; ++b) {
      const DType from = static_cast<K>(a);
      const DType to = static_cast<K>(b);
      EXPECT_EQ(promote(from, to), DType(static_cast<K>(kPromoted[a][b]))) << from.name() << to.name();
      EXPECT_EQ(can_cast_safely(from, to), kSafe[a][b] == '1') << from.name() << to.name();
    }
  }
}

TEST(DType, PromotesTimesToTheFinerUnit) {
  const DType days(K::kDatetime, DateUnit::kDay);
  const DType seconds(K::kDatetime, DateUnit::kSecond);
  EXPECT_EQ(promote(days, seconds), seconds);
  EXPECT_TRUE(can_cast_safely(days, seconds));
  EXPECT_FALSE(can_cast_safely(seconds, days));
  EXPECT_THROW(promote(days, K::kInt64), TypeError);
  EXPECT_THROW(promote({K::kTimedelta, DateUnit::kMonth}, {K::kTimedelta, DateUnit::kDay}), TypeError);
}

TEST(DType, ReadsNamesAndCodes) {
  EXPECT_EQ(DType::parse("<f8"), DType(K::kFloat64));
  EXPECT_EQ(DType::parse("|b1"), DType(K::kBool));
  EXPECT_EQ(DType::parse("datetime64[ns]"), DType(K::kDatetime, DateUnit::kNano));
  for (std::size_t i = 0; i < kNumElementKinds; ++i) {
    const DType type = static_cast<K>(i);
    EXPECT_EQ(DType::parse(type.name()), type);
    EXPECT_EQ(DType::parse(type.code()), type);
  }
  EXPECT_EQ(DType(K::kTimedelta, DateUnit::kMilli).code(), "<m8[ms]");
  for (const char* text : {"", "f3", ">f8", "float64[ns]", "datetime64[x]", "object"}) {
    EXPECT_THROW(DType::parse(text), TypeError) << text;
  }
}

}  // namespace
}  // namespace treadle
