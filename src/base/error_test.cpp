#include "treadle/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace treadle {
namespace {

TEST(Error, ParseErrorShowsWhatIsKnownOfThePlace) {
  EXPECT_STREQ(ParseError({"a.csv", 3, 7}, "expected 5 fields, found 4").what(),
               "a.csv:3:7: expected 5 fields, found 4");
  EXPECT_STREQ(ParseError({"a.csv", 3, 0}, "bad").what(), "a.csv:3: bad");
  EXPECT_STREQ(ParseError({"", 1, 9}, "bad").what(), "line 1, column 9: bad");
  EXPECT_STREQ(ParseError({"", 0, 9}, "bad").what(), "column 9: bad");
  EXPECT_STREQ(ParseError({"", 0, 0}, "bad").what(), "bad");
}

TEST(Error, IoErrorEndsWithTheSystemsText) {
  EXPECT_STREQ(IoError::from_errno("cannot open the file", "x.csv", ENOENT).what(),
               "cannot open the file: x.csv: No such file or directory");
}

TEST(Error, KindsAreTheClassNames) {
  EXPECT_EQ(OutOfMemory("x").kind(), "OutOfMemory");
  EXPECT_EQ(Cancelled().kind(), "Cancelled");
  const InternalError fault("lost task");
  const Error& base = fault;
  EXPECT_EQ(base.kind(), "InternalError");
}

}  // namespace
}  // namespace treadle
