#include "io/hive.h"

#include <gtest/gtest.h>

namespace treadle::io {
namespace {

TEST(Hive, EscapesWhatFileSystemsAndShellsMind) {
  EXPECT_EQ(hive_directory({"origin", "EWR"}), "origin=EWR");
  EXPECT_EQ(hive_directory({"a/b", "50%=x\n"}), "a%2Fb=50%25%3Dx%0A");
  EXPECT_EQ(hive_directory({"k", std::nullopt}), "k=__HIVE_DEFAULT_PARTITION__");
}

TEST(Hive, ReadsBackWhatItWrites) {
  for (const std::string value : {"", "EWR", "a/b", "%41", "ä ö", "x=y", "..", "\x01\x7f"}) {
    const HiveKey key{"na me", value};
    EXPECT_EQ(parse_hive_directory(hive_directory(key)), key) << value;
  }
}

TEST(Hive, TakesLoosePercentSignsAsTheyAre) {
  EXPECT_EQ(parse_hive_directory("k=5%")->value, "5%");
  EXPECT_EQ(parse_hive_directory("k=%zz")->value, "%zz");
  EXPECT_EQ(parse_hive_directory("k=%+1")->value, "%+1");
}

TEST(Hive, FindsTheKeysOfAPathButNotOfTheFile) {
  const std::vector<HiveKey> expected = {{"year", "2013"}, {"origin", std::nullopt}};
  EXPECT_EQ(parse_hive_path("/data/year=2013/x/origin=__HIVE_DEFAULT_PARTITION__/a=b.parquet"), expected);
  EXPECT_FALSE(parse_hive_directory("=x"));
  EXPECT_FALSE(parse_hive_directory("plain"));
}

TEST(Hive, InfersIntegersOnlyWhereTextWouldComeBackTheSame) {
  const auto infer = [](const std::vector<HiveValue>& values) {
    return infer_hive_type(values, KeyTypes::kExact).id();
  };
  EXPECT_EQ(infer({"1", "-20", std::nullopt}), TypeId::kInt64);
  EXPECT_EQ(infer({"1", "07"}), TypeId::kUtf8);
  EXPECT_EQ(infer({"9223372036854775808"}), TypeId::kUtf8);
  EXPECT_EQ(infer({std::nullopt}), TypeId::kUtf8);
  EXPECT_EQ(infer({""}), TypeId::kUtf8);
}

TEST(Hive, InfersTheTypesOfArrowsDataSets) {
  const auto infer = [](const std::vector<HiveValue>& values) {
    return infer_hive_type(values, KeyTypes::kArrow);
  };
  const DataType numbers = infer({"1", "-07", std::nullopt});
  EXPECT_EQ(numbers.id(), TypeId::kInt32);
  EXPECT_EQ(hive_scalar("-07", numbers), Scalar(numbers, std::int64_t{-7}));
  EXPECT_EQ(infer({"1", "2147483648"}).id(), TypeId::kUtf8);
  EXPECT_EQ(infer({"1", "1.5"}).id(), TypeId::kUtf8);
  EXPECT_EQ(infer({std::nullopt}).id(), TypeId::kUtf8);
}

}  // namespace
}  // namespace treadle::io
