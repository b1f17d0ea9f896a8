#include "memory/spilled_value.h"

#include <gtest/gtest.h>

#include <random>

#include "treadle/error.h"

namespace treadle {
namespace {

std::string random_text(std::size_t size) {
  std::mt19937 random(5);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(SpilledValue, ComesBack) {
  const auto file = std::make_shared<SpillFile>(testing::TempDir());
  for (const std::size_t size : {0, 1, 100, (1 << 20) - 8, 1 << 20, 5'000'000}) {
    const Value value = Value::of(random_text(size));
    const SpilledValue spilled(file, value);
    EXPECT_EQ(spilled.nbytes(), value.nbytes());
    EXPECT_GE(spilled.stored_bytes(), size);
    EXPECT_EQ(spilled.read().get<std::string>(), value.get<std::string>());
    EXPECT_EQ(spilled.read().get<std::string>(), value.get<std::string>());
  }
}

TEST(SpilledValue, PinnedValuesStay) {
  struct Opaque {};
  const auto file = std::make_shared<SpillFile>(testing::TempDir());
  EXPECT_THROW(SpilledValue(file, Value::pinned(Opaque(), 8)), TypeError);
}

}  // namespace
}  // namespace treadle
