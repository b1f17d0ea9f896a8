#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"

// CSV files from the frame to the result: what must not depend on where strips and partitions end, and which
// state of the files counts.
namespace treadle {
namespace {

namespace fs = std::filesystem;

class ReadCsv : public testing::Test {
 protected:
  ReadCsv() {
    std::string pattern = (fs::temp_directory_path() / "treadle-read-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReadCsv() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  fs::path folder_;
};

ComputeOptions with_threads(unsigned threads) {
  ComputeOptions options;
  options.engine = threads == 0 ? make_synchronous_engine() : make_threaded_engine(threads);
  return options;
}

/// The rows as text, or the kind of error.
std::string outcome(const DataFrame& frame, const ComputeOptions& options) {
  try {
    const Table table = frame.compute(options);
    return table.schema().to_string() + table.to_string(table.num_rows());
  } catch (const Error& error) {
    return std::string(error.kind());
  }
}

constexpr std::uint64_t kPartitionBytes[] = {16, 64, 256, 128ULL << 20};

/// Checks that a plan comes to the same however the file is cut; answers with it.
std::string outcome_of_all(const std::string& path, CsvOptions options,
                           const std::function<DataFrame(DataFrame)>& plan) {
  std::optional<std::string> first;
  for (const std::uint64_t bytes : kPartitionBytes) {
    options.partition_bytes = bytes;
    const DataFrame frame = plan(read_csv(path, options));
    for (const unsigned threads : {0U, 2U, 8U}) {
      const std::string text = outcome(frame, with_threads(threads));
      if (!first) first = text;
      EXPECT_EQ(text, *first) << bytes << " bytes, " << threads << " threads";
    }
  }
  return *first;
}

TEST_F(ReadCsv, ABadRowIsAnErrorOnlyIfTheRowsBeforeItDoNotSuffice) {
  std::string text = "a,b\n";
  for (int row = 0; row < 60; ++row) text += row == 41 ? "1,2,3\n" : std::to_string(row) + ",x\n";
  const std::string file = write("ragged.csv", text);
  for (const std::int64_t rows : {0, 1, 3, 17, 40, 41}) {
    const std::string found =
        outcome_of_all(file, {}, [&](const DataFrame& data) { return data.head(rows); });
    EXPECT_NE(found, "ParseError") << rows;
  }
  for (const std::int64_t rows : {42, 50, 100})
    EXPECT_EQ(outcome_of_all(file, {}, [&](const DataFrame& data) { return data.head(rows); }), "ParseError");

  const auto odd = [](const DataFrame& data) { return data.filter(col("a") % 2 == 1); };
  EXPECT_NE(outcome_of_all(file, {}, [&](const DataFrame& data) { return odd(data).head(20); }),
            "ParseError");
  EXPECT_EQ(outcome_of_all(file, {}, [&](const DataFrame& data) { return odd(data).head(21); }),
            "ParseError");
  EXPECT_NE(outcome_of_all(file, {}, [&](const DataFrame& data) { return data.slice(38, 3); }), "ParseError");
  EXPECT_EQ(outcome_of_all(file, {}, [&](const DataFrame& data) { return data.slice(38, 4); }), "ParseError");
}

TEST_F(ReadCsv, ABadValueIsAnErrorOnlyIfTheRowsBeforeItDoNotSuffice) {
  std::string text = "a,b\n";
  for (int row = 0; row < 60; ++row) text += (row == 41 ? "x" : std::to_string(row)) + ",y\n";
  CsvOptions options;
  options.dtypes = {{"a", TypeId::kInt64}};
  const std::string file = write("value.csv", text);
  EXPECT_NE(outcome_of_all(file, options, [](const DataFrame& data) { return data.head(41); }), "ParseError");
  EXPECT_EQ(outcome_of_all(file, options, [](const DataFrame& data) { return data.head(42); }), "ParseError");
  options.max_rows = 41;
  EXPECT_NE(outcome_of_all(file, options, [](const DataFrame& data) { return data; }), "ParseError");
}

std::vector<std::string> warnings_of(const DataFrame& frame, unsigned threads) {
  ComputeOptions options = with_threads(threads);
  std::vector<Run> runs;
  options.on_start = [&](const Run& run) { runs.push_back(run); };
  frame.compute(options);
  return runs.at(0).statistics().warnings;
}

TEST_F(ReadCsv, SkippedRowsAreWarnedOfOnceWithTheirNumber) {
  std::string text = "a,b\n";
  for (int row = 0; row < 90; ++row) text += row % 3 == 0 ? "1,2,3\n" : std::to_string(row) + ",x\n";
  const std::string one = write("one.csv", text);
  const std::string two = write("two.csv", "a,b\n1,y\n2\n");
  CsvOptions options;
  options.bad_rows = CsvOptions::BadRows::kSkip;
  for (const std::uint64_t bytes : kPartitionBytes) {
    options.partition_bytes = bytes;
    for (const unsigned threads : {0U, 2U}) {
      EXPECT_EQ(warnings_of(read_csv(one, options), threads),
                std::vector<std::string>{"30 bad rows are skipped in " + one});
      EXPECT_EQ(warnings_of(read_csv(two, options), threads),
                std::vector<std::string>{"1 bad row is skipped in " + two});
      EXPECT_EQ(
          warnings_of(read_csv(std::vector{two, one}, options).select({col("a").sum()}), threads),
          std::vector<std::string>{"31 bad rows are skipped in 2 files: 30 in " + one + ", 1 in " + two});
    }
  }
}

TEST_F(ReadCsv, FilesAreReadAsTheyAreWhenTheFrameIsComputed) {
  const std::string file = write("x.csv", "n,d\n1,2024-01-31\n");
  const DataFrame frame = read_csv(file);
  EXPECT_EQ(frame.compute().num_rows(), 1);
  write("x.csv", "n,d\n1,2024-01-31\n2,2024-02-29\n");
  EXPECT_EQ(frame.compute().num_rows(), 2);
  // The types that were found before are assumptions, and widen.
  write("x.csv", "n,d\n1.5,2024-01-31\n2,2024-02-29T10:00:00\n");
  const Table table = frame.compute();
  EXPECT_EQ(table.schema().to_string(), "n: float64\nd: timestamp[us]\n");
  EXPECT_EQ(table.at(0, "n"), Scalar(1.5));

  write("x.csv", "n,e\n1,2\n");
  EXPECT_THROW(frame.compute(), IoError);
  fs::remove(file);
  EXPECT_THROW(frame.compute(), IoError);
}

TEST_F(ReadCsv, AFileThatChangesWhileItIsReadIsAnError) {
  const std::string file = write("x.csv", "n\n1\n2\n");
  const DataFrame frame = read_csv(file);
  ComputeOptions options = with_threads(0);
  options.on_start = [&](const treadle::Run&) { write("x.csv", "n\n1\n2\n3\n"); };
  EXPECT_THROW(frame.compute(options), IoError);
}

TEST_F(ReadCsv, FilesOfAPatternAreThoseOfItsCreation) {
  write("1.csv", "n\n1\n");
  const DataFrame frame = read_csv(path("*.csv"));
  write("2.csv", "n\n2\n");
  EXPECT_EQ(frame.compute().num_rows(), 1);
}

TEST_F(ReadCsv, ParquetFilesAreReadAsTheyAreWhenTheFrameIsComputed) {
  const DataFrame rows = read_csv(write("x.csv", "n\n1\n2\n3\n"));
  rows.head(1).write_parquet(path("out"));
  const DataFrame frame = read_parquet(path("out"));
  EXPECT_EQ(frame.compute().num_rows(), 1);
  ParquetWriteOptions overwrite;
  overwrite.mode = WriteMode::kOverwrite;
  rows.write_parquet(path("out"), overwrite);
  EXPECT_EQ(frame.compute().num_rows(), 3);
  rows.select({col("n").alias("m")}).write_parquet(path("out"), overwrite);
  EXPECT_THROW(frame.compute(), IoError);
}

TEST_F(ReadCsv, AppendedFilesJoinThoseOfADataSet) {
  const DataFrame rows = read_csv(write("x.csv", "n\n1\n2\n"));
  ParquetWriteOptions append;
  append.mode = WriteMode::kAppend;
  for (const int expected : {2, 4, 6}) {
    rows.write_parquet(path("out"), append);
    EXPECT_EQ(read_parquet(path("out")).compute().num_rows(), expected);
  }
  EXPECT_THROW(rows.select({col("n").alias("m")}).write_parquet(path("out"), append), InvalidArgument);
  EXPECT_EQ(read_parquet(path("out")).compute().num_rows(), 6);
}

TEST_F(ReadCsv, AFilterByKeysOpensNoOtherFiles) {
  const DataFrame rows = read_csv(write("x.csv", "year,n\n2013,1\n2014,2\n2015,3\n"));
  ParquetWriteOptions by_year;
  by_year.partition_on = {"year"};
  rows.write_parquet(path("d"), by_year);
  for (const auto& entry : fs::recursive_directory_iterator(path("d/year=2014"))) {
    if (entry.is_regular_file()) std::ofstream(entry.path()) << "no Parquet file";
  }
  EXPECT_THROW(read_parquet(path("d")), IoError);
  const DataFrame two = read_parquet(path("d"), {}, col("year") != 2014 && col("n") > 0);
  EXPECT_EQ(two.num_partitions(), 2U);
  EXPECT_EQ(two.compute().num_rows(), 2);
  EXPECT_EQ(read_parquet(path("d"), {}, col("year") == 2015 || (col("year") < 2014 && col("n") > 1))
                .compute()
                .num_rows(),
            1);
  EXPECT_EQ(read_parquet(path("d"), {}, col("year") > 2020).compute().num_rows(), 0);
}

TEST_F(ReadCsv, APartitionedDataSetWithoutRowsKeepsItsColumns) {
  const DataFrame rows = read_csv(write("x.csv", "k,n\na,1\nb,2\n"));
  ParquetWriteOptions by_key;
  by_key.partition_on = {"k"};
  rows.filter(col("n") > 5).write_parquet(path("none"), by_key);
  const Table none = read_parquet(path("none")).compute();
  EXPECT_EQ(none.schema().to_string(), "n: int64\nk: utf8\n");
  EXPECT_EQ(none.num_rows(), 0);

  rows.write_parquet(path("some"), by_key);
  EXPECT_EQ(read_parquet(path("some")).compute().num_rows(), 2);
  EXPECT_FALSE(fs::exists(path("some/part-00000.parquet")));
}

}  // namespace
}  // namespace treadle
