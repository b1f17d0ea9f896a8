#include "engine/rank_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace treadle::engine {
namespace {

TEST(RankSet, GivesTheSmallestFirst) {
  RankSet ranks(300'000);
  for (const std::size_t number : {299'999, 64, 63, 0, 4096, 4095}) ranks.insert(number);
  for (const std::size_t number : {0, 63, 64, 4095, 4096, 299'999}) EXPECT_EQ(ranks.pop_first(), number);
  EXPECT_TRUE(ranks.empty());
}

TEST(RankSet, AgreesWithAnOrderedSet) {
  for (const std::size_t bound : {1, 64, 65, 5000}) {
    RankSet ranks(bound);
    std::set<std::size_t> expected;
    std::mt19937 random(static_cast<unsigned>(bound));
    for (int step = 0; step < 20'000; ++step) {
      const std::size_t number = random() % bound;
      if (random() % 2 == 0 && expected.insert(number).second) {
        ranks.insert(number);
      } else if (!expected.empty()) {
        EXPECT_EQ(ranks.pop_first(), *expected.begin());
        expected.erase(expected.begin());
      }
      ASSERT_EQ(ranks.size(), expected.size());
    }
  }
}

}  // namespace
}  // namespace treadle::engine
