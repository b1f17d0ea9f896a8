#include "io/csv/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace treadle::csv {
namespace {

/// The shortest form of a code point.
std::string encoded(std::uint32_t point) {
  std::string out;
  const auto follow = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    follow(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    follow(6);
    follow(0);
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    follow(12);
    follow(6);
    follow(0);
  }
  return out;
}

TEST(Utf8, TakesEveryCodePointAndNoSurrogate) {
  for (std::uint32_t point = 0; point < 0x110000; ++point) {
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(is_utf8("abcdefg" + encoded(point) + "z"), !surrogate) << point;
  }
  EXPECT_FALSE(is_utf8(encoded(0x110000)));
}

TEST(Utf8, LongTextsAreNotLookedAtLess) {
  const std::string before(200, 'a');
  for (std::uint32_t point = 0; point < 0x110000; point += 7) {
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(is_utf8(before + encoded(point) + before), !surrogate) << point;
  }
  for (const char* wrong : {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\x80", "\xC3", "\xFF"})
    EXPECT_FALSE(is_utf8(before + wrong + before)) << wrong;
  EXPECT_FALSE(is_utf8(before + "\xC3"));
}

TEST(Utf8, RefusesWhatIsNoShortestForm) {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80", "\xFF",
        "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3(", "12345678\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace treadle::csv
