#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataframe/operators/test_source.h"
#include "dataframe/plan/node.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"

// Plans over a source of text, from the frame to the table, under every regime: the answer must be the same.
namespace treadle {
namespace {

using dataframe::test::TextTable;
using dataframe::test::WrongGuess;
using session::test::computed;
using session::test::Regime;
using session::test::regimes;
using session::test::text_of;

DataFrame frame(TextTable table) {
  return DataFrame(std::make_shared<const dataframe::Scan>(
      std::make_shared<const dataframe::test::TextSource>(std::move(table))));
}

/// n = 0, 1, 2 ...; g = a, b, c, a ...; x = n
TextTable numbers(std::size_t count) {
  TextTable table;
  table.fields = {{"n", TypeId::kInt64, true}, {"g", TypeId::kUtf8, true}, {"x", TypeId::kInt64, true}};
  for (std::size_t i = 0; i < count; ++i) {
    table.rows.push_back(
        {std::to_string(i), std::string(1, static_cast<char>('a' + i % 3)), std::to_string(i)});
  }
  return table;
}

std::string rows_of(const std::string& text, std::size_t num_columns) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < num_columns; ++i) begin = text.find('\n', begin) + 1;
  return text.substr(begin);
}

TEST(Compute, FiltersAndProjects) {
  const DataFrame data =
      frame(numbers(30)).filter(col("n") > 25).select({col("g"), (col("n") * 2).alias("m")});
  EXPECT_EQ(computed(data), "g: utf8\nm: int64\n \"c\" 52\n \"a\" 54\n \"b\" 56\n \"c\" 58\n");
}

TEST(Compute, GroupsInOrderOfAppearance) {
  const DataFrame data = frame(numbers(30))
                             .filter(col("n") >= 1)
                             .group_by({col("g")})
                             .agg({col("x").sum(), count().alias("rows")});
  EXPECT_EQ(computed(data), "g: utf8\nx: int64\nrows: int64\n \"b\" 145 10\n \"c\" 155 10\n \"a\" 135 9\n");
}

TEST(Compute, ComputesWithAggregates) {
  const DataFrame data =
      frame(numbers(10))
          .select({(col("x").sum() / col("n").count()).alias("ratio"), col("x").max().alias("most")});
  EXPECT_EQ(computed(data), "ratio: float64\nmost: int64\n 4.5 9\n");
}

TEST(Compute, SortsAndTakesTheFirst) {
  const DataFrame sorted = frame(numbers(30)).sort({{"g", true}, {"n", false}});
  EXPECT_EQ(rows_of(computed(sorted.select({col("n")}).head(3)), 1), " 2\n 5\n 8\n");
  EXPECT_EQ(rows_of(computed(sorted.head(2).select({col("n")})), 1), " 2\n 5\n");
}

TEST(Compute, HeadTakesTheFirstRows) {
  EXPECT_EQ(rows_of(computed(frame(numbers(100)).select({col("n")}).head(3)), 1), " 0\n 1\n 2\n");
  EXPECT_EQ(rows_of(computed(frame(numbers(100)).filter(col("n") > 90).select({col("n")}).head(3)), 1),
            " 91\n 92\n 93\n");
  EXPECT_EQ(rows_of(computed(frame(numbers(5)).select({col("n")}).head(0)), 1), "");
}

TEST(Compute, SlicesRangesOfRows) {
  const DataFrame data = frame(numbers(100)).select({col("n")});
  EXPECT_EQ(rows_of(computed(data.slice(30, 3)), 1), " 30\n 31\n 32\n");
  EXPECT_EQ(rows_of(computed(data.slice(98)), 1), " 98\n 99\n");
  EXPECT_EQ(rows_of(computed(data.slice(98, 10)), 1), " 98\n 99\n");
  EXPECT_EQ(rows_of(computed(data.slice(100, 1)), 1), "");
  EXPECT_EQ(rows_of(computed(data.slice(0, 1)), 1), " 0\n");
  EXPECT_EQ(rows_of(computed(data.filter(col("n") >= 50).slice(1, 2)), 1), " 51\n 52\n");
  EXPECT_EQ(rows_of(computed(data.sort({{"n", true}}).slice(3, 2)), 1), " 96\n 95\n");
  EXPECT_EQ(rows_of(computed(data.slice(10, 20).slice(5, 2)), 1), " 15\n 16\n");
  EXPECT_THROW(data.slice(-1, 1), InvalidArgument);
}

TEST(Compute, UniqueKeepsFirstRows) {
  EXPECT_EQ(rows_of(computed(frame(numbers(9)).unique({"g"})), 3), " 0 \"a\" 0\n 1 \"b\" 1\n 2 \"c\" 2\n");
}

TEST(Compute, AnEmptySourceKeepsItsColumns) {
  EXPECT_EQ(computed(frame(numbers(0))), "n: int64\ng: utf8\nx: int64\n");
  EXPECT_EQ(rows_of(computed(frame(numbers(0)).select({col("x").sum(), count()})), 2), " 0 0\n");
}

TEST(Compute, StreamsEndWhereTheySaySo) {
  TextTable table = numbers(30);
  table.is_stream = true;
  EXPECT_EQ(rows_of(computed(frame(table).select({col("n").sum()})), 1), " 435\n");
}

class WrongGuesses : public testing::TestWithParam<WrongGuess> {};

TEST_P(WrongGuesses, AreReadAgain) {
  const std::string right = computed(frame(numbers(40)));
  for (const std::size_t strip : {1U, 2U, 4U, 5U, 9U}) {
    TextTable table = numbers(40);
    table.wrong_guesses = {{strip, GetParam()}};
    EXPECT_EQ(computed(frame(table)), right) << strip;
  }
  TextTable all_wrong = numbers(40);
  for (std::size_t strip = 1; strip < 10; ++strip) all_wrong.wrong_guesses.emplace(strip, GetParam());
  EXPECT_EQ(computed(frame(all_wrong)), right);
  EXPECT_EQ(rows_of(computed(frame(all_wrong).select({col("n").sum()})), 1), " 780\n");
}

INSTANTIATE_TEST_SUITE_P(All, WrongGuesses,
                         testing::Values(WrongGuess::kSkipsARow, WrongGuess::kParseError,
                                         WrongGuess::kWiderType));

/// What `data` gives over a table whose column x is sampled as int64 but holds `value` in `row`, and over the
/// same table read as `type` from the start.
void expect_widened(const std::function<DataFrame(DataFrame)>& plan, const std::string& value,
                    DataType type) {
  for (const std::size_t row : {0U, 3U, 4U, 17U, 39U}) {
    TextTable sampled = numbers(40);
    sampled.rows[row][2] = value;
    TextTable known = sampled;
    known.fields[2] = {"x", type, false};
    EXPECT_EQ(computed(plan(frame(sampled))), computed(plan(frame(known)))) << value << " in row " << row;
    sampled.is_stream = true;
    EXPECT_EQ(computed(plan(frame(sampled))), computed(plan(frame(known)))) << value << " in row " << row;
  }
}

TEST(Widening, GivesTheAnswerOfTheFinalType) {
  const auto rows = [](const DataFrame& data) { return data; };
  expect_widened(rows, "1.5", TypeId::kFloat64);
  expect_widened(rows, "word", TypeId::kUtf8);
  const auto filtered = [](const DataFrame& data) {
    return data.filter(col("n") % 2 == 0).select({col("x"), col("n")});
  };
  expect_widened(filtered, "1.5", TypeId::kFloat64);
  expect_widened(filtered, "word", TypeId::kUtf8);
  const auto grouped = [](const DataFrame& data) {
    return data.group_by({col("g")}).agg({col("x").max().alias("m"), col("x").nunique().alias("u")});
  };
  expect_widened(grouped, "100.5", TypeId::kFloat64);
  expect_widened(grouped, "word", TypeId::kUtf8);
  const auto summed = [](const DataFrame& data) {
    return data.filter(col("x") >= 2).select({col("x").sum()});
  };
  expect_widened(summed, "100.5", TypeId::kFloat64);
}

/// What a computation read: values of which rows were delivered, strips a first time and again.
struct Readings {
  std::uint64_t values = 0;
  std::uint64_t strips = 0;
  std::uint64_t strips_again = 0;
  std::uint64_t rows = 0;
  std::string table;
};

Readings readings(const std::function<DataFrame(DataFrame)>& plan, const TextTable& table) {
  *table.values_read = 0;
  ComputeOptions options;
  options.engine = make_synchronous_engine();
  std::vector<treadle::Run> runs;
  options.on_start = [&](const treadle::Run& run) { runs.push_back(run); };
  Readings read;
  read.table = text_of(plan(frame(table)).compute(options));
  const Progress progress = runs.at(0).statistics().progress;
  read.values = *table.values_read;
  read.strips = progress.counter(Counter::kStripsRead);
  read.strips_again = progress.counter(Counter::kStripsRepeated);
  read.rows = progress.counter(Counter::kRowsRead);
  return read;
}

/// 40 rows in 10 strips of 5 partitions; x, sampled as int64, holds `value` in the last row.
TextTable late(const std::string& value, std::size_t strips_per_partition = 2) {
  TextTable table = numbers(40);
  table.rows[39][2] = value;
  table.strips_per_partition = strips_per_partition;
  return table;
}

// The strip in which the value is found does not hold: once under the guess of where it begins, if there is a
// strip before it, and once when that is certain.
constexpr std::uint64_t found(std::size_t strips_per_partition) { return strips_per_partition == 1 ? 1 : 2; }

TEST(Widening, ConvertsWhatIsFinishedInsteadOfReadingItAgain) {
  const auto rows = [](const DataFrame& data) { return data; };
  const auto filtered = [](const DataFrame& data) {
    return data.filter(col("x") >= 5 || col("x").is_null()).select({col("n"), col("x").alias("y")});
  };
  const auto grouped = [](const DataFrame& data) {
    return data.group_by({col("g")})
        .agg({col("x").max().alias("max"), col("x").first().alias("first"), col("x").count().alias("count")});
  };
  for (const std::function<DataFrame(DataFrame)>& plan :
       {std::function<DataFrame(DataFrame)>(rows), {filtered}, {grouped}}) {
    for (const std::size_t strips_per_partition : {1U, 2U, 10U}) {
      TextTable table = late("100.5", strips_per_partition);
      const Readings read = readings(plan, table);
      EXPECT_EQ(read.strips_again, found(strips_per_partition)) << strips_per_partition;
      EXPECT_EQ(read.strips, 10U);
      EXPECT_EQ(read.rows, 40U);
      table.fields[2] = {"x", TypeId::kFloat64, false};
      EXPECT_EQ(read.table, readings(plan, table).table);
    }
  }
}

TEST(Widening, ReadsOneColumnOfFinishedRangesAgainForText) {
  const auto rows = [](const DataFrame& data) { return data; };
  for (const std::size_t strips_per_partition : {1U, 2U, 10U}) {
    TextTable table = late("word", strips_per_partition);
    const Readings read = readings(rows, table);
    // 36 rows lie in the nine strips before the one with the word: of these x is read twice.
    EXPECT_EQ(read.strips_again, found(strips_per_partition) + 9) << strips_per_partition;
    EXPECT_EQ(read.strips, 10U);
    EXPECT_EQ(read.rows, 40U);
    const std::uint64_t strip_of_the_word = std::uint64_t{3} * 4 * 3;
    EXPECT_LE(read.values, 40U * 3 + 36 + strip_of_the_word);
    table.fields[2] = {"x", TypeId::kUtf8, false};
    EXPECT_EQ(read.table, readings(rows, table).table);
  }
}

TEST(Widening, LeavesSinksAloneThatDoNotLookAtTheColumn) {
  const auto other = [](const DataFrame& data) {
    return data.filter(col("x").is_not_null()).group_by({col("g")}).agg({col("n").sum()});
  };
  EXPECT_EQ(readings(other, late("100.5")).strips_again, found(2));
}

TEST(Widening, ReadsAgainWhatConversionWouldRoundOtherwise) {
  const auto summed = [](const DataFrame& data) { return data.select({col("x").sum()}); };
  const auto computed_from = [](const DataFrame& data) { return data.select({(col("x") * 2).alias("y")}); };
  const auto compared = [](const DataFrame& data) { return data.filter(col("x") <= col("n")); };
  for (const std::function<DataFrame(DataFrame)>& plan :
       {std::function<DataFrame(DataFrame)>(summed), {computed_from}, {compared}}) {
    TextTable table = late("100.5");
    const Readings read = readings(plan, table);
    EXPECT_EQ(read.strips_again, found(2) + 9);
    EXPECT_EQ(read.strips, 10U);
    table.fields[2] = {"x", TypeId::kFloat64, false};
    EXPECT_EQ(read.table, readings(plan, table).table);
  }
}

TEST(Widening, ReadsValuesAgainThatTheWiderTypeReadsOtherwise) {
  const auto column = [](const DataFrame& data) { return data.select({col("x")}); };
  TextTable table = late("100.5");
  table.odd_strips = {3};
  // The partition of strip 3, the column alone.
  EXPECT_EQ(readings(column, table).strips_again, found(2) + 2);
}

TEST(Widening, APlanWithoutMeaningIsAnErrorThatNamesTheValue) {
  TextTable table = numbers(40);
  table.rows[30][2] = "n/a?";
  for (const Regime& regime : regimes()) {
    try {
      frame(table).filter(col("x") > 0).compute(regime.options);
      FAIL() << regime.name;
    } catch (const TypeError& error) {
      EXPECT_NE(std::string(error.what()).find("rows:30, value \"n/a?\""), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("dtypes={\"x\""), std::string::npos) << error.what();
    }
  }
}

// Rows that were handed out cannot be called back.
TEST(Batches, ATypeThatWidensTooLateIsAnErrorThatSaysWhatToDo) {
  TextTable table = numbers(40);
  table.rows[39][2] = "1.5";
  for (const Regime& regime : regimes()) {
    BatchReader reader = frame(table).filter(col("n") >= 0).batches(regime.options);
    try {
      Table batch;
      while (reader.next(batch)) {
      }
      FAIL() << regime.name;
    } catch (const TypeError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("rows:39"), std::string::npos) << message;
      EXPECT_NE(message.find("after rows had been handed out"), std::string::npos) << message;
      EXPECT_NE(message.find("dtypes={\"x\""), std::string::npos) << message;
    }
  }
}

TEST(Batches, ComeInOrder) {
  for (const Regime& regime : regimes()) {
    BatchReader reader =
        frame(numbers(100)).filter(col("n") >= 10).select({col("n")}).batches(regime.options);
    Table batch;
    std::int64_t next = 10;
    while (reader.next(batch)) {
      for (std::int64_t row = 0; row < batch.num_rows(); ++row) EXPECT_EQ(batch.at(row, "n"), Scalar(next++));
    }
    EXPECT_EQ(next, 100) << regime.name;
  }
}

TEST(Batches, MayBeLeftEarly) {
  for (const Regime& regime : regimes()) {
    BatchReader reader = frame(numbers(2000)).batches(regime.options);
    Table batch;
    EXPECT_TRUE(reader.next(batch));
  }
}

TEST(Batches, OfGroupsComeToo) {
  for (const Regime& regime : regimes()) {
    BatchReader reader = frame(numbers(100)).group_by({col("g")}).agg({count()}).batches(regime.options);
    Table batch;
    ASSERT_TRUE(reader.next(batch));
    EXPECT_EQ(batch.num_rows(), 3);
    EXPECT_FALSE(reader.next(batch));
  }
}

TEST(RunSinks, SharesOneReading) {
  const DataFrame delayed = frame(numbers(40)).filter(col("n") > 3);
  for (const Regime& regime : regimes()) {
    ComputeOptions options = regime.options;
    std::vector<treadle::Run> runs;
    options.on_start = [&](const treadle::Run& run) { runs.push_back(run); };
    const std::vector<Table> tables = run_sinks(
        {{delayed, {}, {}}, {delayed.group_by({col("g")}).agg({count()}).sort({"g"}), {}, {}}}, options);
    EXPECT_EQ(tables[0].num_rows(), 36);
    EXPECT_EQ(tables[1].num_rows(), 3);
    EXPECT_EQ(runs.at(0).statistics().progress.counter(Counter::kRowsRead), 40U) << regime.name;
  }
}

}  // namespace
}  // namespace treadle
