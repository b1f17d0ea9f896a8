// A value that does not fit the sampled type, wherever it stands, gives the table that its wider type, known
// from the start, would have given.
#include <gtest/gtest.h>

#include <string>

#include "io/csv/infer.h"
#include "io/csv/test_reading.h"

namespace treadle::csv {
namespace {

struct Case {
  const char* usual;
  const char* odd;
  const char* wider;
};

class Widening : public testing::TestWithParam<Case> {};

TEST_P(Widening, GivesWhatTheWiderTypeWouldHaveGiven) {
  const Case& c = GetParam();
  constexpr int kRows = 90'000;
  TestFolder folder;
  for (const int odd_row : {80, kRows / 2 - 300, kRows - 1}) {
    std::string text = "x,a\n";
    for (int row = 0; row < kRows; ++row) {
      text += std::to_string(row) + "," + (row == odd_row ? c.odd : c.usual) + "\n";
    }
    const std::string path = folder.write("x.csv", text);
    CsvOptions options;
    options.partition_bytes = 512 << 10;
    CsvOptions given = options;
    given.dtypes = {{"a", DataType::from_string(c.wider)}};
    // Sampled from a file without the odd value, so that it is always met late.
    TestContext context;
    const auto source = open_csv({path}, options);
    const TestTable table = TestScan(*source, {"x", "a"}, context).run();
    const TestTable expected = read_table({path}, given);
    ASSERT_EQ(table.schema, expected.schema) << odd_row;
    ASSERT_EQ(table.rows, expected.rows) << odd_row;
    ASSERT_EQ(table.widened.empty(), odd_row == 80) << odd_row;
    if (!table.widened.empty()) {
      EXPECT_EQ(table.widened[0],
                path + ":" + std::to_string(odd_row + 2) + ", column 2 (a), value \"" + c.odd + "\"");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Types, Widening,
    testing::Values(Case{"12", "1.5", "float64"}, Case{"12", "9223372036854775808", "float64"},
                    Case{"12", "n.a.", "utf8"}, Case{"007", "x", "utf8"},
                    Case{"2024-02-29", "2024-02-29T10:00:00", "timestamp[us]"},
                    Case{"2024-02-29", "29.2.2024", "utf8"}, Case{"true", "2", "utf8"},
                    Case{"1.50", "abc", "utf8"},
                    Case{"2024-02-29T10:00:00", "2024-02-29T10:00:00.000000001", "timestamp[ns]"},
                    Case{"2024-02-29T10:00:00Z", "2024-02-29T10:00:00", "utf8"}));

TEST(Infer, KindsJoinByTheLattice) {
  const Kind all[] = {Kind::kNone,   Kind::kBool,  Kind::kInt64,     Kind::kFloat64,  Kind::kDate,
                      Kind::kMicros, Kind::kNanos, Kind::kMicrosUtc, Kind::kNanosUtc, Kind::kText};
  for (const Kind a : all) {
    EXPECT_EQ(join(a, a), a);
    EXPECT_EQ(join(a, Kind::kNone), a);
    for (const Kind b : all) {
      EXPECT_EQ(join(a, b), join(b, a));
      for (const Kind c : all) EXPECT_EQ(join(join(a, b), c), join(a, join(b, c)));
    }
  }
}

TEST(Infer, FlagsValuesThatAnotherTypeWouldReadOtherwise) {
  TestFolder folder;
  for (const auto& [text, odd] :
       {std::pair{"a\n1\n-0\n", true}, {"a\n007\n", true}, {"a\n1\n-12\n0\n", false}}) {
    const auto source = open_csv({folder.write("x.csv", text)}, {});
    TestContext context;
    io::ScanRequest request;
    request.columns = {"a"};
    const auto report =
        source->open(0, request)
            ->read_strip(0, source->schema(), std::nullopt, [](const auto&) { return true; }, context);
    EXPECT_EQ(!report.unconvertible.empty(), odd) << text;
  }
}

}  // namespace
}  // namespace treadle::csv
