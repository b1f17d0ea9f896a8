#include "treadle/key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

TEST(Key, IsWrittenAndReadBack) {
  const Key key{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  EXPECT_EQ(key.to_string(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(Key::from_string(key.to_string()), key);
  EXPECT_THROW(Key::from_string("0123"), InvalidArgument);
  EXPECT_THROW(Key::from_string(std::string(32, 'G')), InvalidArgument);
}

TEST(Key, EqualFactsGiveEqualKeys) {
  const auto build = [] { return KeyBuilder("csv.scan").add("a.csv").add(5).add(1.5).add(true).finish(); };
  EXPECT_EQ(build(), build());
}

TEST(Key, DifferentFactsGiveDifferentKeys) {
  std::set<Key> keys;
  keys.insert(KeyBuilder("d").finish());
  keys.insert(KeyBuilder("d").add("").finish());
  keys.insert(KeyBuilder("d").add("ab").add("c").finish());
  keys.insert(KeyBuilder("d").add("a").add("bc").finish());
  keys.insert(KeyBuilder("d").add("abc").finish());
  keys.insert(KeyBuilder("d").add(1).finish());
  keys.insert(KeyBuilder("d").add(std::uint64_t{1}).finish());
  keys.insert(KeyBuilder("d").add(1.0).finish());
  keys.insert(KeyBuilder("d").add(true).finish());
  keys.insert(KeyBuilder("d").add(0.0).finish());
  keys.insert(KeyBuilder("d").add(-0.0).finish());
  keys.insert(KeyBuilder("e").finish());
  EXPECT_EQ(keys.size(), 12u);
}

TEST(Key, LongContentIsTheSameInOnePieceOrAfterOthers) {
  const std::string text(10'000, 'x');
  const Key once = KeyBuilder("d").add(text).finish();
  EXPECT_EQ(KeyBuilder("d").add(text).finish(), once);
  KeyBuilder builder("d");
  builder.add(text);
  EXPECT_EQ(builder.finish(), once);
  EXPECT_NE(builder.add(text).finish(), once);
}

TEST(Key, FinishLeavesTheBuilderUsable) {
  KeyBuilder builder("d");
  const Key before = builder.finish();
  builder.add(1);
  EXPECT_NE(builder.finish(), before);
  EXPECT_EQ(builder.finish(), KeyBuilder("d").add(1).finish());
}

TEST(Key, UniqueKeysDiffer) {
  std::set<Key> keys;
  for (int i = 0; i < 1000; ++i) keys.insert(unique_key());
  EXPECT_EQ(keys.size(), 1000u);
}

}  // namespace
}  // namespace treadle
