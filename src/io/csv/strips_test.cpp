// Whatever the dialect, and wherever strips and blocks are cut, the rows are those that a byte-wise reading
// gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "io/csv/fields.h"
#include "io/csv/strip_reader.h"
#include "io/csv/test_reading.h"

namespace treadle::csv {
namespace {

using Record = std::vector<std::string>;

/// The reference: fields and records of a text as it stands, quotes kept.
std::vector<Record> split(const Dialect& dialect, std::string_view text) {
  std::vector<Record> records;
  Record record(1);
  bool quoted = false, field_start = true, after_quote = false, line_start = true, comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    if (comment && c != '\n') continue;
    if (!quoted && c == '\n') {
      if (!comment) records.push_back(record);
      record.assign(1, "");
      comment = false;
      line_start = field_start = true;
      after_quote = false;
      continue;
    }
    const bool opens = c == dialect.quote && c != 0 && (field_start || after_quote);
    if (!quoted && line_start && c == dialect.comment && c != 0) {
      comment = true;
    } else if (c == dialect.escape && c != 0) {
      record.back() += text[i];
      if (i + 1 < text.size()) record.back() += text[++i];
      field_start = after_quote = line_start = false;
      continue;
    } else if (!quoted && c == dialect.delimiter) {
      record.emplace_back();
      field_start = true;
      line_start = after_quote = false;
      continue;
    } else {
      record.back() += text[i];
      after_quote = quoted && c == dialect.quote && c != 0;
      quoted = quoted ? !after_quote : opens;
    }
    line_start = field_start = false;
  }
  return records;
}

CsvOptions random_options(std::mt19937& random) {
  CsvOptions options;
  options.header = false;
  options.bad_rows = CsvOptions::BadRows::kSkip;
  options.delimiter = ",;\t|"[random() % 4];
  options.quote = "\"'"[random() % 2];
  options.escape = random() % 4 == 0 ? '\\' : '\0';
  options.comment = random() % 4 == 0 ? '#' : '\0';
  options.null_values = {};
  return options;
}

std::string random_cell(std::mt19937& random, const CsvOptions& options) {
  const std::string special =
      std::string("\n\r ab\xC3\xA4") + options.delimiter + options.quote + options.quote;
  static const char* const kWords[] = {"alpha", "a much longer word than twelve", "7", "x"};
  if (random() % 2 == 0) return kWords[random() % 4];
  std::string cell;
  for (std::size_t i = random() % 12; i > 0; --i) {
    const char c = special[random() % special.size()];
    if (static_cast<unsigned char>(c) < 0x80) cell += c;
  }
  return cell;
}

std::string render(const std::string& cell, const CsvOptions& options, bool always) {
  const bool needs = always || cell.find_first_of(std::string("\n\r#\\") + options.delimiter +
                                                  options.quote) != std::string::npos;
  if (!needs) return cell;
  std::string text(1, options.quote);
  for (const char c : cell) {
    if (c == options.quote || (options.escape != 0 && c == options.escape))
      text += c == options.quote ? c : options.escape;
    text += c;
  }
  return text + options.quote;
}

using Rows = std::vector<std::vector<std::optional<std::string>>>;

TestTable read_as_text(const std::string& path, CsvOptions options, std::size_t columns,
                       std::uint64_t partition_bytes) {
  options.partition_bytes = partition_bytes;
  for (std::size_t i = 0; i < columns; ++i) options.dtypes["column_" + std::to_string(i)] = TypeId::kBinary;
  return read_table({path}, options);
}

TEST(Strips, RandomTablesComeBackWhereverTheyAreCut) {
  std::mt19937 random(7);
  TestFolder folder;
  for (int round = 0; round < 60; ++round) {
    const CsvOptions options = random_options(random);
    const std::size_t columns = 1 + random() % 4, num_rows = 1 + random() % 40;
    const bool crlf = random() % 3 == 0;
    Rows expected;
    std::string text;
    for (std::size_t row = 0; row < num_rows; ++row) {
      auto& values = expected.emplace_back();
      for (std::size_t i = 0; i < columns; ++i) {
        const std::string cell = random_cell(random, options);
        // Alone in its line, an empty field would be a blank line.
        const bool always = random() % 3 == 0 || (columns == 1 && cell.empty());
        const std::string field = render(cell, options, always);
        values.push_back(field.empty() ? std::nullopt : std::optional(cell));
        text += (i == 0 ? "" : std::string(1, options.delimiter)) + field;
      }
      if (row + 1 < num_rows || random() % 2 == 0) text += crlf ? "\r\n" : "\n";
    }
    const std::string path = folder.write("x.csv", text);
    for (const std::uint64_t bytes : {1u, 8u, 40u, 64u, 200u, 1000u, 1u << 20}) {
      ASSERT_EQ(read_as_text(path, options, columns, bytes).rows, expected)
          << "round " << round << ", partitions of " << bytes << "\n"
          << text;
    }
  }
}

/// Options that say what counts as a row and as null.
void choose_rows(std::mt19937& random, CsvOptions& options) {
  if (random() % 2 == 0) options.short_records = CsvOptions::ShortRecords::kFill;
  if (random() % 2 == 0) options.long_records = CsvOptions::LongRecords::kCut;
  options.spaces_are_blank = random() % 2 == 0;
  options.quoted_nulls = random() % 2 == 0;
}

/// The reference for choose_rows(): a record as a row of two fields, if it is one.
std::optional<Record> row_of(Record record, const CsvOptions& options) {
  const auto trim = [](std::string& field) {
    if (!field.empty() && field.back() == '\r') field.pop_back();
  };
  trim(record.back());
  const std::string blanks = options.spaces_are_blank ? " \t" : "";
  if (record.size() == 1 && record[0].find_first_not_of(blanks) == std::string::npos) return std::nullopt;
  if (record.size() < 2 && options.short_records == CsvOptions::ShortRecords::kError) return std::nullopt;
  if (record.size() > 2 && options.long_records == CsvOptions::LongRecords::kError) return std::nullopt;
  const bool cut = record.size() > 2;
  record.resize(2);
  if (cut) trim(record.back());
  return record;
}

std::optional<std::string> value_of(const FieldText& field, const CsvOptions& options) {
  const std::vector<std::string>& nulls = options.null_values;
  const bool spells_null =
      field.text.empty() || std::find(nulls.begin(), nulls.end(), field.text) != nulls.end();
  if (spells_null && (options.quoted_nulls || !field.quoted)) return std::nullopt;
  return std::string(field.text);
}

TEST(Strips, RandomBytesGiveTheRecordsOfTheReference) {
  std::mt19937 random(11);
  TestFolder folder;
  for (int round = 0; round < 400; ++round) {
    CsvOptions options = random_options(random);
    choose_rows(random, options);
    options.null_values = {"a"};
    const Dialect dialect(options);
    const std::string alphabet = std::string("ab, \n\n\"'#\\\r") + options.delimiter + options.quote;
    std::string text = std::string("x") + options.delimiter + "y\n";
    for (std::size_t i = random() % 300; i > 0; --i) text += alphabet[random() % alphabet.size()];
    text += options.quote;  // ends quotes that are open, or opens some that the file's end then ends
    text += "\n";
    Rows expected;
    std::string scratch;
    for (const Record& record : split(dialect, text)) {
      const std::optional<Record> fields = row_of(record, options);
      if (!fields) continue;
      auto& row = expected.emplace_back();
      for (const std::string& field : *fields)
        row.push_back(value_of(decode_field(dialect, field, scratch), options));
    }
    const std::string path = folder.write("x.csv", text);
    for (const std::uint64_t bytes : {1u, 16u, 80u, 400u, 1u << 20}) {
      ASSERT_EQ(read_as_text(path, options, 2, bytes).rows, expected)
          << "round " << round << ", partitions of " << bytes << "\n"
          << text;
    }
  }
}

/// The table, or the kind of error.
std::pair<TestTable, std::string> outcome(const std::string& path, CsvOptions options,
                                          std::uint64_t partition_bytes) {
  options.partition_bytes = partition_bytes;
  try {
    return {read_table({path}, options), ""};
  } catch (const InternalError&) {
    throw;
  } catch (const Error& error) {
    return {{}, std::string(error.kind())};
  }
}

TEST(Strips, InferredTypesAndErrorsDoNotDependOnTheCuts) {
  std::mt19937 random(17);
  TestFolder folder;
  const char* const kPieces[] = {
      "1", "-2.5", "true",      "2024-02-29", "x",     "\"",   "\n",   "\n", ",",   ",",
      ",", "NA",   "T10:00:00", "\r",         "1e999", "\xFF", "\"\"", " ",  "007", "9223372036854775808"};
  for (int round = 0; round < 400; ++round) {
    CsvOptions options;
    options.bad_rows = random() % 2 == 0 ? CsvOptions::BadRows::kSkip : CsvOptions::BadRows::kError;
    options.skip_blank_lines = random() % 4 != 0;
    options.skip_rows = random() % 3;
    options.escape = random() % 5 == 0 ? '\\' : '\0';
    choose_rows(random, options);
    if (random() % 2 == 0) options.type_without_values = TypeId::kFloat64;
    if (random() % 4 == 0) options.dtypes = {{"a", TypeId::kInt64}};
    std::string text = "a,b\n";
    for (std::size_t i = random() % 60; i > 0; --i) {
      text += round % 2 == 0 ? kPieces[random() % 20]
                             : std::string(kPieces[random() % 4]) + "," + kPieces[random() % 5] + "\n";
    }
    const std::string path = folder.write("x.csv", text);
    const auto whole = outcome(path, options, 128 << 20);
    for (const std::uint64_t bytes : {1u, 24u, 100u, 300u}) {
      const auto cut = outcome(path, options, bytes);
      ASSERT_EQ(cut.second, whole.second) << "round " << round << ", partitions of " << bytes << "\n" << text;
      ASSERT_EQ(cut.first, whole.first) << "round " << round << ", partitions of " << bytes << "\n" << text;
      ASSERT_EQ(cut.first.rows_skipped, whole.first.rows_skipped) << "round " << round << "\n" << text;
    }
  }
}

TEST(Strips, ManyThreadsReadOnePartition) {
  TestFolder folder;
  std::string text = "a,b\n";
  for (int row = 0; row < 30'000; ++row)
    text += std::to_string(row) + ",\"text " + std::to_string(row % 7) + "\n\"\n";
  CsvOptions options;
  options.partition_bytes = 128 << 10;
  const auto source = open_csv({folder.write("x.csv", text)}, options);
  io::ScanRequest request;
  request.columns = {"a", "b"};
  const auto reader = source->open(1, request);
  std::vector<std::int64_t> sums(reader->num_strips());
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      TestContext context;
      for (std::size_t strip = thread; strip < sums.size(); strip += 4) {
        const auto add = [&](const columnar::Batch& morsel) {
          for (std::int64_t row = 0; row < morsel.num_rows(); ++row)
            sums[strip] += morsel.column(0).values_as<std::int64_t>()[row];
          return true;
        };
        reader->read_strip(strip, source->schema(), std::nullopt, add, context);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  TestContext context;
  std::optional<io::RecordBoundary> begin;
  for (std::size_t strip = 0; strip < sums.size(); ++strip) {
    std::int64_t sum = 0;
    const auto add = [&](const columnar::Batch& morsel) {
      for (std::int64_t row = 0; row < morsel.num_rows(); ++row)
        sum += morsel.column(0).values_as<std::int64_t>()[row];
      return true;
    };
    begin = reader->read_strip(strip, source->schema(), begin, add, context).end;
    EXPECT_EQ(sums[strip], sum) << strip;
  }
}

TEST(Strips, BlocksOfAnySizeGiveTheSameRows) {
  std::mt19937 random(13);
  TestFolder folder;
  std::string text;
  Rows expected;
  for (int row = 0; row < 300; ++row) {
    const std::string word(random() % 30, 'w');
    text += std::to_string(row) + ",\"" + word + ",\n\"\"\"\n";
    expected.push_back({std::to_string(row), word + ",\n\""});
  }
  const io::File file(io::FileIdentity::of(folder.write("x.csv", text)));
  const NullSpellings nulls({});
  const auto types =
      std::make_shared<const Schema>(std::vector<Field>{{"a", TypeId::kInt64}, {"b", TypeId::kUtf8}});
  for (const std::size_t block : {1u, 2u, 7u, 64u, 100u, 5000u}) {
    ReadPlan plan;
    plan.shape.num_fields = 2;
    plan.columns = {{"a", 0, {}, true}, {"b", 1, {}, true}};
    plan.nulls = &nulls;
    plan.block_bytes = block;
    StripReader reader(plan, types);
    TestContext context;
    Rows rows;
    const auto consume = [&](const columnar::Batch& morsel) {
      for (std::int64_t row = 0; row < morsel.num_rows(); ++row) {
        rows.push_back({value_text(morsel.column(0), row), value_text(morsel.column(1), row)});
      }
      return true;
    };
    for (int again = 0; again < 2; ++again) {
      rows.clear();
      const auto result = reader.read(file, {0, file.size()}, 0, false, consume, context);
      ASSERT_TRUE(result);
      EXPECT_EQ(result->end, file.size());
      ASSERT_EQ(rows, expected) << "blocks of " << block;
    }
  }
}

TEST(Strips, MorselsKeepTheirTextWhenTheReaderGoesOn) {
  TestFolder folder;
  std::string text = "a\n";
  for (int row = 0; row < 50'000; ++row) text += "a rather long text number " + std::to_string(row) + "\n";
  const auto source = open_csv({folder.write("x.csv", text)}, {});
  io::ScanRequest request;
  request.columns = {"a"};
  TestContext context;
  std::vector<columnar::Batch> kept;
  source->open(0, request)
      ->read_strip(
          0, source->schema(), std::nullopt,
          [&](const columnar::Batch& morsel) { return kept.push_back(morsel), true; }, context);
  int row = 0;
  for (const columnar::Batch& morsel : kept) {
    for (std::int64_t i = 0; i < morsel.num_rows(); ++i) {
      ASSERT_EQ(morsel.column(0).text(i), "a rather long text number " + std::to_string(row++));
    }
  }
  EXPECT_EQ(row, 50'000);
}

TEST(Strips, ALineOfManyMegabytesIsOneRow) {
  TestFolder folder;
  const std::string large(40 << 20, 'x');
  const std::string path = folder.write("x.csv", "a,b\n1,y\n2,\"" + large + "\"\n3,z\n");
  const TestTable table = read_table({path});
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1][1]->size(), large.size());
  EXPECT_EQ(table.rows[2][1], "z");
}

TEST(Strips, ALineBeyondTheBudgetIsNamed) {
  TestFolder folder;
  const std::string path = folder.write("x.csv", "a\n1\n" + std::string(20 << 20, 'x') + "\n");
  CsvOptions options;
  options.dtypes = {{"a", TypeId::kUtf8}};
  const auto source = open_csv({path}, options);
  TestContext context(8 << 20);
  try {
    TestScan(*source, {"a"}, context).run();
    FAIL();
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find(path + ":3: a record of more than"), std::string::npos)
        << error.what();
  }
}

TEST(Strips, TwentyThousandColumns) {
  TestFolder folder;
  std::string text = "c0";
  for (int i = 1; i < 20'000; ++i) text += ",c" + std::to_string(i);
  for (int row = 0; row < 30; ++row) {
    text += "\n0";
    for (int i = 1; i < 20'000; ++i) text += "," + std::to_string(i);
  }
  const auto source = open_csv({folder.write("x.csv", text)}, {});
  TestContext context;
  const TestTable two = TestScan(*source, {"c19999", "c7"}, context).run();
  ASSERT_EQ(two.rows.size(), 30u);
  EXPECT_EQ(two.rows[29], (std::vector<std::optional<std::string>>{"19999", "7"}));
  EXPECT_EQ(TestScan(*source, source->schema()->names(), context).run().rows.size(), 30u);
}

}  // namespace
}  // namespace treadle::csv
