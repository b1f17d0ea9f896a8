#include "io/csv/csv_source.h"

#include <gtest/gtest.h>

#include <string>

#include "io/csv/test_reading.h"

namespace treadle::csv {
namespace {

using Rows = std::vector<std::vector<std::optional<std::string>>>;
constexpr std::nullopt_t kNull = std::nullopt;

class CsvSource : public testing::Test {
 protected:
  TestTable read(std::string_view text, const CsvOptions& options = {}) {
    return read_table({folder_.write("x.csv", text)}, options);
  }
  std::string error_of(std::string_view text, const CsvOptions& options = {}) {
    try {
      read(text, options);
    } catch (const Error& error) {
      std::string message = error.what();
      const std::string path = folder_.path("x.csv");
      for (std::size_t at = message.find(path); at != std::string::npos; at = message.find(path)) {
        message.replace(at, path.size(), "x.csv");
      }
      return std::string(error.kind()) + ": " + message;
    }
    return "none";
  }
  TestFolder folder_;
};

TEST_F(CsvSource, ReadsEachTypeThatItInfers) {
  const TestTable table = read(
      "i,f,b,d,t,z,s\n"
      "1,1.5,true,2024-02-29,2024-02-29T01:02:03,2024-02-29 01:02:03.5+01:00,x\n"
      "-7,1e3,False,1969-12-31,1970-01-01 00:00:00.000001,1970-01-01T00:00:00Z,\n");
  EXPECT_EQ(table.schema,
            "i: int64\nf: float64\nb: bool\nd: date\nt: timestamp[us]\nz: timestamp[us, UTC]\ns: utf8\n");
}

TEST_F(CsvSource, KeepsTheValues) {
  const TestTable table =
      read("i,f,b,d,t\n1,1.5,true,2024-02-29,2024-02-29T01:02:03\n-7,,False,1969-12-31,\n");
  EXPECT_EQ(table.rows,
            (Rows{{"1", "1.5", "true", "19782", "1709168523000000"}, {"-7", kNull, "false", "-1", kNull}}));
}

TEST_F(CsvSource, NumbersAtTheEdgesOfTheirTypes) {
  EXPECT_EQ(read("a\n007\n-0\n").rows, (Rows{{"7"}, {"0"}}));
  EXPECT_EQ(read("a\n1e400\n-1e400\n").rows, (Rows{{"inf"}, {"-inf"}}));
  EXPECT_EQ(read("a\n9223372036854775807\n-9223372036854775808\n").schema, "a: int64\n");
  EXPECT_EQ(read("a\n9223372036854775808\n").rows, (Rows{{"9223372036854775808"}}));
  EXPECT_EQ(read("a\n0.1\n123456789.123456789\n5e-324\n").rows,
            (Rows{{"0.1"}, {"123456789.12345679"}, {"5e-324"}}));
}

TEST_F(CsvSource, QuotedFieldsHoldDelimitersNewlinesAndQuotes) {
  EXPECT_EQ(read("a,b\n\"x,\ny\",\"say \"\"hi\"\"\"\n\"\",\"NA\"\n").rows,
            (Rows{{"x,\ny", "say \"hi\""}, {"", "NA"}}));
}

TEST_F(CsvSource, AQuoteInsideAnUnquotedFieldIsItself) {
  EXPECT_EQ(read("a,b\n5\" disk,x\"y\n").rows, (Rows{{"5\" disk", "x\"y"}}));
}

TEST_F(CsvSource, UnquotedNullSpellingsAreNullInEveryType) {
  EXPECT_EQ(read("a,b\nNA,1\nx,NULL\n").rows, (Rows{{kNull, "1"}, {"x", kNull}}));
}

TEST_F(CsvSource, QuotedEmptyFieldsAreNullWhereTextIsNotMeant) {
  const TestTable table = read("a,b\n\"1\",\"x\"\n\"\",\"\"\n");
  EXPECT_EQ(table.rows, (Rows{{"1", "x"}, {kNull, ""}}));
}

TEST_F(CsvSource, QuotedFieldsAreNullIfAsked) {
  CsvOptions options;
  options.quoted_nulls = true;
  const TestTable table =
      read("a,b,c\n\"1\",\"x\",\"NA\"\n\"\",\"\",NA\n\"NA\",\"NA\",2\n2,\"n\"\"a\",\"\"\n", options);
  EXPECT_EQ(table.schema, "a: int64\nb: utf8\nc: int64\n");
  EXPECT_EQ(table.rows,
            (Rows{{"1", "x", kNull}, {kNull, kNull, kNull}, {kNull, kNull, "2"}, {"2", "n\"a", kNull}}));
}

TEST_F(CsvSource, ShortRecordsAreFilledIfAsked) {
  CsvOptions options;
  options.short_records = CsvOptions::ShortRecords::kFill;
  const TestTable table = read("a,b,c\r\n1,x,true\r\n\r\n2,\"y,\nz\"\r\n3\r\n4,w,false\n5", options);
  EXPECT_EQ(table.schema, "a: int64\nb: utf8\nc: bool\n");
  EXPECT_EQ(table.rows, (Rows{{"1", "x", "true"},
                              {"2", "y,\nz", kNull},
                              {"3", kNull, kNull},
                              {"4", "w", "false"},
                              {"5", kNull, kNull}}));
  EXPECT_EQ(error_of("a,b\n1\n1,2,3\n", options),
            "ParseError: x.csv:3: expected 2 fields, found 3 (bad_rows, in Python on_bad_lines or "
            "ignore_errors, can "
            "skip such rows)");
  options.bad_rows = CsvOptions::BadRows::kSkip;
  EXPECT_EQ(read("a,b\n1\n1,2,3\n", options).rows, (Rows{{"1", kNull}}));
}

TEST_F(CsvSource, LongRecordsAreCutIfAsked) {
  CsvOptions options;
  options.long_records = CsvOptions::LongRecords::kCut;
  EXPECT_EQ(read("a,b\n1,x\n2,y,\"z\n\"\r\n3,,\n", options).rows,
            (Rows{{"1", "x"}, {"2", "y"}, {"3", kNull}}));
  EXPECT_EQ(error_of("a,b\n1,2,3\n4\n", options),
            "ParseError: x.csv:3: expected 2 fields, found 1 (bad_rows, in Python on_bad_lines or "
            "ignore_errors, can "
            "skip such rows)");
}

TEST_F(CsvSource, LinesOfSpacesAreBlankIfAsked) {
  CsvOptions options;
  EXPECT_EQ(read("a\nx\n \ny\n").rows, (Rows{{"x"}, {" "}, {"y"}}));
  options.spaces_are_blank = true;
  EXPECT_EQ(read(" \t\na\nx\n \t\r\n y\n", options).rows, (Rows{{"x"}, {" y"}}));
  EXPECT_EQ(read("a,b\n1,2\n  \n3,4", options).rows, (Rows{{"1", "2"}, {"3", "4"}}));
  options.skip_blank_lines = false;
  EXPECT_EQ(read("a\nx\n \n", options).rows, (Rows{{"x"}, {" "}}));
}

TEST_F(CsvSource, MoreNamesThanFieldsAndShortFirstRecordsOfLaterFiles) {
  CsvOptions options;
  options.header = false;
  options.short_records = CsvOptions::ShortRecords::kFill;
  const std::string one = folder_.write("one.csv", "1,2\n"), two = folder_.write("two.csv", "3\n4,5\n");
  EXPECT_EQ(read_table({one, two}, options).rows, (Rows{{"1", "2"}, {"3", kNull}, {"4", "5"}}));
  options.names = {"a", "b", "c"};
  EXPECT_EQ(read_table({one, two}, options).rows,
            (Rows{{"1", "2", kNull}, {"3", kNull, kNull}, {"4", "5", kNull}}));
  options.names = {"a"};
  EXPECT_THROW(read_table({one, two}, options), InvalidArgument);
}

TEST_F(CsvSource, AColumnWithoutValuesIsOfTheTypeAskedFor) {
  const std::string text = "a,b\n1,\n2,NA\n";
  EXPECT_EQ(read(text).schema, "a: int64\nb: utf8\n");
  CsvOptions options;
  options.type_without_values = TypeId::kFloat64;
  EXPECT_EQ(read(text, options).schema, "a: int64\nb: float64\n");
  EXPECT_EQ(read(text, options).rows, (Rows{{"1", kNull}, {"2", kNull}}));
  options.type_without_values = TypeId::kDate;
  EXPECT_THROW(read(text, options), InvalidArgument);
}

TEST_F(CsvSource, ANullSpellingOfDigitsIsLookedUpFirst) {
  CsvOptions options;
  options.null_values = {"-999"};
  EXPECT_EQ(read("a\n1\n-999\n", options).rows, (Rows{{"1"}, {kNull}}));
}

TEST_F(CsvSource, LineEndsMarksAndBlankLines) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\r\n1,x\r\n\r\n2,y")
                .rows,
            (Rows{{"1", "x"}, {"2", "y"}}));
  CsvOptions options;
  options.skip_blank_lines = false;
  EXPECT_EQ(read("a,b\n1,x\n\n2,y\n", options).rows, (Rows{{"1", "x"}, {kNull, kNull}, {"2", "y"}}));
  EXPECT_EQ(read("a\n1\n\n2\n").rows, (Rows{{"1"}, {"2"}}));
}

TEST_F(CsvSource, OtherCharactersGiveTheStructure) {
  CsvOptions options;
  options.delimiter = ';';
  options.quote = '\'';
  options.escape = '\\';
  options.comment = '#';
  EXPECT_EQ(read("# a comment; 'with' a quote'\na;b\n'x;\\'y';1\\;2\n#\n3;4\n", options).rows,
            (Rows{{"x;'y", "1;2"}, {"3", "4"}}));
}

TEST_F(CsvSource, LinesAndRowsArePassedOver) {
  CsvOptions options;
  options.skip_lines = 2;
  options.skip_rows = 1;
  EXPECT_EQ(read("junk \"\nmore\na,b\n0,0\n1,2\n", options).rows, (Rows{{"1", "2"}}));
}

TEST_F(CsvSource, NamesAreGivenNumberedOrMadeUnique) {
  CsvOptions options;
  EXPECT_EQ(read("a,a,,a.1\n1,2,3,4\n").schema, "a: int64\na.2: int64\ncolumn_2: int64\na.1: int64\n");
  options.names = {"x", "y"};
  EXPECT_EQ(read("a,b\n1,2\n", options).schema, "x: int64\ny: int64\n");
  options.header = false;
  EXPECT_EQ(read("1,2\n", options).rows.size(), 1u);
  options.names = {};
  EXPECT_EQ(read("1,2\n", options).schema, "column_0: int64\ncolumn_1: int64\n");
}

TEST_F(CsvSource, FilesMayHaveTheirColumnsInAnotherOrder) {
  const std::string first = folder_.write("1.csv", "a,b\n1,x\n"),
                    second = folder_.write("2.csv", "b,a\ny,2\n");
  EXPECT_EQ(read_table({first, second}).rows, (Rows{{"1", "x"}, {"2", "y"}}));
}

TEST_F(CsvSource, FilesThatLackAColumnOfTheFirstAreRefused) {
  const std::string first = folder_.write("1.csv", "a,b\n1,x\n");
  for (const char* header : {"a,c\n1,2\n", "a\n1\n", "b,c,d\n1,2,3\n"}) {
    const std::string second = folder_.write("2.csv", header);
    EXPECT_THROW(read_table({first, second}), ParseError) << header;
  }
}

TEST_F(CsvSource, NewerFilesMayHaveMoreColumns) {
  const std::vector<std::string> paths = {
      folder_.write("1.csv", "id,a\n1,x\n"), folder_.write("2.csv", "b,id,a\n0.5,2,y\n,3,\n"),
      folder_.write("3.csv", "id,a\n4,z\n"), folder_.write("4.csv", "id,a,c,b\n5,u,true,7\n")};
  const TestTable table = read_table({paths});
  EXPECT_EQ(table.schema, "id: int64\na: utf8\nb: float64\nc: bool\n");
  using Row = std::vector<std::optional<std::string>>;
  using std::nullopt;
  EXPECT_EQ(table.rows, (std::vector<Row>{{"1", "x", nullopt, nullopt},
                                          {"2", "y", "0.5", nullopt},
                                          {"3", nullopt, nullopt, nullopt},
                                          {"4", "z", nullopt, nullopt},
                                          {"5", "u", "7", "true"}}));
  CsvOptions options;
  options.names = {"p", "q"};
  EXPECT_THROW(read_table({paths}, options), Error);
}

TEST_F(CsvSource, AColumnThatComesLateWidensLate) {
  std::string rows = "id,new\n";
  for (int row = 0; row < 40'000; ++row) rows += std::to_string(row) + ",1\n";
  CsvOptions options;
  options.partition_bytes = 64 << 10;
  const TestTable table =
      read_table({folder_.write("1.csv", "id\n1\n"), folder_.write("2.csv", rows + "7,odd\n")}, options);
  EXPECT_EQ(table.schema, "id: int64\nnew: utf8\n");
  EXPECT_EQ(table.rows.size(), 40'002u);
  EXPECT_EQ(table.rows[0][1], std::nullopt);
  EXPECT_EQ(table.rows[1][1], "1");
}

TEST_F(CsvSource, TypesThatAreGivenAreNotInferred) {
  CsvOptions options;
  options.dtypes = {
      {"a", TypeId::kUtf8}, {"b", TypeId::kInt8}, {"c", DataType::timestamp(TimeUnit::kSecond)}};
  EXPECT_EQ(read("a,b,c\n007,-128,2024-01-01\n", options).rows, (Rows{{"007", "-128", "1704067200"}}));
}

TEST_F(CsvSource, AValueThatDoesNotFitAGivenTypeIsAnError) {
  CsvOptions options;
  options.dtypes = {{"b", TypeId::kInt8}};
  EXPECT_EQ(error_of("a,b\n1,2\n3,200\n", options),
            "ParseError: x.csv:3:2: expected int8 in column b, found \"200\"");
}

TEST_F(CsvSource, DatesInOtherForms) {
  CsvOptions options;
  options.parse_dates = {"d"};
  EXPECT_EQ(read("d\n01/02/2024\n12/31/2023\n", options).rows, (Rows{{"19724"}, {"19722"}}));
  EXPECT_EQ(read("d\n13/02/2024\n", options).rows, (Rows{{"19766"}}));
  EXPECT_EQ(read("d\n31.12.2023 10:00\n", options).rows, (Rows{{"1704016800000000"}}));
  options.date_format = "%d %b %Y, %I:%M %p";
  EXPECT_EQ(read("d\n\"29 Feb 2024, 12:30 AM\"\n", options).rows, (Rows{{"1709166600000000"}}));
  options.date_format = "";
  EXPECT_EQ(error_of("d\n2024-01-01\n01/02/2024\n", options),
            "InvalidArgument: csv: parse_dates: expected column d to hold dates of one form, found "
            "\"01/02/2024\"; say "
            "which by date_format");
}

TEST_F(CsvSource, UnknownNamesInOptionsAreNotFound) {
  CsvOptions options;
  options.dtypes = {{"amuont", TypeId::kInt64}};
  EXPECT_THROW(read("amount\n1\n", options), NotFound);
}

TEST_F(CsvSource, RaggedRowsAreErrorsOrSkipped) {
  EXPECT_EQ(error_of("a,b\n1,2\n\"x\ny\",3,4\n"),
            "ParseError: x.csv:3: expected 2 fields, found 3 (bad_rows, in Python on_bad_lines or "
            "ignore_errors, can skip such rows)");
  CsvOptions options;
  options.bad_rows = CsvOptions::BadRows::kSkip;
  const TestTable table = read("a,b\n1,2\n1\n1,2,3\n3,4\n", options);
  EXPECT_EQ(table.rows, (Rows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(table.rows_skipped, 2u);
}

TEST_F(CsvSource, SkippedRowsAreCountedByFile) {
  CsvOptions options;
  options.bad_rows = CsvOptions::BadRows::kSkip;
  options.partition_bytes = 1 << 10;
  const std::string path = folder_.write("x.csv", "a,b\n1,2\n1\n1,2,3\n3\n");
  const auto source = open_csv({path}, options);
  TestContext context;
  EXPECT_TRUE(source->skips_rows());
  EXPECT_EQ(TestScan(*source, {"a"}, context).run().rows_skipped, 3u);
  EXPECT_EQ(source->file_path(0), path);
  EXPECT_FALSE(open_csv({path}, {})->skips_rows());
}

TEST_F(CsvSource, IsRenewedOverFilesThatChanged) {
  const std::string first = folder_.write("1.csv", "a,b\n1,2\n"),
                    second = folder_.write("2.csv", "a,b\n3,4\n");
  const auto source = open_csv({first, second}, {});
  EXPECT_EQ(source->renewed(), nullptr);

  folder_.write("2.csv", "a,b\n3,4\n5,6.5\n");
  const auto renewed = source->renewed();
  ASSERT_NE(renewed, nullptr);
  EXPECT_EQ(renewed->schema()->to_string(), source->schema()->to_string());
  EXPECT_TRUE(renewed->schema()->field(1).sampled);
  TestContext context;
  EXPECT_EQ(TestScan(*renewed, {"a", "b"}, context).run().rows, (Rows{{"1", "2"}, {"3", "4"}, {"5", "6.5"}}));
  KeyBuilder before("test"), now("test");
  source->add_to(before);
  renewed->add_to(now);
  EXPECT_NE(before.finish(), now.finish());

  folder_.write("1.csv", "a,c\n1,2\n");
  EXPECT_THROW(source->renewed(), IoError);
  std::filesystem::remove(first);
  EXPECT_THROW(source->renewed(), IoError);
}

TEST_F(CsvSource, AnUnterminatedQuoteIsNamedWhereItOpens) {
  EXPECT_EQ(error_of("a,b\n1,2\n3,\"4\n5,6\n"),
            "ParseError: x.csv:3: expected the end of a record, found the end of the file: a quote is open");
}

TEST_F(CsvSource, InvalidUtf8CountsOnlyInTextThatIsRead) {
  const std::string text = "a,b\n1,x\n2,\xFFy\n";
  EXPECT_EQ(error_of(text),
            "ParseError: x.csv:3:2: expected UTF-8, found other bytes (bad_rows, in Python on_bad_lines or "
            "ignore_errors, can skip such rows)");
  const auto source = open_csv({folder_.write("x.csv", text)}, {});
  TestContext context;
  EXPECT_EQ(TestScan(*source, {"a"}, context).run().rows.size(), 2u);
  CsvOptions options;
  options.bad_rows = CsvOptions::BadRows::kSkip;
  EXPECT_EQ(read(text, options).rows, (Rows{{"1", "x"}}));
}

TEST_F(CsvSource, NulBytesAreOrdinary) {
  EXPECT_EQ(read(std::string_view("a,b\nx\0y,1\n", 10)).rows, (Rows{{std::string("x\0y", 3), "1"}}));
}

TEST_F(CsvSource, EmptyFilesAndHeadersAlone) {
  EXPECT_EQ(error_of(""), "ParseError: x.csv: expected a header, found an empty file");
  EXPECT_EQ(read("a,b\n").schema, "a: utf8\nb: utf8\n");
  EXPECT_EQ(read("a,b").rows.size(), 0u);
  const std::string first = folder_.write("1.csv", "a\n1\n"), empty = folder_.write("2.csv", "");
  EXPECT_THROW(read_table({first, empty}), ParseError);
}

TEST_F(CsvSource, WhatCannotBeOpenedIsNamed) {
  EXPECT_THROW(open_csv({folder_.path("none.csv")}, {}), IoError);
  EXPECT_THROW(open_csv({folder_.path("*.csv")}, {}), IoError);
  folder_.write("sub/x.csv", "a\n");
  EXPECT_THROW(open_csv({folder_.path("sub")}, {}), IoError);
}

TEST_F(CsvSource, AFileThatChangesAfterPlanningIsAnError) {
  const std::string path = folder_.write("x.csv", "a\n1\n");
  const auto source = open_csv({path}, {});
  folder_.write("x.csv", "a\n1\n2\n");
  TestContext context;
  EXPECT_THROW(TestScan(*source, {"a"}, context).run(), IoError);
  std::filesystem::remove(path);
  EXPECT_THROW(TestScan(*source, {"a"}, context).run(), IoError);
}

TEST_F(CsvSource, RowsAreCountedWithoutColumns) {
  const auto source = open_csv({folder_.write("x.csv", "a,b\n1,2\n3,4\n")}, {});
  TestContext context;
  EXPECT_EQ(TestScan(*source, {}, context).run().rows.size(), 2u);
}

TEST_F(CsvSource, RolesOfCharactersMustDiffer) {
  CsvOptions options;
  options.comment = ',';
  EXPECT_THROW(read("a\n1\n", options), InvalidArgument);
}

}  // namespace
}  // namespace treadle::csv
