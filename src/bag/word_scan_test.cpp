#include "bag/word_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "bag/space.h"
#include "memory/buffer.h"

namespace treadle::bag {
namespace {

/// The table's words, one after the other: "the 2, a 1, ".
std::string written(const WordTable& table) {
  const TextCounts counts = table.finish();
  std::string text;
  for (std::size_t i = 0; i < counts.counts.size(); ++i) {
    text += std::string(counts.texts[i]) + " " + std::to_string(counts.counts[i]) + ", ";
  }
  return text;
}

std::string counted(std::string_view text, bool lower) {
  BufferBuilder block(text.size());
  std::copy(text.begin(), text.end(), block.data());
  WordTable table;
  WordScan().count(reinterpret_cast<char*>(block.data()), text.size(), lower, 0, table);
  return written(table);
}

TEST(WordScan, CountsWordsInTheOrderOfTheirFirstOccurrence) {
  EXPECT_EQ(counted("b a\nb  c\ta\x1c"
                    "b",
                    false),
            "b 3, a 2, c 1, ");
  EXPECT_EQ(counted("The the THE @[`{", true), "the 3, @[`{ 1, ");
  EXPECT_EQ(counted("", true), "");
  EXPECT_EQ(counted(" \n ", true), "");
}

TEST(WordScan, AgreesWithAWalkOverTheCharacters) {
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    std::string text(random() % 400, ' ');
    for (char& c : text) c = random() % 4 == 0 ? ' ' : static_cast<char>('A' + random() % 3);
    // Words longer than the bytes that are compared as numbers.
    if (round % 3 == 0) text += std::string(16 + random() % 40, 'x');
    std::vector<std::string> order;
    std::map<std::string, int> counts;
    std::string word;
    for (const char c : text + " ") {
      if (!is_ascii_space(static_cast<unsigned char>(c))) {
        word += c;
      } else if (!word.empty()) {
        if (counts[word]++ == 0) order.push_back(word);
        word.clear();
      }
    }
    std::string expected;
    for (const std::string& one : order) expected += one + " " + std::to_string(counts[one]) + ", ";
    ASSERT_EQ(counted(text, false), expected) << text;
  }
}

TEST(WordScan, FindsWhereAsciiLinesEnd) {
  EXPECT_EQ(ascii_lines("abc\ndef"), 7U);
  EXPECT_EQ(ascii_lines("abc\nd\xC3\xA9"
                        "f"),
            4U);
  EXPECT_EQ(ascii_lines("\xC3\xA9"), 0U);
  EXPECT_EQ(ascii_lines(std::string(100, 'a') + "\n" + std::string(30, 'b') + "\xC3"), 101U);
}

TEST(WordTable, PutsTablesTogetherByTheLeastPlaces) {
  WordTable a, b;
  a.add("late", 50);
  a.add("x", 60, 2);
  b.add("early", 1);
  b.add("late", 5);
  a.absorb(b);
  EXPECT_EQ(written(a), "early 1, late 2, x 2, ");
}

TEST(WordTable, TellsLongWordsApart) {
  WordTable table;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) table.add("a word of more than sixteen bytes " + std::to_string(i), i);
  }
  const TextCounts counts = table.finish();
  ASSERT_EQ(counts.counts.size(), 5000U);
  EXPECT_EQ(counts.texts[4999], "a word of more than sixteen bytes 4999");
  EXPECT_EQ(counts.counts[77], 2);
}

}  // namespace
}  // namespace treadle::bag
