#include "sql/query_text.h"

#include <gtest/gtest.h>

#include <string>

namespace treadle::sql {
namespace {

QueryText statement(std::string_view text) { return {text, QueryText::Kind::kStatement}; }

std::string failure(std::string_view text, std::size_t location) {
  try {
    statement(text).fail(location, "fault");
  } catch (const ParseError& error) {
    return error.what();
  }
  return "no error";
}

TEST(QueryText, MakesStringsBehindFromIdentifiersOfTheSameLength) {
  const auto text = statement("SELECT * FROM 'flights/*.csv' f WHERE a = 'x'");
  EXPECT_EQ(text.grammatical(), "SELECT * FROM \"0\"             f WHERE a = 'x'");
  EXPECT_EQ(text.file_name("0"), "flights/*.csv");
  EXPECT_EQ(text.file_name("1"), std::nullopt);
}

TEST(QueryText, KeepsStringsThatStandBehindFromInACall) {
  const std::string call = "SELECT extract(year FROM '2013-01-31'), trim(both from 'x') FROM 'a.csv'";
  const auto text = statement(call);
  EXPECT_EQ(text.grammatical().substr(0, call.find("FROM 'a.csv'")),
            call.substr(0, call.find("FROM 'a.csv'")));
  EXPECT_EQ(text.file_name("0"), "a.csv");
}

TEST(QueryText, UndoublesQuotesInFileNames) {
  EXPECT_EQ(statement("SELECT * FROM 'it''s.csv'").file_name("0"), "it's.csv");
}

TEST(QueryText, FindsFilesInListsAndSubqueries) {
  const auto text = statement("SELECT * FROM (SELECT * FROM 'a.csv'), 'b.csv' JOIN 'c.csv' ON x = 'y'");
  EXPECT_EQ(text.file_name("0"), "a.csv");
  EXPECT_EQ(text.file_name("1"), "b.csv");
  EXPECT_EQ(text.file_name("2"), "c.csv");
  EXPECT_EQ(text.file_name("3"), std::nullopt);
}

TEST(QueryText, RefusesAnEmptyFileName) { EXPECT_THROW(statement("SELECT * FROM ''"), ParseError); }

TEST(QueryText, SpellsNamesAsTheirUserDid) {
  const auto text = statement("SELECT Carrier, t.\"Dep \"\"Delay\" FROM 'a.csv' t");
  EXPECT_EQ(text.spelled_name(7), "Carrier");
  EXPECT_EQ(text.spelled_name(16), "Dep \"Delay");
  EXPECT_EQ(text.spelled_name(15), "");
}

TEST(QueryText, TakesAnItemsTextUpToTheEndOfTheItem) {
  const auto text = statement("SELECT avg( arr_delay\n + 1 ), b FROM 'a.csv' ORDER BY abs(b) DESC");
  EXPECT_EQ(text.item_text(7), "avg( arr_delay + 1 )");
  EXPECT_EQ(text.item_text(30), "b");
  EXPECT_EQ(text.item_text(54), "abs(b)");
}

TEST(QueryText, TakesACallsTextToItsClosingBracket) {
  const auto text = statement("SELECT avg(abs(a), 2) AS m FROM 'a.csv'");
  EXPECT_EQ(text.call_text(7), "avg(abs(a), 2)");
}

TEST(QueryText, ShowsTheLineAndACaret) {
  EXPECT_EQ(failure("SELECT a\nFROM 'x.csv'\nWHERE b", 28), "line 3, column 7: fault\n  WHERE b\n        ^");
}

TEST(QueryText, CountsCodePointsNotBytes) {
  EXPECT_EQ(failure("SELECT 'é', b", 13), "line 1, column 13: fault\n  SELECT 'é', b\n              ^");
}

TEST(QueryText, ShowsThePartOfALongLineAroundTheFault) {
  const std::string text = "SELECT " + std::string(500, 'a') + ", b FROM 'x.csv'";
  const std::string message = failure(text, 509);
  EXPECT_LT(message.size(), 240U);
  EXPECT_NE(message.find("a, b FROM"), std::string::npos);
}

TEST(QueryText, CountsPositionsOfAnExpressionWithoutItsPrefix) {
  const QueryText text("a + b", QueryText::Kind::kExpression);
  EXPECT_EQ(text.position(11).column, 5U);
  EXPECT_EQ(text.position(7).column, 1U);
}

TEST(QueryText, RefusesNulAndInvalidUtf8WithTheirPlace) {
  EXPECT_THROW(statement(std::string_view("SELECT \0", 8)), ParseError);
  for (const char* bad : {"SELECT '\xff'", "SELECT '\xc3'", "SELECT '\xe0\x80\x80'", "SELECT '\xed\xa0\x80'",
                          "SELECT '\xf4\x90\x80\x80'"}) {
    try {
      statement(bad);
      FAIL() << bad;
    } catch (const ParseError& error) {
      EXPECT_EQ(error.position().column, 9U) << bad;
    }
  }
}

TEST(QueryText, RefusesWhatCannotBeCutIntoTokens) {
  EXPECT_THROW(statement("SELECT 'never ended"), ParseError);
}

TEST(QueryText, BoundsTheNumberOfOperators) {
  std::string chain = "SELECT a";
  for (int i = 0; i < 200000; ++i) chain += "+a";
  EXPECT_THROW(statement(chain), ParseError);
}

}  // namespace
}  // namespace treadle::sql
