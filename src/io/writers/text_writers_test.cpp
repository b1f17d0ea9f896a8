#include "io/writers/text_writers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "columnar/test_columns.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using namespace columnar::test;
using namespace test;
using std::nullopt;

std::string encoded(TextEncoder& encoder, const Batch& batch) {
  std::string out;
  encoder.begin(out, *batch.schema());
  encoder.append(out, batch);
  encoder.end(out);
  return out;
}
std::string csv(const Batch& batch, char delimiter = ',') {
  CsvWriteOptions options;
  options.delimiter = delimiter;
  return encoded(*make_csv_encoder(options), batch);
}
std::string json(const Batch& batch) { return encoded(*make_json_encoder(false), batch); }
std::string ndjson(const Batch& batch) { return encoded(*make_json_encoder(true), batch); }

TEST(CsvWriter, QuotesWhatNeedsQuotes) {
  const auto text = texts({"plain", "a,b", "say \"no\"", "two\nlines", "", nullopt, " blank", "d;e"});
  const Batch rows = batch({{"t,x", text}, {"n", ints({1, 2, 3, 4, 5, 6, 7, 8})}});
  EXPECT_EQ(csv(rows),
            "\"t,x\",n\nplain,1\n\"a,b\",2\n\"say \"\"no\"\"\",3\n\"two\nlines\",4\n\"\",5\n,6\n\" "
            "blank\",7\nd;e,8\n");
  EXPECT_EQ(csv(batch({{"t", texts({"a,b", "d;e"})}}), ';'), "t\na,b\n\"d;e\"\n");
}

TEST(CsvWriter, WritesEveryLayoutOfTextTheSame) {
  for (const Column& column : in_all_layouts({"x", nullopt, "a text longer than a view holds", "x,y"})) {
    EXPECT_EQ(csv(batch({{"t", column}, {"n", ints({1, 2, 3, 4})}})),
              "t,n\nx,1\n,2\na text longer than a view holds,3\n\"x,y\",4\n");
  }
}

TEST(CsvWriter, WritesNumbersThatReadBackTheSame) {
  EXPECT_EQ(csv(batch({{"x", floats({0.1, 2, 1e300, -0.0, 1.0 / 3})}, {"d", dates({0, nullopt, -1, 1, 2})}})),
            "x,d\n0.1,1970-01-01\n2.0,\n1e+300,1969-12-31\n-0.0,1970-01-02\n0.3333333333333333,1970-01-03\n");
}

TEST(PandasCsvWriter, SpellsValuesAsPandasDoes) {
  const Batch rows =
      batch({{"x", floats({0.1, 1e5, 1e15, 1e16, 1e-4, 1e-5, -0.0, NAN, INFINITY, nullopt})},
             {"b", bools({true, false, nullopt, true, true, true, true, true, true, true})},
             {"t", texts({"", " blank", "a;b", "say \"no\"", "two\nlines", "c", nullopt, "d", "e", "f"})}});
  PandasCsv options;
  options.delimiter = ';';
  options.null_text = "NA";
  options.names = {"", "flag", "t;u"};
  EXPECT_EQ(encoded(*make_pandas_csv_encoder(options), rows),
            ";flag;\"t;u\"\n0.1;True;\n100000.0;False; blank\n1000000000000000.0;NA;\"a;b\"\n"
            "1e+16;True;\"say \"\"no\"\"\"\n0.0001;True;\"two\nlines\"\n1e-05;True;c\n-0.0;True;NA\n"
            "NA;True;d\ninf;True;e\nNA;True;f\n");
}

TEST(PandasCsvWriter, KeepsALoneNullFromBecomingABlankLine) {
  EXPECT_EQ(encoded(*make_pandas_csv_encoder({}), batch({{"t", texts({"a", nullopt, ""})}})),
            "t\na\n\"\"\n\"\"\n");
}

TEST(CsvWriter, KeepsALoneNullFromBecomingABlankLine) {
  EXPECT_EQ(csv(batch({{"n", ints({1, nullopt})}})), "n\n1\n\"\"\n");
}

TEST(CsvWriter, RefusesDelimitersThatCannotBeRead) {
  CsvWriteOptions options;
  options.delimiter = '"';
  EXPECT_THROW(open_csv_writer(options), InvalidArgument);
}

TEST(JsonWriter, WritesObjectsInAnArrayOrInLines) {
  const Batch rows =
      batch({{"n", ints({1, nullopt})}, {"t", texts({"x", nullopt})}, {"b", bools({true, false})}});
  EXPECT_EQ(json(rows),
            "[\n{\"n\": 1, \"t\": \"x\", \"b\": true},\n{\"n\": null, \"t\": null, \"b\": false}\n]\n");
  EXPECT_EQ(ndjson(rows),
            "{\"n\": 1, \"t\": \"x\", \"b\": true}\n{\"n\": null, \"t\": null, \"b\": false}\n");
  EXPECT_EQ(json(rows.slice(0, 0)), "[]\n");
}

TEST(JsonWriter, EscapesTextAndNames) {
  EXPECT_EQ(ndjson(batch({{"a\"b", texts({std::string("\x01\t\n\r\\\"/\0é", 10)})}})),
            "{\"a\\\"b\": \"\\u0001\\t\\n\\r\\\\\\\"/\\u0000é\"}\n");
}

TEST(JsonWriter, WritesNullForNumbersThatJsonLacks) {
  EXPECT_EQ(ndjson(batch({{"x", floats({NAN, INFINITY, 1.5})}})),
            "{\"x\": null}\n{\"x\": null}\n{\"x\": 1.5}\n");
}

TEST(JsonWriter, WritesDatesAndDecimals) {
  const Batch rows =
      batch({{"d", dates({0})},
             {"m", numbers<columnar::int128_t>(DataType::decimal(12, 2), {-12345})},
             {"s", numbers<std::int64_t>(DataType::timestamp(TimeUnit::kMilli, "UTC"), {1500})}});
  EXPECT_EQ(ndjson(rows), "{\"d\": \"1970-01-01\", \"m\": -123.45, \"s\": \"1970-01-01T00:00:01.500Z\"}\n");
}

TEST(JsonWriter, NestsListsAndStructs) {
  BufferBuilder offsets;
  for (const std::int32_t offset : {0, 2, 2}) offsets.append_value(offset);
  const Column list =
      Column::nested(DataType::list(TypeId::kInt64), 2, nullptr, offsets.finish(), {ints({1, nullopt})});
  const Column record = Column::nested(DataType::structure({{"l", list.type()}, {"t", TypeId::kUtf8}}), 2,
                                       nullptr, nullptr, {list, texts({"x", nullopt})});
  EXPECT_EQ(ndjson(batch({{"r", record}})),
            "{\"r\": {\"l\": [1, null], \"t\": \"x\"}}\n{\"r\": {\"l\": [], \"t\": null}}\n");
}

TEST(TextWriters, WriteFilesThatAppearWhenClosed) {
  const TemporaryFolder folder;
  const Batch rows = batch({{"n", ints({1, 2})}});
  {
    const auto dropped = open_csv_writer({})(folder / "dropped.csv", rows.schema());
    dropped->write(rows);
    dropped->flush();
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "dropped.csv"));
  const auto writer = open_csv_writer({})(folder / "a.csv", rows.schema());
  writer->write(rows);
  writer->close();
  std::ifstream in(folder / "a.csv");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "n\n1\n2\n");
  EXPECT_EQ(writer->bytes_written(), 6U);
}

TEST(TextWriters, SayWhichFileIsThereAlready) {
  const TemporaryFolder folder;
  std::ofstream(folder / "taken.json") << "mine";
  const Batch rows = batch({{"n", ints({1})}});
  const auto writer = open_json_writer(true)(folder / "taken.json", rows.schema());
  writer->write(rows);
  try {
    writer->close();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("taken.json"), std::string::npos);
  }
  std::ifstream in(folder / "taken.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "mine");
}

}  // namespace
}  // namespace treadle::io
