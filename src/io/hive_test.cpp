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
  EXPECT_EQ(infer_hive_type({"1", "-20", std::nullopt}).id(), TypeId::kInt64);
  EXPECT_EQ(infer_hive_type({"1", "07"}).id(), TypeId::kUtf8);
  EXPECT_EQ(infer_hive_type({"9223372036854775808"}).id(), TypeId::kUtf8);
  EXPECT_EQ(infer_hive_type({std::nullopt}).id(), TypeId::kUtf8);
  EXPECT_EQ(infer_hive_type({""}).id(), TypeId::kUtf8);
}

}  // namespace
}  // namespace treadle::io
