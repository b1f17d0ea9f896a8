#include "base/byte_size.h"

#include <gtest/gtest.h>

#include "treadle/error.h"

namespace treadle {
namespace {

TEST(ByteSize, ReadsUnitsOfThousandsAndOf1024) {
  EXPECT_EQ(parse_byte_size("64 MiB"), std::size_t{64} << 20);
  EXPECT_EQ(parse_byte_size("1GB"), 1'000'000'000u);
  EXPECT_EQ(parse_byte_size("1g"), 1'000'000'000u);
  EXPECT_EQ(parse_byte_size("1.5 kib"), 1536u);
  EXPECT_EQ(parse_byte_size(" 4096 "), 4096u);
  EXPECT_EQ(parse_byte_size("17 B"), 17u);
  EXPECT_EQ(parse_byte_size("18446744073709551615"), SIZE_MAX);
}

TEST(ByteSize, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", "MiB", "-1", "1 XB", "1 MiBs", "1e400 GB", "99999999999 PB", "nan", "0x10", "1,5 MB"}) {
    EXPECT_THROW(parse_byte_size(text), InvalidArgument) << text;
  }
}

TEST(ByteSize, WritesShortAndReadable) {
  EXPECT_EQ(format_byte_size(0), "0 B");
  EXPECT_EQ(format_byte_size(1023), "1023 B");
  EXPECT_EQ(format_byte_size(std::size_t{64} << 20), "64 MiB");
  EXPECT_EQ(format_byte_size((std::size_t{3} << 30) / 2), "1.50 GiB");
}

}  // namespace
}  // namespace treadle
