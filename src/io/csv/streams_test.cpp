#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <thread>

#include "io/csv/test_reading.h"

namespace treadle::csv {
namespace {

std::string gzipped(const std::string& text) {
  z_stream state = {};
  deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&state, text.size()) + 64, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

std::string zstd_packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string table_text(int rows) {
  std::string text = "id,text\n";
  for (int row = 0; row < rows; ++row)
    text += std::to_string(row) + ",\"line one of " + std::to_string(row) + "\ntwo\"\n";
  return text;
}

class Streams : public testing::Test {
 protected:
  TestFolder folder_;
};

TEST_F(Streams, GiveWhatThePlainFileGives) {
  const std::string text = table_text(40'000), half = text.substr(0, text.size() / 2),
                    rest = text.substr(half.size());
  const TestTable plain = read_table({folder_.write("x.csv", text)});
  CsvOptions options;
  options.partition_bytes = 1 << 20;
  for (const std::string& bytes :
       {gzipped(text), gzipped(half) + gzipped(rest), gzipped(half) + gzipped(rest) + std::string(1000, '\0'),
        zstd_packed(text), zstd_packed(half) + zstd_packed(rest)}) {
    EXPECT_EQ(read_table({folder_.write("x.packed", bytes)}, options), plain);
  }
}

TEST_F(Streams, WidenLateFromTheStartAgain) {
  const std::string text = table_text(60'000) + "x,last\n";
  CsvOptions options;
  options.partition_bytes = 1 << 20;
  const std::string path = folder_.write("x.csv.gz", gzipped(text));
  const TestTable table = read_table({path}, options);
  EXPECT_EQ(table.schema, "id: utf8\ntext: utf8\n");
  EXPECT_EQ(table.rows.back()[0], "x");
  EXPECT_EQ(table.widened, std::vector<std::string>{path + ":120002, column 1 (id), value \"x\""});
}

TEST_F(Streams, StripsCanBeReadInAnyOrder) {
  CsvOptions options;
  options.partition_bytes = 256 << 10;
  const auto source = open_csv({folder_.write("x.csv.gz", gzipped(table_text(20'000)))}, options);
  io::ScanRequest request;
  request.columns = {"id"};
  const auto reader = source->open(0, request);
  TestContext context;
  const auto rows_of = [&](std::size_t strip) {
    std::string first;
    const auto consume = [&](const columnar::Batch& morsel) {
      if (first.empty()) first = *value_text(morsel.column(0), 0);
      return true;
    };
    const auto report =
        reader->read_strip(strip, std::make_shared<const Schema>(std::vector<Field>{{"id", TypeId::kInt64}}),
                           std::nullopt, consume, context);
    return report.past_end ? std::string("end") : first;
  };
  const std::string second = rows_of(1), first = rows_of(0), third = rows_of(2);
  EXPECT_EQ(first, "0");
  EXPECT_EQ(rows_of(2), third);
  EXPECT_EQ(rows_of(1), second);
  EXPECT_EQ(rows_of(0), first);
  EXPECT_EQ(rows_of(1000), "end");
}

TEST_F(Streams, AStripIsUnpackedAndReadWhileAnotherIs) {
  CsvOptions options;
  options.partition_bytes = 256 << 10;
  const auto source = open_csv({folder_.write("x.csv.gz", gzipped(table_text(20'000)))}, options);
  io::ScanRequest request;
  request.columns = {"id"};
  const auto reader = source->open(0, request);
  const auto schema = std::make_shared<Schema>(std::vector<Field>{{"id", TypeId::kInt64}});
  TestContext context;
  std::uint64_t rows_of_next = 0;
  const auto read_next = [&] {
    const auto ignore = [](const columnar::Batch&) { return true; };
    rows_of_next = reader->read_strip(1, schema, std::nullopt, ignore, context).rows;
  };
  // Would wait for ever if strips were unpacked or parsed one after the other.
  const auto consume = [&](const columnar::Batch&) {
    if (rows_of_next == 0) std::thread(read_next).join();
    return true;
  };
  EXPECT_GT(reader->read_strip(0, schema, std::nullopt, consume, context).rows, 0U);
  EXPECT_GT(rows_of_next, 0U);
}

TEST_F(Streams, DamageAndEarlyEndsAreNamed) {
  const std::string packed = gzipped(table_text(20'000)), zstd = zstd_packed(table_text(20'000));
  std::string damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  for (const std::string& bytes :
       {packed.substr(0, packed.size() / 2), damaged, zstd.substr(0, zstd.size() / 2)}) {
    const std::string path = folder_.write("x.packed", bytes);
    try {
      read_table({path});
      FAIL();
    } catch (const IoError& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
    }
  }
}

TEST_F(Streams, ALineBeyondTheBudgetIsNamed) {
  const std::string path = folder_.write("x.gz", gzipped("a\n1\n" + std::string(20 << 20, 'x') + "\n"));
  CsvOptions options;
  options.dtypes = {{"a", TypeId::kUtf8}};
  options.partition_bytes = 1 << 20;
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

TEST_F(Streams, PlainAndPackedFilesTogether) {
  const std::string a = folder_.write("a.csv", "id\n1\n"), b = folder_.write("b.csv.gz", gzipped("id\n2\n"));
  EXPECT_EQ(read_table({a, b}).rows.size(), 2u);
}

}  // namespace
}  // namespace treadle::csv
