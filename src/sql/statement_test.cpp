#include <gtest/gtest.h>

#include <string>

#include "treadle/error.h"
#include "treadle/sql.h"

namespace treadle {
namespace {

using Kind = SqlStatement::Kind;

std::string failure(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(Statement, WhatAsksOnlyIsAQuery) {
  for (const char* text :
       {"SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "EXPLAIN SELECT 1", "", "nonsense"}) {
    const SqlStatement statement = parse_statement(text);
    EXPECT_EQ(statement.kind, Kind::kQuery);
    EXPECT_EQ(statement.query, text);
  }
}

TEST(Statement, CopyHasAQueryAPathAndOptions) {
  const SqlStatement statement = parse_statement(
      "COPY (SELECT * FROM 'x.csv' WHERE a IN (1, 2)) TO 'out' (FORMAT parquet, PARTITION_BY (a, b), "
      "OVERWRITE_OR_IGNORE, HEADER false)");
  EXPECT_EQ(statement.kind, Kind::kCopy);
  EXPECT_EQ(statement.query, "      SELECT * FROM 'x.csv' WHERE a IN (1, 2)");
  EXPECT_EQ(statement.path, "out");
  EXPECT_EQ(statement.options.at("format"), std::vector<std::string>{"parquet"});
  EXPECT_EQ(statement.options.at("partition_by"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(statement.options.at("overwrite_or_ignore"), std::vector<std::string>{"true"});
  EXPECT_EQ(statement.options.at("header"), std::vector<std::string>{"false"});
  EXPECT_EQ(parse_statement("copy t to 'x.csv'").query, "SELECT * FROM \"t\"");
}

TEST(Statement, TablesAndViewsAreNamedQueriesInTheirPlaces) {
  const SqlStatement table = parse_statement("create or replace temp table big as\nselect 1 as n");
  EXPECT_EQ(table.kind, Kind::kTable);
  EXPECT_EQ(table.name, "big");
  EXPECT_TRUE(table.replace);
  EXPECT_EQ(table.query, std::string(35, ' ') + "\nselect 1 as n");
  const SqlStatement view = parse_statement("CREATE VIEW v AS SELECT * FROM t");
  EXPECT_EQ(view.kind, Kind::kView);
  EXPECT_FALSE(view.replace);
  EXPECT_TRUE(parse_statement("create table if not exists t as select 1").lenient);
}

TEST(Statement, NamesAreDroppedAndShown) {
  const SqlStatement drop = parse_statement("DROP VIEW IF EXISTS v");
  EXPECT_EQ(drop.kind, Kind::kDrop);
  EXPECT_EQ(drop.name, "v");
  EXPECT_TRUE(drop.lenient);
  EXPECT_EQ(parse_statement("show tables").kind, Kind::kShowTables);
}

TEST(Statement, WhatIsNotThereNamesAnotherWay) {
  const auto says = [](const char* text) { return failure([&] { parse_statement(text); }); };
  EXPECT_NE(says("CREATE TABLE t (a int)").find("CREATE TABLE name AS SELECT"), std::string::npos);
  EXPECT_NE(says("COPY t FROM 'x.csv'").find("CREATE TABLE name AS SELECT"), std::string::npos);
  EXPECT_NE(says("DROP TABLE a, b").find("several names"), std::string::npos);
  EXPECT_NE(says("COPY (SELECT 1) TO").find("line 1, column"), std::string::npos);
}

TEST(Parameters, StandForLiteralsOfTheirTypes) {
  EXPECT_EQ(with_parameters("a = ? and b=?", {Scalar(-1), Scalar("it's")}), "a =  (-1)  and b= 'it''s' ");
  EXPECT_EQ(with_parameters("$2 + $1 + $2", {Scalar(1), Scalar(2.0)}), " (2.0)  +  (1)  +  (2.0) ");
  EXPECT_EQ(with_parameters("x = $name", {}, {{"name", Scalar()}}), "x =  NULL ");
  EXPECT_EQ(with_parameters("'?' || \"?\" -- ?\n || ?", {Scalar(true)}), "'?' || \"?\" -- ?\n ||  TRUE ");
  EXPECT_EQ(with_parameters("?", {Scalar(TypeId::kDate, std::int64_t{0})}), " ('1970-01-01'::date) ");
}

TEST(Parameters, AreAsManyAsTheirValues) {
  const auto says = [](const char* text, const std::vector<Scalar>& values) {
    return failure([&] { with_parameters(text, values); });
  };
  EXPECT_NE(says("a = ? and\nb = ?", {Scalar(1)}).find("line 2, column 5"), std::string::npos);
  EXPECT_NE(says("a = ?", {Scalar(1), Scalar(2)}).find("expected as many values"), std::string::npos);
  EXPECT_NE(says("a = $x", {}).find("$x"), std::string::npos);
}

}  // namespace
}  // namespace treadle
