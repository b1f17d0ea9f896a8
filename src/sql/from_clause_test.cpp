#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "columnar/batch.h"
#include "columnar/scalar_column.h"
#include "dataframe/plan/node.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace treadle {
namespace {

DataFrame table(std::vector<Field> fields) { return DataFrame(Table(Schema(std::move(fields)), {})); }

// One column "id" of 0, so many times: as many rows as the planner needs to count.
DataFrame rows(std::int64_t count) {
  const Schema schema({Field{"id", TypeId::kInt64}});
  std::vector<columnar::Column> columns = {columnar::repeat(Scalar(0), count)};
  return DataFrame(
      Table(schema, {columnar::Batch(std::make_shared<const Schema>(schema), std::move(columns), count)}));
}

class From : public testing::Test {
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
      {"a", table({{"id", TypeId::kInt64}, {"x", TypeId::kInt64}, {"name", TypeId::kUtf8}})},
      {"b", table({{"id", TypeId::kInt64}, {"y", TypeId::kFloat64}})},
      {"c", table({{"id", TypeId::kInt64}, {"z", TypeId::kDate}})}};
};

TEST_F(From, JoinsByEqualitiesWhereverTheyStand) {
  expect("SELECT x, y FROM a JOIN b ON a.id = b.id", "Join inner on id == b.id");
  expect("SELECT x, y FROM a, b WHERE b.id = a.id AND x > 2", "Join inner on id == b.id");
  expect("SELECT x, y FROM a CROSS JOIN b WHERE a.id = b.id", "Join inner on id == b.id");
}

TEST_F(From, ReadsFilesByTheFunctionsOfTheirFormats) {
  const std::string path = testing::TempDir() + "from_clause.dat";
  std::ofstream(path) << "a,b\n1,2\n";
  EXPECT_EQ(names("SELECT t.* FROM read_csv('" + path + "') AS t"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names("SELECT read_csv_auto.b FROM read_csv_auto('" + path + "')"),
            (std::vector<std::string>{"b"}));
  expect("SELECT * FROM read_cvs('x')",
         "unknown function of a table \"read_cvs\"; did you mean \"read_csv\"");
  expect("SELECT * FROM read_csv(a.x)", "read_csv() expects the name of a file");
  expect("SELECT * FROM read_parquet('no/such')", "IoError: ");
}

TEST_F(From, FiltersTablesBeforeTheyAreJoined) {
  expect("SELECT x, y FROM a, b WHERE a.id = b.id AND x > 2 AND x < y", "Filter col(\"x\") > 2\n");
  expect("SELECT x, y FROM a, b WHERE a.id = b.id AND x < y", ", where col(\"x\") < col(\"y\")");
}

TEST_F(From, FindsKeysThatAllBranchesOfAnAlternativeHave) {
  expect("SELECT x FROM a, b WHERE (a.id = b.id AND x = 1) OR (a.id = b.id AND y = 2)",
         "Join inner on id == b.id");
}

TEST_F(From, FiltersATableByWhatAllBranchesAskOfIt) {
  const char* both =
      "SELECT 1 AS one FROM a, b WHERE a.id = b.id AND ((x = 1 AND y = 2) OR (x = 3 AND y = 4))";
  expect(both, "Filter (col(\"x\") == 1) | (col(\"x\") == 3)\n");
  expect(both, "Filter (col(\"y\") == 2) | (col(\"y\") == 4)\n");
  // The second branch asks nothing of b.
  const std::string one =
      plan("SELECT 1 AS one FROM a, b WHERE a.id = b.id AND ((x = 1 AND y = 2) OR x = 3)");
  EXPECT_EQ(one.find("Filter (col(\"y\")"), std::string::npos) << one;
}

TEST(FromBySize, StreamsTheLargerTablePastTheSmaller) {
  const std::map<std::string, DataFrame> tables = {{"few", rows(10)}, {"many", rows(1000)}};
  for (const char* text : {"SELECT count(*) AS n FROM few, many WHERE few.id = many.id",
                           "SELECT count(*) AS n FROM many, few WHERE few.id = many.id"}) {
    const std::string plan = lazy::print(query(text, tables).plan());
    EXPECT_LT(plan.find("Scan memory, 1000 rows"), plan.find("Scan memory, 10 rows")) << plan;
  }
}

TEST(FromBySize, MakesNoTableOfWhatIsNobodysPartner) {
  const std::map<std::string, DataFrame> tables = {{"few", rows(10)}, {"many", rows(200'000)}};
  const char* few = "SELECT id FROM few WHERE EXISTS (SELECT 1 FROM many WHERE many.id = few.id)";
  const std::string reduced = lazy::print(query(few, tables).plan());
  EXPECT_NE(reduced.find("Join semi on many.id == key 1\n"), std::string::npos) << reduced;
  const char* many = "SELECT id FROM many WHERE id NOT IN (SELECT id FROM few)";
  const std::string plain = lazy::print(query(many, tables).plan());
  EXPECT_EQ(plain.find("key 1"), std::string::npos) << plain;
}

TEST_F(From, KeepsColumnsOfOneNameApart) {
  EXPECT_EQ(names("SELECT * FROM a, b WHERE a.id = b.id"),
            (std::vector<std::string>{"id", "x", "name", "id_1", "y"}));
  EXPECT_EQ(names("SELECT b.*, a.name FROM a, b"), (std::vector<std::string>{"id", "y", "name"}));
  expect("SELECT id FROM a, b", "ParseError: line 1, column 8: \"id\" is ambiguous: \"a.id\" or \"b.id\"");
  expect("SELECT p.x + q.x FROM a p JOIN a q USING (id)", "Join inner on id == q.id");
}

TEST_F(From, MergesTheColumnsOfUsing) {
  EXPECT_EQ(names("SELECT * FROM a JOIN b USING (id) LEFT JOIN c USING (id)"),
            (std::vector<std::string>{"id", "x", "name", "y", "z"}));
  EXPECT_EQ(names("SELECT * FROM a NATURAL FULL JOIN b"), (std::vector<std::string>{"id", "x", "name", "y"}));
  EXPECT_EQ(names("SELECT id, a.id, b.id FROM a FULL JOIN b USING (id)"),
            (std::vector<std::string>{"id", "id_1", "id_2"}));
}

TEST_F(From, LetsConditionsOfOuterJoinsDecideWhoIsPartner) {
  expect("SELECT x FROM a LEFT JOIN b ON a.id = b.id AND y > 1", "Filter col(\"y\") > 1\n");
  expect("SELECT x FROM a LEFT JOIN b ON a.id = b.id AND x > 1",
         "Join left on id == b.id, where col(\"x\") > 1");
}

TEST_F(From, ReadsSubqueriesAndWith) {
  EXPECT_EQ(names("SELECT * FROM (SELECT id, sum(x) AS s FROM a GROUP BY id) q (k) WHERE q.s > 1"),
            (std::vector<std::string>{"k", "s"}));
  EXPECT_EQ(
      names("WITH q (k) AS (SELECT id FROM a), r AS (SELECT k FROM q) SELECT * FROM r JOIN b ON k = b.id"),
      (std::vector<std::string>{"k", "id", "y"}));
}

TEST_F(From, CombinesQueries) {
  EXPECT_EQ(names("SELECT id AS i FROM a UNION ALL SELECT id FROM b ORDER BY i LIMIT 3"),
            std::vector<std::string>{"i"});
  expect("SELECT id FROM a INTERSECT SELECT id FROM b", "Join semi on id, null == null");
  expect("SELECT id FROM a EXCEPT SELECT id FROM b", "Join anti on id, null == null");
  expect("SELECT id FROM a UNION SELECT id, y FROM b", "1 columns are expected");
}

TEST_F(From, SaysWhatIsWrong) {
  expect("SELECT x FROM a JOIN b USING (idd)", "did you mean \"id\"?");
  expect("SELECT q.x FROM a", "NotFound: line 1, column 8: FROM has no table \"q\"");
  expect("SELECT a.xx FROM a", "NotFound: line 1, column 8: unknown column \"a.xx\"; did you mean \"x\"?");
  expect("SELECT 1 FROM a, a", "line 1, column 18: the table name \"a\" comes twice");
}

}  // namespace
}  // namespace treadle
