#include "io/csv/text_builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/csv/read_plan.h"
#include "io/csv/test_reading.h"

namespace treadle::csv {
namespace {

using Values = std::vector<std::optional<std::string>>;

/// One column of text, a field a line, appended as one block.
class OneColumn {
 public:
  explicit OneColumn(std::vector<std::string> nulls = {"NA", "a spelling of null, and a long one"})
      : nulls_(std::move(nulls)), builder_(make_text_builder(TypeId::kUtf8, nulls_)) {}

  void append(const std::string& text) {
    dialect_.delimiter = '|';
    RecycledBuffer block;
    block.reserve(text.size(), 0);
    std::memcpy(block.data(), text.data(), text.size());
    scan_structure(dialect_, block.data(), 0, static_cast<std::uint32_t>(text.size()), false, structure_);
    FieldColumn fields;
    fields.text = block.data();
    fields.edges = structure_.edges();
    fields.stride = 1;
    fields.num_rows = structure_.num_newlines;
    fields.dialect = dialect_;
    fields.plain = !structure_.has_quotes;
    fields.simple_quotes = !structure_.has_inner_quotes;
    fields.block = &block;
    EXPECT_EQ(builder_->append(fields), fields.num_rows);
  }

  columnar::Column finish() { return builder_->finish(); }
  void restart() { builder_->restart(); }

 private:
  Dialect dialect_;
  NullSpellings nulls_;
  std::unique_ptr<ColumnBuilder> builder_;
  Structure structure_;
};

Values values(const columnar::Column& column) {
  Values out;
  for (std::int64_t row = 0; row < column.length(); ++row) out.push_back(value_text(column, row));
  return out;
}

TEST(TextBuilder, CodesWhatRepeats) {
  OneColumn column;
  column.append("b\na\nb\nNA\n\na text of more than sixteen bytes\na text of more than sixteen_bytes\nb\n");
  const columnar::Column first = column.finish();
  EXPECT_EQ(first.layout(), columnar::Layout::kDictionary);
  EXPECT_EQ(values(first),
            (Values{"b", "a", "b", std::nullopt, std::nullopt, "a text of more than sixteen bytes",
                    "a text of more than sixteen_bytes", "b"}));
  EXPECT_EQ(first.null_count(), 2);
  column.append("a\n");
  const columnar::Column second = column.finish();
  EXPECT_EQ(second.dictionary(), first.dictionary()) << "no new value, no new dictionary";
  EXPECT_EQ(second.values_as<std::int32_t>()[0], 1);
}

TEST(TextBuilder, TellsQuotedSpellingsOfNullFromNulls) {
  OneColumn column;
  column.append(
      "\"NA\"\nNA\n\"\"\n\"a spelling of null, and a long one\"\na spelling of null, and a long "
      "one\n\"NA\"\n");
  EXPECT_EQ(values(column.finish()),
            (Values{"NA", std::nullopt, "", "a spelling of null, and a long one", std::nullopt, "NA"}));
}

TEST(TextBuilder, ViewsWhatDoesNotRepeat) {
  OneColumn column;
  std::string text = "first\nNA\n";
  Values expected = {"first", std::nullopt};
  for (int row = 0; row < 5'000; ++row) {
    const std::string value = (row % 2 == 0 ? "x" : "a long text, number ") + std::to_string(row);
    text += value + "\n";
    expected.push_back(value);
  }
  column.append("early\nNA\n");
  column.append(text);
  expected.insert(expected.begin(), {"early", std::nullopt});
  column.append("\"with \"\"quotes\"\", long enough\"\n\"\"\n");
  expected.insert(expected.end(), {"with \"quotes\", long enough", ""});
  const columnar::Column finished = column.finish();
  EXPECT_EQ(finished.layout(), columnar::Layout::kView);
  EXPECT_EQ(values(finished), expected);
}

TEST(TextBuilder, CodesAgainAfterARestart) {
  OneColumn column;
  std::string text;
  for (int row = 0; row < 5'000; ++row) text += std::to_string(row) + "\n";
  column.append(text);
  EXPECT_EQ(column.finish().layout(), columnar::Layout::kView);
  column.restart();
  column.append("a\na\n");
  EXPECT_EQ(column.finish().layout(), columnar::Layout::kDictionary);
}

TEST(TextBuilder, KeepsThousandsOfValuesApart) {
  OneColumn column;
  std::string round;
  Values expected;
  for (int value = 0; value < 2'000; ++value)
    round += "value number " + std::to_string(value) + (value % 2 == 0 ? "" : " in full") + "\n";
  for (int again = 0; again < 3; ++again) {
    column.append(round);
    for (int value = 0; value < 2'000; ++value) {
      expected.push_back("value number " + std::to_string(value) + (value % 2 == 0 ? "" : " in full"));
    }
  }
  const columnar::Column finished = column.finish();
  EXPECT_EQ(finished.layout(), columnar::Layout::kDictionary);
  EXPECT_EQ(finished.dictionary()->length(), 2'000);
  EXPECT_EQ(values(finished), expected);
}

}  // namespace
}  // namespace treadle::csv
