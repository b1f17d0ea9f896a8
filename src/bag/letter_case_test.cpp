#include "bag/letter_case.h"

#include <gtest/gtest.h>

namespace treadle::bag {
namespace {

std::string lower(std::string_view text) {
  std::string made;
  append_lower(text, made);
  return made;
}

std::string upper(std::string_view text) {
  std::string made;
  append_upper(text, made);
  return made;
}

TEST(LetterCase, MapsLettersOfManyScripts) {
  EXPECT_EQ(lower("ÄÖÜ Straße ЖЗ ΑΒΓ"), "äöü straße жз αβγ");
  EXPECT_EQ(upper("äöü straße жз αβγ"), "ÄÖÜ STRASSE ЖЗ ΑΒΓ");
}

TEST(LetterCase, WritesSigmaAtTheEndOfAWordAsPythonDoes) {
  EXPECT_EQ(lower("ΟΔΥΣΣΕΥΣ"), "οδυσσευς");
  EXPECT_EQ(lower("ΣΑΣ Σ"), "σας σ");
  EXPECT_EQ(lower("ΑΣ.Β ΑΣ."), "ασ.β ας.");
}

TEST(LetterCase, MakesOneCharacterSeveralWhereUnicodeDoes) {
  EXPECT_EQ(lower("İ"), "i\u0307");
  EXPECT_EQ(upper("ŉ ǰ ﬀ ﬃ ﬅ"), "ʼN J\u030C FF FFI ST");
  EXPECT_EQ(upper("\u1F80 \u1FB3 \u1FB7 \u1F50"),
            "\u1F08\u0399 \u0391\u0399 \u0391\u0342\u0399 \u03A5\u0313");
}

TEST(LetterCase, KeepsBytesThatAreNoCharacter) {
  EXPECT_EQ(lower("A\xFF"
                  "Ä"),
            "a\xFF"
            "ä");
  EXPECT_EQ(upper("a\xC3"), "A\xC3");
}

}  // namespace
}  // namespace treadle::bag
