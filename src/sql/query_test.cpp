#include <gtest/gtest.h>

#include <string>

#include "columnar/batch.h"
#include "dataframe/plan/node.h"
#include "treadle/error.h"
#include "treadle/sql.h"
#include "treadle/window.h"

namespace treadle {
namespace {

DataFrame table() {
  return DataFrame(Table(Schema({{"carrier", TypeId::kUtf8},
                                 {"origin", TypeId::kUtf8},
                                 {"delay", TypeId::kInt64},
                                 {"Distance", TypeId::kFloat64},
                                 {"day", TypeId::kDate}}),
                         {}));
}

class Query : public testing::Test {
 protected:
  DataFrame run(std::string_view text) const { return query(text, {{"t", frame_}}); }
  void expect_plan(std::string_view text, const DataFrame& expected) const {
    EXPECT_EQ(lazy::print(run(text).plan()), lazy::print(expected.plan())) << text;
  }
  std::string failure(std::string_view text) const {
    try {
      return lazy::print(run(text).plan());
    } catch (const Error& error) {
      return std::string(error.kind()) + ": " + error.what();
    }
  }
  void expect_failure(std::string_view text, std::string_view part) const {
    EXPECT_NE(failure(text).find(part), std::string::npos) << text << "\n" << failure(text);
  }

  const DataFrame frame_ = table();
};

TEST_F(Query, ReadsAllColumns) {
  expect_plan("SELECT * FROM t", frame_);
  expect_plan("SELECT * FROM t LIMIT 3", frame_.head(3));
}

TEST_F(Query, PassesOverTheRowsOfItsOffset) {
  expect_plan("SELECT * FROM t LIMIT 3 OFFSET 2", frame_.slice(2, 3));
  expect_plan("SELECT * FROM t OFFSET 2", frame_.slice(2));
  expect_plan("SELECT * FROM t LIMIT ALL OFFSET 2 ROWS", frame_.slice(2));
  expect_plan("SELECT * FROM t OFFSET 1 ROWS FETCH FIRST 4 ROWS ONLY", frame_.slice(1, 4));
  expect_plan("SELECT * FROM t LIMIT 3 OFFSET 0", frame_.head(3));
  expect_failure("SELECT * FROM t OFFSET -1", "OFFSET takes a whole number of at least 0");
}

TEST_F(Query, FiltersThenSelects) {
  expect_plan("SELECT carrier, abs(delay) AS size FROM t WHERE delay > 0",
              frame_.filter(col("delay") > 0)
                  .select({col("carrier").alias("carrier"), (col("delay").abs()).alias("size")}));
}

TEST_F(Query, FindsColumnsRegardlessOfCase) {
  EXPECT_EQ(run("SELECT Carrier, DISTANCE, t.delay FROM t").schema().names(),
            (std::vector<std::string>{"carrier", "Distance", "delay"}));
}

TEST_F(Query, NamesResultsByTheirTextAndKeepsNamesApart) {
  EXPECT_EQ(run("SELECT delay + 1, delay, delay, sum(delay) OVER_ALL FROM t GROUP BY delay").schema().names(),
            (std::vector<std::string>{"delay + 1", "delay", "delay_1", "over_all"}));
}

TEST_F(Query, GroupsByNamesPositionsAndExpressions) {
  const DataFrame expected = frame_.group_by({col("carrier").alias("carrier")})
                                 .agg({col("delay").mean().alias("avg(delay)")})
                                 .select({col("carrier").alias("carrier"), col("avg(delay)").alias("m")});
  expect_plan("SELECT carrier, avg(delay) AS m FROM t GROUP BY carrier", expected);
  expect_plan("SELECT carrier, avg(delay) AS m FROM t GROUP BY 1", expected);
  EXPECT_EQ(run("SELECT upper(carrier) u, count(*) FROM t GROUP BY u").schema().names(),
            (std::vector<std::string>{"u", "count(*)"}));
  EXPECT_EQ(run("SELECT delay / 10 * 2, max(day) FROM t GROUP BY delay / 10").schema().num_fields(), 2U);
}

TEST_F(Query, TakesEachAggregateOnce) {
  const std::string plan = failure("SELECT sum(delay), sum(delay) + 1, count(delay) FROM t GROUP BY carrier");
  EXPECT_NE(plan.find("Aggregate sum(delay), count(delay) as sum(delay)' by carrier"), std::string::npos)
      << plan;
}

TEST_F(Query, SumsNothingToNullAsPostgresDoes) {
  const std::string plan = failure("SELECT sum(delay) AS s FROM t");
  EXPECT_NE(plan.find("when"), std::string::npos) << plan;
}

TEST_F(Query, SortsByNamesPositionsAndHiddenExpressions) {
  SortColumn down("delay", true);
  down.nulls_first = true;
  SortColumn up("carrier");
  up.nulls_first = false;
  expect_plan("SELECT * FROM t ORDER BY 3 DESC, carrier", frame_.sort({down, up}));
  EXPECT_EQ(run("SELECT carrier FROM t ORDER BY abs(delay)").schema().names(),
            std::vector<std::string>{"carrier"});
  EXPECT_EQ(run("SELECT carrier FROM t GROUP BY carrier ORDER BY count(*) DESC").schema().names(),
            std::vector<std::string>{"carrier"});
}

TEST_F(Query, PlansHavingDistinctAndLimit) {
  EXPECT_EQ(run("SELECT carrier FROM t GROUP BY carrier HAVING count(*) > 2").schema().num_fields(), 1U);
  expect_plan("SELECT DISTINCT carrier FROM t LIMIT 2",
              frame_.select({col("carrier").alias("carrier")}).unique().head(2));
}

TEST_F(Query, AdaptsTextLiteralsToTheTypeBesideThem) {
  EXPECT_NO_THROW(run("SELECT * FROM t WHERE day >= '2013-01-31' AND day IN ('2013-02-01')"));
}

TEST_F(Query, SaysWhereTheFaultIs) {
  expect_failure("SELECT carier FROM t",
                 "NotFound: line 1, column 8: unknown column \"carier\"; did you mean \"carrier\"?");
  expect_failure("SELECT carrier, delay FROM t GROUP BY carrier",
                 "line 1, column 17: column \"delay\" must be in GROUP BY");
  expect_failure("SELECT carrier FROM t WHERE count(*) > 1",
                 "line 1, column 29: an aggregate cannot stand in WHERE");
  expect_failure("SELECT sum(sum(delay)) FROM t", "an aggregate cannot stand in an aggregate");
  expect_failure("SELECT carrier FROM t ORDER BY 2", "line 1, column 32: a position from 1 to 1");
  expect_failure("SELECT carrier FROM t LIMIT -1", "LIMIT takes a whole number");
  expect_failure("SELEC carrier FROM t", "ParseError: line 1, column 1: syntax error at or near \"SELEC\"");
  expect_failure("SELECT 1 FROM unknown", "NotFound: line 1, column 15: unknown table \"unknown\"");
  expect_failure("SELECT 1 FROM 'x.xls'", "InvalidArgument");
  expect_failure("SELECT carrier FROM t WHERE carrier", "TypeError");
}

TEST_F(Query, ComputesWindowsBehindTheGroups) {
  expect_plan(
      "SELECT carrier FROM t QUALIFY row_number() OVER (PARTITION BY carrier ORDER BY delay DESC) = 1",
      with_windows(frame_, {{WindowKind::kNumber, {}, "window 1", {}}},
                   {{"carrier"}, {SortColumn("delay", true)}, false})
          .filter(col("window 1") + 1 == 1)
          .select({col("carrier").alias("carrier")}));
  expect_plan("SELECT carrier, sum(count(*)) OVER () AS n FROM t GROUP BY ALL",
              run("SELECT carrier, sum(count(*)) OVER () AS n FROM t GROUP BY carrier"));
}

TEST_F(Query, KeepsTheFirstRowOfEachKeyInTheOrder) {
  expect_plan("SELECT DISTINCT ON (carrier) delay FROM t ORDER BY delay DESC",
              frame_.select({col("delay").alias("delay"), col("carrier").alias("distinct on  0")})
                  .sort({SortColumn("delay", true)})
                  .unique({"distinct on  0"})
                  .select({col("delay")}));
}

TEST_F(Query, FindsNamesOfTheListInItAndInHaving) {
  expect_plan("SELECT delay + 1 AS a, a * 2 AS b FROM t",
              run("SELECT delay + 1 AS a, (delay + 1) * 2 AS b FROM t"));
  expect_plan("SELECT carrier, sum(delay) AS s FROM t GROUP BY ALL HAVING s > 3",
              run("SELECT carrier, sum(delay) AS s FROM t GROUP BY carrier HAVING sum(delay) > 3"));
  expect_plan("FROM t WHERE delay > 3", run("SELECT * FROM t WHERE delay > 3"));
  expect_plan("SELECT day + INTERVAL 3 MONTHS AS d FROM t",
              run("SELECT day + INTERVAL '3 months' AS d FROM t"));
}

TEST_F(Query, ReadsStarsWithColumnsLeftOutAndReplaced) {
  expect_plan("SELECT * EXCLUDE (delay, DAY) REPLACE (upper(origin) AS origin) FROM t",
              run("SELECT carrier, upper(origin) AS origin, \"Distance\" FROM t"));
  expect_plan("SELECT t.* EXCLUDE carrier FROM t ORDER BY ALL DESC",
              run("SELECT origin, delay, \"Distance\", day FROM t ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC"));
  expect_failure("SELECT * EXCLUDE (delay, nope) FROM t", "line 1, column 26: EXCLUDE: * has no column");
  expect_failure("SELECT carrier FROM t QUALIFY ORDER BY 1",
                 "column 23: a condition is expected behind QUALIFY");
  expect_failure("SELECT qualify FROM t", "unknown column");
}

TEST_F(Query, GroupsByEachSetOfKeys) {
  const auto counted = [&](std::string_view text) {
    const std::string plan = failure(text);
    std::size_t count = 0;
    for (std::size_t at = plan.find("Aggregate "); at != std::string::npos;
         at = plan.find("Aggregate ", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(counted("SELECT carrier, count(*) FROM t GROUP BY carrier, origin"), 1U);
  EXPECT_EQ(counted("SELECT carrier, count(*) FROM t GROUP BY ROLLUP (carrier, origin)"), 3U);
  EXPECT_EQ(counted("SELECT carrier, count(*) FROM t GROUP BY CUBE (carrier, origin)"), 4U);
  EXPECT_EQ(
      counted("SELECT carrier, count(*) FROM t GROUP BY GROUPING SETS ((carrier, origin), (origin), ())"),
      3U);
  EXPECT_EQ(run("SELECT carrier, grouping(carrier) AS g FROM t GROUP BY ROLLUP (carrier)").schema().names(),
            (std::vector<std::string>{"carrier", "g"}));
  expect_failure("SELECT grouping(delay) FROM t GROUP BY ROLLUP (carrier)",
                 "GROUPING() takes what is in GROUP BY");
}

TEST_F(Query, LooksAtTheRowsOfGroups) {
  EXPECT_EQ(run("SELECT carrier, string_agg(origin, ',' ORDER BY delay) AS a, list(DISTINCT delay) AS b, "
                "arg_max(origin, delay) AS c, mode(delay) AS d, corr(delay, \"Distance\") AS e, sum(DISTINCT "
                "delay) AS f "
                "FROM t GROUP BY carrier")
                .schema()
                .to_string(),
            run("SELECT '' AS carrier, '' AS a, list(delay) AS b, '' AS c, 1 AS d, 1.5 AS e, 1 AS f FROM t")
                .schema()
                .to_string());
  expect_failure("SELECT arg_max(origin) FROM t", "takes 2 arguments, found 1");
  expect_failure("SELECT string_agg(origin, ',', 'x') FROM t", "takes 2 arguments, found 3");
  expect_failure("SELECT arg_max(origin, delay) OVER () FROM t", "not supported yet");
  expect_failure("SELECT sum(delay ORDER BY delay) FROM t", "not supported yet: ORDER BY in this aggregate");
}

TEST_F(Query, SaysWhatIsNotSupportedYet) {
  for (const char* text :
       {"WITH RECURSIVE q AS (SELECT * FROM t) SELECT * FROM q",
        "SELECT * FROM t, LATERAL (SELECT 1 FROM t) q",
        "SELECT sum(delay) OVER (ORDER BY delay GROUPS CURRENT ROW) FROM t", "SELECT * FROM t FOR UPDATE",
        "CREATE TABLE x (a int)", "SELECT * FROM t TABLESAMPLE SYSTEM (1)", "VALUES ((SELECT 1))"}) {
    expect_failure(text, "not supported yet: ");
  }
}

}  // namespace
}  // namespace treadle
