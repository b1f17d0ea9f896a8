#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "dataframe/plan/node.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace treadle {
namespace {

class FriendlySyntax : public testing::Test {
 protected:
  std::string plan(std::string_view text) const {
    try {
      return lazy::print(query(text, tables_).plan());
    } catch (const Error& error) {
      return std::string(error.kind()) + ": " + error.what();
    }
  }
  std::vector<std::string> names(std::string_view text) const {
    return query(text, tables_).schema().names();
  }
  void expect(std::string_view text, std::string_view part) const {
    EXPECT_NE(plan(text).find(part), std::string::npos) << text << "\n" << plan(text);
  }

  const std::map<std::string, DataFrame> tables_ = {
      {"a", DataFrame(Table(Schema({{"id", TypeId::kInt64}, {"x", TypeId::kInt64}}), {}))},
      {"b", DataFrame(Table(Schema({{"id", TypeId::kInt64}, {"y", TypeId::kFloat64}}), {}))}};
};

TEST_F(FriendlySyntax, SemiAndAntiJoinsAreNoAliases) {
  expect("SELECT * FROM a SEMI JOIN b USING (id)", "Join semi on id");
  expect("SELECT * FROM a ANTI JOIN b ON a.id = b.id AND y > 2", "Join anti on id");
  EXPECT_EQ(names("SELECT * FROM a SEMI JOIN (SELECT id FROM b) q ON a.id = q.id"),
            (std::vector<std::string>{"id", "x"}));
  expect("SELECT y FROM a SEMI JOIN b USING (id)", "unknown column \"y\"");
  // An alias by its name.
  expect("SELECT semi.x FROM a AS semi JOIN b USING (id)", "Join inner");
  expect("SELECT * FROM a ASOF LEFT JOIN b ON a.id >= b.id", "join_asof()");
  expect("SELECT * FROM a POSITIONAL JOIN b", "line 1, column 17");
}

TEST_F(FriendlySyntax, WhatIsNotThereNamesAnotherWay) {
  expect("PIVOT a ON id USING sum(x)", "line 1, column 1: not supported yet: pivot; pivot() of a frame");
  expect("SELECT * FROM a PIVOT (sum(x) FOR id IN (1))", "line 1, column 17: not supported yet: pivot");
  expect("SELECT COLUMNS('x') FROM a", "select() of a frame takes selectors");
  expect("SELECT first_value(x IGNORE NULLS) OVER () FROM a", "forward_fill()");
  expect("SUMMARIZE a", "describe() of a frame");
  expect("SELECT * FROM a, LATERAL (SELECT a.x) q", "sub-query in the SELECT list");
  expect("SELECT sum(x) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM a",
         "ROWS counts rows");
  // Columns of such names are columns.
  EXPECT_EQ(names("SELECT x AS columns, id AS pivot FROM a"), (std::vector<std::string>{"columns", "pivot"}));
}

TEST_F(FriendlySyntax, UnionsGoByNameWhereTheySaySo) {
  EXPECT_EQ(names("SELECT * FROM a UNION ALL BY NAME SELECT * FROM b"),
            (std::vector<std::string>{"id", "x", "y"}));
  EXPECT_EQ(names("(SELECT * FROM a) UNION BY NAME (SELECT * FROM b) ORDER BY ALL"),
            (std::vector<std::string>{"id", "x", "y"}));
  EXPECT_EQ(names("SELECT * FROM a UNION ALL SELECT * FROM b"), (std::vector<std::string>{"id", "x"}));
}

TEST_F(FriendlySyntax, ReadersTakeOptionsListsAndTypes) {
  const std::string path = testing::TempDir() + "friendly_syntax.dat";
  std::ofstream(path) << "a;b\n1;2\n";
  EXPECT_EQ(names("SELECT * FROM read_csv('" + path + "', delim=';')"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names("SELECT * FROM read_csv(['" + path + "', '" + path + "'], sep = ';', names = ['p', 'q'])"),
            (std::vector<std::string>{"p", "q"}));
  const DataFrame typed =
      query("SELECT * FROM read_csv('" + path + "', delim=';', types={'a': 'VARCHAR', 'b': 'DOUBLE'})");
  EXPECT_EQ(typed.schema().to_string(), query("SELECT '' AS a, 1.5 AS b").schema().to_string());
  expect("SELECT * FROM read_csv('" + path + "', delimm=';')",
         "no option \"delimm\"; did you mean \"delim\"");
  expect("SELECT * FROM read_csv('" + path + "', header=3.5)", "true or false is expected");
  expect("SELECT * FROM range(2, 8, 3)", "Scan memory, 2 rows");
  expect("SELECT * FROM generate_series(1, 3) AS t(n)", "Scan memory, 3 rows");
  expect("SELECT * FROM range(1, 2, 0)", "step that is not 0");
}

}  // namespace
}  // namespace treadle
