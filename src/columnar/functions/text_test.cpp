#include <gtest/gtest.h>

#include "columnar/functions/test_calls.h"
#include "treadle/error.h"

namespace treadle::columnar {
namespace {

using test::in_all_layouts;
using test::rows;
using test::texts;
using Rows = std::vector<std::string>;

const std::vector<std::optional<std::string>> kTexts = {
    "Straße", {}, "", "a text of more than twelve bytes", "ÄÖ日本"};

/// Checks a function on the same text in all layouts.
void expect_rows(std::string_view name, const std::vector<Datum>& parameters, const Rows& expected) {
  for (const Column& column : in_all_layouts(kTexts)) {
    std::vector<Datum> arguments{column};
    arguments.insert(arguments.end(), parameters.begin(), parameters.end());
    EXPECT_EQ(rows(name, arguments), expected) << name << " layout " << static_cast<int>(column.layout());
  }
}

TEST(TextTest, LengthsCountCodePointsOrBytes) {
  expect_rows("str.length", {}, {"6", "null", "0", "32", "4"});
  expect_rows("str.length_bytes", {}, {"7", "null", "0", "32", "10"});
}

TEST(TextTest, CaseFollowsUnicode) {
  expect_rows("str.to_upper", {}, {"STRAßE", "null", "", "A TEXT OF MORE THAN TWELVE BYTES", "ÄÖ日本"});
  expect_rows("str.to_lower", {}, {"straße", "null", "", "a text of more than twelve bytes", "äö日本"});
}

TEST(TextTest, StripsBothEndsOrOne) {
  const Column padded = texts({"  a b \t", "xx", " ", {}});
  EXPECT_EQ(rows("str.strip", {padded}), (Rows{"a b", "xx", "", "null"}));
  EXPECT_EQ(rows("str.strip_start", {padded}), (Rows{"a b \t", "xx", "", "null"}));
  EXPECT_EQ(rows("str.strip_end", {padded}), (Rows{"  a b", "xx", "", "null"}));
  expect_rows("str.strip", {Scalar("aS本se")}, {"traß", "null", "", " text of more than twelve byt", "ÄÖ日"});
}

TEST(TextTest, FindsTextAndPatterns) {
  expect_rows("str.contains", {Scalar("t")}, {"true", "null", "false", "true", "false"});
  expect_rows("str.contains", {Scalar("^[aÄ]")}, {"false", "null", "false", "true", "true"});
  expect_rows("str.contains_literal", {Scalar("[")}, {"false", "null", "false", "false", "false"});
  expect_rows("str.contains_literal", {Scalar("")}, {"true", "null", "true", "true", "true"});
  expect_rows("str.starts_with", {Scalar("Str")}, {"true", "null", "false", "false", "false"});
  expect_rows("str.ends_with", {Scalar("本")}, {"false", "null", "false", "false", "true"});
  expect_rows("str.contains", {Scalar("."), Scalar(true)}, {"false", "null", "false", "false", "false"});
  expect_rows("str.contains", {Scalar("."), Scalar(false)}, {"true", "null", "false", "true", "true"});
  EXPECT_EQ(rows("str.replace_all", {texts({"a.b."}), Scalar("."), Scalar("!"), Scalar(true)}),
            (Rows{"a!b!"}));
  EXPECT_EQ(rows("str.replace", {texts({"a.b."}), Scalar("."), Scalar("!"), Scalar(true)}), (Rows{"a!b."}));
  EXPECT_THROW(rows("str.contains", {texts({"a"}), Scalar("(")}), InvalidArgument);
  EXPECT_THROW(rows("str.contains", {test::ints({1}), Scalar("a")}), TypeError);
  EXPECT_EQ(rows("str.contains", {Scalar("abc"), Scalar("b")}), (Rows{"true"}));
}

TEST(TextTest, LikeIsSqls) {
  expect_rows("str.like", {Scalar("%t%")}, {"true", "null", "false", "true", "false"});
  expect_rows("str.like", {Scalar("S%")}, {"true", "null", "false", "false", "false"});
  expect_rows("str.like", {Scalar("%本")}, {"false", "null", "false", "false", "true"});
  expect_rows("str.like", {Scalar("____")}, {"false", "null", "false", "false", "true"});
  expect_rows("str.like", {Scalar("")}, {"false", "null", "true", "false", "false"});
  expect_rows("str.like", {Scalar("%")}, {"true", "null", "true", "true", "true"});
  const Column words = texts({"special requests", "requests special", "aba", "ab", "special request", ""});
  const auto liked = [&](const char* pattern) { return rows("str.like", {words, Scalar(pattern)}); };
  EXPECT_EQ(liked("%special%requests%"), (Rows{"true", "false", "false", "false", "false", "false"}));
  EXPECT_EQ(liked("s%l%t%s"), (Rows{"true", "false", "false", "false", "false", "false"}));
  // What the start has taken is not there for the end.
  EXPECT_EQ(liked("ab%ba"), (Rows(6, "false")));
  EXPECT_EQ(liked("a%a"), (Rows{"false", "false", "true", "false", "false", "false"}));
  EXPECT_EQ(liked("%%"), (Rows(6, "true")));
  expect_rows("str.ilike", {Scalar("s%")}, {"true", "null", "false", "false", "false"});
  EXPECT_EQ(rows("str.like", {texts({"100%", "100x", "a\nb"}), Scalar("100\\%")}),
            (Rows{"true", "false", "false"}));
  EXPECT_EQ(rows("str.like", {texts({"a\nb", "a.b", "axb"}), Scalar("a_b")}), (Rows{"true", "true", "true"}));
  EXPECT_THROW(rows("str.like", {texts({"a"}), Scalar("a_\\")}), InvalidArgument);
}

TEST(TextTest, ReplacesOneOrAll) {
  expect_rows("str.replace", {Scalar("[aeiou]"), Scalar("_")},
              {"Str_ße", "null", "", "_ text of more than twelve bytes", "ÄÖ日本"});
  expect_rows("str.replace_all", {Scalar("([aeiou])"), Scalar("<\\1>")},
              {"Str<a>ß<e>", "null", "", "<a> t<e>xt <o>f m<o>r<e> th<a>n tw<e>lv<e> byt<e>s", "ÄÖ日本"});
  expect_rows("str.replace_literal", {Scalar("t"), Scalar("T")},
              {"STraße", "null", "", "a Text of more than twelve bytes", "ÄÖ日本"});
  expect_rows("str.replace_all_literal", {Scalar("."), Scalar("!")},
              {"Straße", "null", "", "a text of more than twelve bytes", "ÄÖ日本"});
  EXPECT_EQ(rows("str.replace_all_literal", {texts({"aaa"}), Scalar("aa"), Scalar("b")}), (Rows{"ba"}));
  EXPECT_EQ(rows("str.replace_all", {texts({"aXbX"}), Scalar("X"), Scalar("")}), (Rows{"ab"}));
  EXPECT_THROW(rows("str.replace", {texts({"a"}), Scalar("(a)"), Scalar("\\7")}), InvalidArgument);
}

TEST(TextTest, SlicesByCodePoints) {
  expect_rows("str.slice", {Scalar(1), Scalar(3)}, {"tra", "null", "", " te", "Ö日本"});
  expect_rows("str.slice", {Scalar(-2), Scalar(INT64_MAX)}, {"ße", "null", "", "es", "日本"});
  expect_rows("str.slice", {Scalar(-5), Scalar(2)}, {"tr", "null", "", "by", "Ä"});
  expect_rows("str.slice", {Scalar(2)}, {"raße", "null", "", "text of more than twelve bytes", "日本"});
  expect_rows("str.slice", {Scalar(100)}, {"", "null", "", "", ""});
  expect_rows("sql.substring", {Scalar(2), Scalar(2)}, {"tr", "null", "", " t", "Ö日"});
  expect_rows("sql.substring", {Scalar(0), Scalar(2)}, {"S", "null", "", "a", "Ä"});
}

TEST(TextTest, JoinsWithASeparator) {
  expect_rows("str.length", {}, {"6", "null", "0", "32", "4"});
  for (const Column& column : in_all_layouts({"a", {}, "c"})) {
    EXPECT_EQ(rows("str.concat", {Scalar("-"), column, Scalar("x"), column}),
              (Rows{"a-x-a", "null", "c-x-c"}));
    EXPECT_EQ(rows("str.concat", {Scalar(""), Scalar("<"), column}), (Rows{"<a", "null", "<c"}));
  }
  EXPECT_EQ(rows("str.concat", {Scalar(","), Scalar("a"), Scalar("b")}), (Rows{"a,b"}));
}

TEST(TextTest, DictionariesStayAndMergeEqualResults) {
  const Column coded = to_dictionary(texts({"a", "A", {}, "b", "a"}));
  const Datum lower = test::call("str.to_lower", {coded});
  EXPECT_EQ(rows(lower), (Rows{"a", "a", "null", "b", "a"}));
  EXPECT_EQ(std::get<Column>(lower).layout(), Layout::kDictionary);
  EXPECT_EQ(std::get<Column>(lower).dictionary()->length(), 2);
}

}  // namespace
}  // namespace treadle::columnar
