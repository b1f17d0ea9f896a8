#include "columnar/functions/text_search.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace treadle::columnar::functions {
namespace {

std::string random_text(std::mt19937_64& random, std::size_t size, int letters) {
  std::string text;
  // Neighbours of each other, and bytes whose high bit is set.
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>(0x7E + static_cast<int>(random() % static_cast<unsigned>(letters)));
  return text;
}

TEST(TextSearch, finds_what_the_standard_library_finds) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const int letters = 1 + round % 5;
    const std::string text = random_text(random, random() % (round % 50 == 0 ? 5'000 : 60), letters);
    std::string wanted = random_text(random, random() % (round % 20 == 0 ? 90 : 7), letters);
    if (round % 3 == 0 && !text.empty()) wanted = text.substr(random() % text.size(), random() % 80);
    for (const std::size_t from : {std::size_t{0}, text.size() / 2, text.size(), text.size() + 1}) {
      ASSERT_EQ(find_text(text, wanted, from), text.find(wanted, from))
          << testing::PrintToString(text) << ", " << testing::PrintToString(wanted) << " from " << from;
    }
  }
}

TEST(TextSearch, looks_at_no_byte_outside_of_the_text) {
  // What is wanted begins or ends beyond the text.
  const std::string whole = "xxspecialxx";
  for (std::size_t begin = 0; begin < whole.size(); ++begin) {
    for (std::size_t size = 0; begin + size <= whole.size(); ++size) {
      const std::string_view text = std::string_view(whole).substr(begin, size);
      EXPECT_EQ(find_text(text, "special"), text.find("special"));
      EXPECT_EQ(find_text(text, "x"), text.find('x'));
    }
  }
}

}  // namespace
}  // namespace treadle::columnar::functions
