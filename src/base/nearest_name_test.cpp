#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace treadle {
namespace {

TEST(NearestName, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("carrier", "carreir"), 1u);
  EXPECT_EQ(edit_distance("same", "same"), 0u);
}

TEST(NearestName, SuggestsTheNearest) {
  const std::vector<std::string> names = {"carrier", "origin", "dep_delay", "arr_delay"};
  EXPECT_EQ(nearest_hint("carier", names), "; did you mean \"carrier\"?");
  EXPECT_EQ(nearest_hint("ARR_DELAY", names), "; did you mean \"arr_delay\"?");
  EXPECT_EQ(nearest_hint("arrdelay", names), "; did you mean \"arr_delay\"?");
}

TEST(NearestName, SuggestsNothingFarAway) {
  const std::vector<std::string> names = {"carrier", "origin"};
  EXPECT_EQ(nearest_hint("zzzzzz", names), "");
  EXPECT_EQ(nearest_hint("x", {}), "");
}

TEST(NearestName, TakesTheFirstOfEquals) {
  const std::vector<std::string> names = {"ab1", "ab2"};
  EXPECT_EQ(nearest_hint("ab3", names), "; did you mean \"ab1\"?");
}

}  // namespace
}  // namespace treadle
