#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "io/csv/test_reading.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"

// Input of unusual shape at full size, through the whole house: what it holds of the ledger, and what it
// says.
namespace treadle::csv {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;
constexpr std::size_t kLongLine = 200'000'000;

struct Answer {
  Table table;
  std::size_t peak = 0;
};

class LargeInput : public testing::Test {
 protected:
  static Answer run(const DataFrame& frame, std::optional<std::size_t> working_memory = std::nullopt) {
    ComputeOptions options;
    options.run.num_threads = 2;
    options.run.working_memory = working_memory;
    std::optional<treadle::Run> run;
    options.on_start = [&](const treadle::Run& started) { run = started; };
    Table table = frame.compute(options);
    return {std::move(table), run->statistics().peak_working_memory};
  }

  template <class Exception>
  static std::string message(const std::function<void()>& function) {
    try {
      function();
    } catch (const Exception& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  /// A file of `before`, 200 MB of `piece` over and over, `after`.
  std::string long_file(const std::string& before, const std::string& piece, const std::string& after) const {
    std::string megabyte;
    while (megabyte.size() < 1'000'000) megabyte += piece;
    std::ofstream out(folder_.path("long.csv"), std::ios::binary);
    out << before;
    for (std::size_t written = 0; written < kLongLine; written += megabyte.size()) out << megabyte;
    out << after;
    return folder_.path("long.csv");
  }

  TestFolder folder_;
};

TEST_F(LargeInput, AValueOf200MegabytesIsRead) {
  const DataFrame frame = read_csv(long_file("a,b,c\n1,x,2\n3,", "y", ",4\n5,z,6\n"));
  const Answer answer =
      run(frame.select({col("a"), col("b").str().length().cast(TypeId::kInt64).alias("n"), col("c")}));
  ASSERT_EQ(answer.table.num_rows(), 3);
  EXPECT_EQ(answer.table.at(1, "n"), Scalar(std::int64_t{kLongLine}));
  EXPECT_EQ(answer.table.at(2, "c"), Scalar(6));
  // The block that holds the record, and the former one while it grows.
  EXPECT_LE(answer.peak, 3 * kLongLine);
}

TEST_F(LargeInput, ARecordBeyondTheBudgetIsNamed) {
  const std::string path = long_file("a,b,c\n1,x,2\n3,", "y", ",4\n5,z,6\n");
  const std::string found =
      message<OutOfMemory>([&] { run(read_csv(path).select({col("a").sum()}), 64 * kMebibyte); });
  EXPECT_NE(found.find(path + ":3: a record of more than"), std::string::npos) << found;
  EXPECT_NE(found.find("working_memory"), std::string::npos) << found;
}

TEST_F(LargeInput, AnOpenQuoteOf200MegabytesIsNamed) {
  const std::string path = long_file("a,b,c\n1,x,2\n3,\"", "y", ",4\n5,z,6\n");
  const std::string found = message<ParseError>([&] { run(read_csv(path).select({col("a").sum()})); });
  EXPECT_EQ(found, path + ":3: expected the end of a record, found the end of the file: a quote is open");
}

TEST_F(LargeInput, ForgottenNewlinesAreARaggedRow) {
  const std::string path = long_file("a,b\n1,2\n", "1234,", "1\n");
  const std::string found = message<ParseError>([&] { run(read_csv(path).select({col("a").sum()})); });
  EXPECT_NE(found.find(path + ":3: expected 2 fields, found 40000001"), std::string::npos) << found;
}

TEST_F(LargeInput, WhereTheCommasAreIsInTheLedger) {
  const std::string path = folder_.path("commas.csv");
  std::ofstream(path, std::ios::binary) << "a,b\n1,2\n" << std::string(32'000'000, ',') << "\n3,4\n";
  const auto sum = [&](std::size_t memory) { run(read_csv(path).select({col("a").sum()}), memory); };
  const std::string found = message<ParseError>([&] { sum(512 * kMebibyte); });
  EXPECT_NE(found.find(path + ":3: expected 2 fields, found 32000001"), std::string::npos) << found;
  // Room for the text twice, but not for its index.
  const std::string refused = message<OutOfMemory>([&] { sum(120 * kMebibyte); });
  EXPECT_NE(refused.find(path + ":3: a record of more than"), std::string::npos) << refused;
}

TEST_F(LargeInput, AHeaderWithoutEndIsRefusedBeforeMuchIsRead) {
  const std::string path = long_file("", "y", "\n5\n");
  const std::string found = message<ParseError>([&] { read_csv(path); });
  EXPECT_NE(found.find("of at most 8 MiB, found a longer one"), std::string::npos) << found;
  CsvOptions options;
  options.header = false;
  options.skip_rows = 1;
  message<ParseError>([&] { read_csv(path, options); });
}

TEST_F(LargeInput, TwentyThousandColumns) {
  constexpr int kColumns = 20'000, kRows = 300;
  const std::string path = folder_.path("wide.csv");
  {
    std::ofstream out(path, std::ios::binary);
    for (int column = 0; column < kColumns; ++column) out << (column == 0 ? "" : ",") << "c" << column;
    for (int row = 0; row < kRows; ++row) {
      for (int column = 0; column < kColumns; ++column) out << (column == 0 ? "\n" : ",") << row + column;
    }
    out << '\n';
  }
  const DataFrame frame = read_csv(path);
  EXPECT_EQ(frame.schema().num_fields(), std::size_t{kColumns});
  const Answer few = run(frame.select({col("c0").sum(), col("c19999").max()}));
  EXPECT_EQ(few.table.at(0, "c0"), Scalar(std::int64_t{kRows} * (kRows - 1) / 2));
  EXPECT_EQ(few.table.at(0, "c19999"), Scalar(std::int64_t{19'999 + kRows - 1}));
  EXPECT_LE(few.peak, 16 * kMebibyte);
  const Answer all = run(frame);
  ASSERT_EQ(all.table.num_rows(), kRows);
  EXPECT_EQ(all.table.at(kRows - 1, "c12345"), Scalar(std::int64_t{12'345 + kRows - 1}));
  // Eight bytes a value, once as read and once as the result.
  EXPECT_LE(all.peak, std::size_t{4} * 8 * kColumns * kRows);
}

/// Rows of "N,text" in gzip, made as they are written.
std::string gzipped_rows(const TestFolder& folder, int rows) {
  const std::string path = folder.path(std::to_string(rows) + ".csv.gz");
  const gzFile out = gzopen(path.c_str(), "wb1");
  gzputs(out, "n,text\n");
  for (int row = 0; row < rows; ++row) gzprintf(out, "%d,the text of row %d\n", row, row);
  gzclose(out);
  return path;
}

TEST_F(LargeInput, MoreOfAStreamTakesNoMoreMemory) {
  CsvOptions options;
  options.partition_bytes = kMebibyte;
  const auto peak = [&](int rows) {
    const Answer answer =
        run(read_csv(gzipped_rows(folder_, rows), options).select({col("n").sum(), col("text").max()}));
    EXPECT_EQ(answer.table.at(0, "n"), Scalar(std::int64_t{rows} * (rows - 1) / 2));
    return answer.peak;
  };
  // Two strips that are read and two that wait for their turn, and what the sinks keep.
  EXPECT_LE(peak(100'000), 16 * kMebibyte);
  EXPECT_LE(peak(1'000'000), 16 * kMebibyte);
}

}  // namespace
}  // namespace treadle::csv
