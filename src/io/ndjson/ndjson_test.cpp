#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "columnar/test_columns.h"
#include "io/csv/test_reading.h"
#include "io/ndjson/ndjson_source.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/ndjson.h"

namespace treadle::ndjson {
namespace {

using csv::TestFolder;

class Ndjson : public testing::Test {
 protected:
  static ComputeOptions with_threads(unsigned threads) {
    ComputeOptions options;
    options.run.num_threads = threads;
    return options;
  }

  /// The table as text: its schema, then a row a line.
  static std::string text_of(const Table& table) {
    std::string text = table.schema().to_string();
    for (const columnar::Batch& batch : table.batches()) {
      for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
        for (const columnar::Column& column : batch.columns())
          text += columnar::test::shown(column.slice(row, 1))[0] + " | ";
        text += '\n';
      }
    }
    return text;
  }

  std::string write(const std::string& text) const { return folder_.write("x.ndjson", text); }
  std::string read(const std::string& text, const NdjsonOptions& options = {}) const {
    return text_of(read_ndjson(write(text), options).compute(with_threads(2)));
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

  TestFolder folder_;
};

/// Strips of a few lines, so that every cut is met.
NdjsonOptions in_small_strips(std::uint64_t bytes) {
  NdjsonOptions options;
  options.partition_bytes = bytes;
  return options;
}

TEST_F(Ndjson, KeysAreColumnsInOrderOfAppearance) {
  EXPECT_EQ(read("{\"b\": 1, \"a\": \"x\"}\n\n{\"a\": null, \"c\": true}\r\n {\"c\": false, \"b\": 2.5} "),
            "b: float64\na: utf8\nc: bool\n"
            "1.0 | x | null | \nnull | null | true | \n2.5 | null | false | \n");
}

TEST_F(Ndjson, TypesJoinAsFarAsTheyGo) {
  EXPECT_EQ(read("{\"n\": null, \"i\": 1, \"big\": 18446744073709551616, \"m\": 1, \"s\": \"2024-01-02\"}\n"
                 "{\"n\": null, \"i\": -9223372036854775808, \"big\": 1, \"m\": \"\\u00e4\\n\"}\n"
                 "{\"m\": [1, {\"k\": 2}]}\n{\"m\": true}\n{\"m\": 1.50, \"big\": 1e400}\n"),
            "n: null\ni: int64\nbig: float64\nm: utf8\ns: utf8\n"
            "null | 1 | 18446744073709551616.0 | 1 | 2024-01-02 | \n"
            "null | -9223372036854775808 | 1.0 | ä\n | null | \n"
            "null | null | null | [1, {\"k\": 2}] | null | \n"
            "null | null | null | true | null | \n"
            "null | null | inf | 1.50 | null | \n");
}

TEST_F(Ndjson, ListsAndStructsNest) {
  const std::string text =
      "{\"a\": [1, 2.5], \"s\": {\"x\": 1, \"l\": [{\"y\": \"q\"}]}}\n"
      "{\"a\": [], \"s\": {\"z\": true, \"l\": []}}\n"
      "{\"a\": null, \"s\": null}\n{\"a\": [null], \"s\": {\"l\": [{\"w\": 1}, null]}}\n";
  const Table table = read_ndjson(write(text)).compute();
  EXPECT_EQ(table.schema().to_string(),
            "a: list<float64>\n"
            "s: struct<x: int64, l: list<struct<y: utf8, w: int64>>, z: bool>\n");
  const columnar::Batch& batch = table.batches().at(0);
  EXPECT_EQ(columnar::test::shown(batch.column(0).children()[0]),
            (std::vector<std::string>{"1.0", "2.5", "null"}));
  const columnar::Column& record = batch.column(1);
  EXPECT_FALSE(record.is_valid(2));
  EXPECT_EQ(columnar::test::shown(record.children()[0])[0], "1");
  EXPECT_EQ(columnar::test::shown(record.children()[2])[1], "true");
  const columnar::Column& inner = record.children()[1].children()[0];
  EXPECT_EQ(columnar::test::shown(inner.children()[0]), (std::vector<std::string>{"q", "null", "null"}));
  EXPECT_EQ(columnar::test::shown(inner.children()[1])[1], "1");
}

/// A file of `rows` lines, all alike but for one at `place`.
std::string lines_with(int rows, int place, const std::string& odd) {
  std::string text;
  for (int row = 0; row < rows; ++row)
    text += row == place ? odd + "\n"
                         : "{\"n\": " + std::to_string(row) + ", \"t\": \"some text to pass the time\"}\n";
  return text;
}

TEST_F(Ndjson, TypesWidenLate) {
  constexpr int kRows = 60'000;  // of which the sample sees a third
  for (const int place : {5, 20'011, kRows - 3}) {
    const std::string path = write(lines_with(kRows, place, "{\"n\": 0.5, \"t\": {\"x\": [1]}}"));
    for (const unsigned threads : {1U, 2U, 8U}) {
      const Table table = read_ndjson(path, in_small_strips(1 << 20)).compute(with_threads(threads));
      EXPECT_EQ(table.schema().to_string(), "n: float64\nt: utf8\n");
      EXPECT_EQ(table.at(place, "n"), Scalar(0.5));
      EXPECT_EQ(table.at(place, "t"), Scalar("{\"x\": [1]}"));
      EXPECT_EQ(table.at(kRows - 1, "n"), Scalar(double{kRows - 1}));
    }
  }
}

TEST_F(Ndjson, AMinusBeforeZeroSurvivesWidening) {
  std::string text = lines_with(60'000, 0, "{\"n\": -0, \"t\": null}") + "{\"n\": 1.5}\n";
  const Table table = read_ndjson(write(text), in_small_strips(1 << 20)).compute();
  EXPECT_TRUE(std::signbit(std::get<double>(table.at(0, "n").storage())));
  EXPECT_EQ(read("{\"n\": -0}"), "n: int64\n0 | \n");
}

TEST_F(Ndjson, KeysInsideStructsWidenThem) {
  std::string text;
  for (int row = 0; row < 60'000; ++row)
    text += "{\"s\": {\"a\": " + std::to_string(row) + ", \"pad\": \"................\"}}\n";
  text += "{\"s\": {\"late\": [true]}}\n";
  const Table table = read_ndjson(write(text), in_small_strips(1 << 20)).compute();
  EXPECT_EQ(table.schema().to_string(), "s: struct<a: int64, pad: utf8, late: list<bool>>\n");
  EXPECT_EQ(table.num_rows(), 60'001);
}

TEST_F(Ndjson, AKeyThatNobodyKnewIsAnErrorOrPassedOver) {
  const std::string path = write(lines_with(60'000, 30'000, "{\"n\": 1, \"new\": 2}"));
  NdjsonOptions options = in_small_strips(1 << 20);
  for (const char* column : {"n", "t"}) {
    const std::string found =
        message<ParseError>([&] { read_ndjson(path, options).select({col(column)}).compute(); });
    EXPECT_NE(found.find(path + ":30001: "), std::string::npos) << found;
    EXPECT_NE(found.find("\"new\"; give its type (dtypes)"), std::string::npos) << found;
  }
  options.unknown_keys = NdjsonOptions::UnknownKeys::kIgnore;
  EXPECT_EQ(read_ndjson(path, options).compute().num_columns(), 2U);
  options = in_small_strips(1 << 20);
  options.dtypes = {{"new", TypeId::kInt8}};
  EXPECT_EQ(read_ndjson(path, options).filter(col("new") == 2).compute().num_rows(), 1);
  options.dtypes = {};
  options.columns = {"new", "n"};
  const Table table = read_ndjson(path, options).compute();
  EXPECT_EQ(table.schema().to_string(), "new: int64\nn: int64\n");
}

TEST_F(Ndjson, StripsOfAnySizeGiveTheSameRows) {
  std::mt19937 random(7);
  std::string text = "\xEF\xBB\xBF";
  for (int row = 0; row < 200; ++row) {
    text +=
        "{\"id\": " + std::to_string(row) + ", \"t\": \"" + std::string(random() % 90, 'x') + "\\\"\\n\"}";
    text += row == 199 ? "" : row % 7 == 0 ? "\r\n" : row % 11 == 0 ? "\n\n" : "\n";
  }
  const std::string expected = read(text);
  EXPECT_NE(expected.find("\n199 | "), std::string::npos);
  for (const std::uint64_t bytes : {1U, 7U, 64U, 333U, 1000U, 5000U}) {
    EXPECT_EQ(read(text, in_small_strips(bytes)), expected) << bytes;
  }
}

TEST_F(Ndjson, PackedFilesGiveWhatPlainOnesDo) {
  const std::string text = lines_with(60'000, 41'000, "{\"n\": 1.5}");
  const std::string plain = read(text, in_small_strips(1 << 20));
  const std::string path = folder_.path("x.ndjson.gz");
  const gzFile out = gzopen(path.c_str(), "wb1");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  for (const unsigned threads : {1U, 2U}) {
    const Table table = read_ndjson(path, in_small_strips(1 << 20)).compute(with_threads(threads));
    EXPECT_EQ(text_of(table), plain);
  }
}

TEST_F(Ndjson, BadLinesAreNamedOrSkipped) {
  const std::vector<std::string> bad = {"{\"n\": 1",
                                        "[1]",
                                        "{\"n\": tru}",
                                        "{\"n\": 01}",
                                        "{\"n\": 1} 2",
                                        "{\"n\": 1, \"n\": 2}",
                                        "{\"n\": \"\xff\"}",
                                        "nothing",
                                        "{\"n\": [1, {}",
                                        "{\"l\": [1, [2], tru]}",
                                        "{\"s\": {\"a\": 1, \"a\": 2}}"};
  const std::string good = "{\"n\": 1, \"l\": [[1]], \"s\": {\"a\": 1}}";
  const std::string end = "\n";
  for (const std::string& line : bad) {
    std::string text = good;
    text.append(end).append(line).append(end).append(good).append(end);
    const std::string found = message<ParseError>([&] { read(text); });
    EXPECT_NE(found.find(folder_.path("x.ndjson") + ":2: "), std::string::npos) << line << ": " << found;
    NdjsonOptions options;
    options.bad_rows = NdjsonOptions::BadRows::kSkip;
    EXPECT_EQ(read(text, options), read(std::string(good).append(end).append(good))) << line;
  }
}

TEST_F(Ndjson, SkippedLinesAreCounted) {
  NdjsonOptions options = in_small_strips(4096);
  options.bad_rows = NdjsonOptions::BadRows::kSkip;
  const std::string path = write(lines_with(1000, 500, "{"));
  std::optional<treadle::Run> run;
  ComputeOptions compute = with_threads(2);
  compute.on_start = [&](const treadle::Run& started) { run = started; };
  EXPECT_EQ(read_ndjson(path, options).compute(compute).num_rows(), 999);
  EXPECT_EQ(run->statistics().progress.counter(Counter::kRowsSkipped), 1U);
  EXPECT_EQ(run->statistics().warnings, std::vector<std::string>{"1 bad row is skipped in " + path});
}

TEST_F(Ndjson, IsRenewedOverFilesThatChanged) {
  const std::string path = write("{\"a\": 1}\n");
  const auto source = open_ndjson({path}, {});
  EXPECT_EQ(source->renewed(), nullptr);
  EXPECT_EQ(source->file_path(0), path);
  EXPECT_FALSE(source->skips_rows());
  write("{\"a\": 1}\n{\"a\": 2.5}\n");
  const auto renewed = source->renewed();
  ASSERT_NE(renewed, nullptr);
  EXPECT_EQ(renewed->schema()->to_string(), "a: int64 (sampled)\n");
  EXPECT_EQ(renewed->partitions()[0].bytes, 20U);
}

TEST_F(Ndjson, RowsBeforeABadLineAreEnoughForALimit) {
  const std::string path = write(lines_with(1000, 500, "{"));
  EXPECT_EQ(read_ndjson(path).head(3).compute().num_rows(), 3);
  NdjsonOptions options;
  options.max_rows = 500;
  EXPECT_EQ(read_ndjson(path, options).compute().num_rows(), 500);
}

TEST_F(Ndjson, GivenTypesAreKept) {
  NdjsonOptions options;
  options.dtypes = {{"i", TypeId::kInt8},
                    {"u", TypeId::kUInt64},
                    {"d", TypeId::kDate},
                    {"t", DataType::timestamp(TimeUnit::kMilli)},
                    {"m", DataType::decimal(10, 2)},
                    {"f", TypeId::kFloat32},
                    {"l", DataType::list(TypeId::kInt16)}};
  const std::string line =
      "{\"i\": -128, \"u\": 18446744073709551615, \"d\": \"2024-02-29\", \"t\": 1500, \"m\": 12.5, \"f\": "
      "0.1, "
      "\"l\": [7]}\n";
  EXPECT_EQ(
      read(line + "{\"t\": \"1970-01-01T00:00:01\", \"m\": \"3\", \"d\": 1}", options),
      "i: int8\nu: uint64\nd: date\nt: timestamp[ms]\nm: decimal128(10, 2)\nf: float32\nl: list<int16>\n"
      "-128 | 18446744073709551615 | 2024-02-29 | 1970-01-01T00:00:01.500 | 12.50 | 0.1 | [7] | \n"
      "null | null | 1970-01-02 | 1970-01-01T00:00:01 | 3.00 | null | null | \n");
  const std::string found = message<ParseError>([&] { read("{\"i\": 1}\n{\"i\": 128}\n", options); });
  EXPECT_EQ(found, folder_.path("x.ndjson") + ":2: expected int8 in column i, found \"128\"");
  options.dtypes = {{"b", TypeId::kBinary}};
  EXPECT_NE(message<InvalidArgument>([&] { read("{}", options); }).find("binary"), std::string::npos);
}

TEST_F(Ndjson, FilesWithoutObjectsSayWhatIsWrong) {
  EXPECT_NE(message<ParseError>([&] { read(""); }).find("found none"), std::string::npos);
  EXPECT_NE(message<ParseError>([&] { read("[\n{\"a\": 1}\n]\n"); }).find("x.ndjson:1: "), std::string::npos);
  EXPECT_THROW(read_ndjson(folder_.path("none*.ndjson")), IoError);
  NdjsonOptions options;
  options.columns = {"a", "a"};
  EXPECT_THROW(read("{\"a\": 1}", options), InvalidArgument);
  options.columns = {"a"};
  EXPECT_EQ(read("", options), "a: null\n");
}

TEST_F(Ndjson, AnyBytesGiveTheSameWhollyAndInStrips) {
  std::mt19937 random(20);
  const std::string seed =
      "{\"a\": 1, \"b\": [1, 2.5, null], \"c\": {\"d\": \"x\\u00e4\\n\", \"e\": true}}\n"
      "{\"c\": null, \"a\": -1e5, \"f\": \"\"}\n{}\n{\"b\": [], \"a\": 12345678901234567890}\n";
  const std::string_view pieces = "{}[]\":,\\\n 019-+.eEtruefalsn\xc3\xa4\xff";
  const auto outcome = [&](const std::string& text, std::uint64_t bytes, bool skip) -> std::string {
    NdjsonOptions options = in_small_strips(bytes);
    if (skip) options.bad_rows = NdjsonOptions::BadRows::kSkip;
    try {
      return read(text, options);
    } catch (const InternalError&) {
      throw;
    } catch (const Error& error) {
      return std::string(error.kind());
    }
  };
  for (int round = 0; round < 400; ++round) {
    std::string text = seed + seed;
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else {
        text[at] = pieces[random() % pieces.size()];
      }
    }
    const bool skip = round % 2 == 0;
    EXPECT_EQ(outcome(text, 128 << 20, skip), outcome(text, 100, skip)) << text;
  }
}

TEST_F(Ndjson, OnlyColumnsThatAreAskedForAreLookedAt) {
  const std::string path = write("{\"a\": 1, \"b\": 1}\n{\"b\": tru, \"a\": 2}\n");
  EXPECT_EQ(read_ndjson(path).select({col("a").sum()}).compute().at(0, "a"), Scalar(3));
  EXPECT_THROW(read_ndjson(path).compute(), ParseError);
}

TEST_F(Ndjson, ALineBeyondTheBudgetIsNamed) {
  const std::string path = write("{\"a\": 1}\n{\"a\": 2, \"b\": \"" + std::string(40 << 20, 'x') + "\"}\n");
  NdjsonOptions options;
  options.dtypes = {{"b", TypeId::kUtf8}};
  EXPECT_EQ(read_ndjson(path, options)
                .select({col("b").str().length_bytes().cast(TypeId::kInt64).sum().alias("n")})
                .compute()
                .at(0, "n"),
            Scalar(40 << 20));
  ComputeOptions small = with_threads(2);
  small.run.working_memory = 16 << 20;
  const std::string found = message<OutOfMemory>([&] { read_ndjson(path, options).compute(small); });
  EXPECT_NE(found.find(path + ":2: a line of more than"), std::string::npos) << found;
}

}  // namespace
}  // namespace treadle::ndjson
