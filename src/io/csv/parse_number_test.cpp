#include "io/csv/parse_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace treadle::csv {
namespace {

/// What may be read behind a field.
std::string padded(const std::string& text) { return text + std::string(32, '7'); }
const std::uint8_t* bytes(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

TEST(ParseNumber, FastIntegersAgreeWithTheCarefulOnes) {
  std::mt19937_64 random(1);
  const std::string alphabet = "0123456789-+. x";
  for (int round = 0; round < 300'000; ++round) {
    std::string text;
    if (round % 2 == 0) {
      text = std::to_string(static_cast<std::int64_t>(random()) >> (random() % 64));
    } else {
      for (std::size_t i = random() % 19; i > 0; --i) text += alphabet[random() % (round % 3 == 0 ? 15 : 10)];
    }
    const std::string room = padded(text);
    std::int64_t fast = 0, careful = 0;
    if (!parse_int64_fast(bytes(room), static_cast<std::uint32_t>(text.size()), fast)) continue;
    ASSERT_EQ(parse_int64(text, careful), Parsed::kYes) << text;
    ASSERT_EQ(fast, careful) << text;
  }
}

TEST(ParseNumber, FastDoublesAreExactlyRounded) {
  std::mt19937_64 random(2);
  const std::string alphabet = "0123456789.-e";
  int taken = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string text = random() % 3 == 0 ? "-" : "";
    const std::size_t size = 1 + random() % 17, point = random() % (size + 4);
    for (std::size_t i = 0; i < size; ++i) {
      text += i == point ? '.' : alphabet[random() % (round % 5 == 0 ? 13 : 10)];
    }
    const std::string room = padded(text);
    double fast = 0, careful = 0;
    if (!parse_double_fast(bytes(room), static_cast<std::uint32_t>(text.size()), fast)) continue;
    ++taken;
    char* end = nullptr;
    ASSERT_EQ(fast, std::strtod(text.c_str(), &end)) << text;
    ASSERT_EQ(*end, '\0') << text;
    ASSERT_NE(parse_double(text, careful), Parsed::kNo) << text;
    ASSERT_EQ(fast, careful) << text;
  }
  EXPECT_GT(taken, 100'000);
}

TEST(ParseNumber, MinusZeroKeepsItsSignAsADouble) {
  double value = 1;
  const std::string text = padded("-0.0");
  ASSERT_TRUE(parse_double_fast(bytes(text), 4, value));
  EXPECT_TRUE(std::signbit(value));
}

TEST(ParseNumber, OddSpellingsAreTold) {
  std::int64_t value = 0;
  EXPECT_EQ(parse_int64("007", value), Parsed::kOdd);
  EXPECT_EQ(parse_int64("-0", value), Parsed::kOdd);
  EXPECT_EQ(parse_int64("+5", value), Parsed::kOdd);
  EXPECT_EQ(parse_int64(" 5", value), Parsed::kOdd);
  EXPECT_EQ(parse_int64("0", value), Parsed::kYes);
  EXPECT_EQ(parse_int64("9223372036854775808", value), Parsed::kOutOfRange);
  for (const char* text : {"", "-", "+", "+-5", "1 2", "1.0", "0x1"})
    EXPECT_EQ(parse_int64(text, value), Parsed::kNo) << text;
}

TEST(ParseNumber, DoublesAtTheEdges) {
  double value = 0;
  EXPECT_NE(parse_double("1e400", value), Parsed::kNo);
  EXPECT_EQ(value, HUGE_VAL);
  EXPECT_NE(parse_double("-Infinity", value), Parsed::kNo);
  EXPECT_EQ(value, -HUGE_VAL);
  EXPECT_NE(parse_double("nan", value), Parsed::kNo);
  EXPECT_TRUE(std::isnan(value));
  EXPECT_NE(parse_double("1e-400", value), Parsed::kNo);
  EXPECT_EQ(value, 0);
  for (const char* text : {"", ".", "e5", "1e", "1..2", "0x1p3", "1,5"})
    EXPECT_EQ(parse_double(text, value), Parsed::kNo) << text;
}

TEST(ParseNumber, DecimalsKeepEveryDigit) {
  Int128 value = 0;
  EXPECT_EQ(parse_decimal("-123.45", 10, 3, value), Parsed::kOdd);
  EXPECT_EQ(static_cast<std::int64_t>(value), -123450);
  EXPECT_EQ(parse_decimal("1.230", 4, 2, value), Parsed::kOdd);
  EXPECT_EQ(parse_decimal("1.234", 10, 2, value), Parsed::kOutOfRange);
  EXPECT_EQ(parse_decimal("100", 4, 2, value), Parsed::kOutOfRange);
  EXPECT_EQ(parse_decimal("1e3", 10, 2, value), Parsed::kNo);
}

}  // namespace
}  // namespace treadle::csv
