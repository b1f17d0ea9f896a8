#include "dataframe/operators/group_texts.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace treadle::dataframe {
namespace {

TEST(GroupTexts, hold_the_last_text_of_each_group_however_long) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  GroupTexts texts;
  std::vector<std::optional<std::string>> expected;
  // Twice: a table is used again once it is cleared.
  for (int use = 0; use < 2; ++use) {
    for (int step = 0; step < 30'000; ++step) {
      if (expected.size() < 300 && random() % 4 == 0) {
        expected.emplace_back();
        texts.resize(expected.size());
      }
      if (expected.empty()) continue;
      const auto group = static_cast<std::uint32_t>(random() % expected.size());
      if (random() % 10 == 0) {
        expected[group].reset();
        texts.remove(group);
        continue;
      }
      // About as long as what lies in its place, or long enough that bytes are brought together now and then.
      const std::size_t size = random() % 2 == 0 ? 14 + random() % 5 : random() % 300;
      expected[group] = std::string(size, static_cast<char>('a' + random() % 26));
      texts.set(group, *expected[group]);
      ASSERT_EQ(texts.text(group), *expected[group]);
    }
    std::size_t bytes = 0;
    for (std::uint32_t group = 0; group < expected.size(); ++group) {
      ASSERT_EQ(texts.has(group), expected[group].has_value()) << group;
      if (!expected[group]) continue;
      EXPECT_EQ(texts.text(group), *expected[group]) << group;
      bytes += expected[group]->size();
    }
    EXPECT_EQ(texts.live_bytes(), bytes);
    // What was exchanged does not stay for ever: 30,000 texts came to 3 MB.
    EXPECT_LT(texts.bytes_with(expected.size()), std::size_t{1} << 20);
    std::vector<std::uint32_t> groups(expected.size());
    std::iota(groups.begin(), groups.end(), 0U);
    const columnar::Column column = texts.values(TypeId::kUtf8, groups);
    for (const std::uint32_t group : groups) {
      ASSERT_EQ(column.is_valid(group), expected[group].has_value());
      if (expected[group]) EXPECT_EQ(column.text(group), *expected[group]);
    }
    texts.clear();
    expected.clear();
    EXPECT_EQ(texts.live_bytes(), 0U);
  }
}

}  // namespace
}  // namespace treadle::dataframe
