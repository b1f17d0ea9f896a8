#include <fstream>
#include <functional>
#include <numeric>
#include <random>

#include "columnar/selection.h"
#include "columnar/text_layout.h"
#include "io/arrow_adapter/parquet_fixture.h"
#include "io/row_filter.h"

namespace treadle::io {
namespace {

using namespace test;

/// Keeps rows by a number in a column; counts what it is asked.
class NumberFilter final : public RowFilter {
 public:
  NumberFilter(std::string column, std::function<bool(std::int64_t)> keeps, bool optional = false)
      : columns_{std::move(column)}, keeps_(std::move(keeps)), optional_(optional) {}
  const std::vector<std::string>& columns() const override { return columns_; }
  bool is_optional() const override { return optional_; }
  void select(const Batch& rows, std::vector<std::uint32_t>& wanted) const override {
    asked_ += rows.num_rows();
    wanted.clear();
    const auto* values = rows.column(0).values_as<std::int64_t>();
    for (std::int64_t row = 0; row < rows.num_rows(); ++row) {
      if (rows.column(0).is_valid(row) && keeps_(values[row]))
        wanted.push_back(static_cast<std::uint32_t>(row));
    }
  }
  std::int64_t asked() const { return asked_; }

 private:
  std::vector<std::string> columns_;
  std::function<bool(std::int64_t)> keeps_;
  bool optional_;
  mutable std::int64_t asked_ = 0;
};

Batch rows_kept(const Batch& rows, const std::vector<std::shared_ptr<const RowFilter>>& filters) {
  Batch left = rows;
  for (const auto& filter : filters) {
    const std::size_t place = left.schema()->index_of(filter->columns()[0]);
    std::vector<std::uint32_t> wanted;
    filter->select(batch({{filter->columns()[0], left.column(place)}}), wanted);
    left = columnar::take(left, std::vector<std::int64_t>(wanted.begin(), wanted.end()));
  }
  return left;
}

/// Rows of several types, one of ten null.
Batch many_rows(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<std::optional<std::int64_t>> number, order;
  std::vector<std::optional<double>> real;
  std::vector<std::optional<columnar::int128_t>> price;
  std::vector<std::optional<std::string>> word, sentence;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t roll = random();
    const bool null = roll % 10 == 0;
    order.emplace_back(static_cast<std::int64_t>(i));
    number.push_back(null ? std::nullopt : std::optional(static_cast<std::int64_t>(roll % 1000)));
    real.push_back(roll % 11 == 0 ? std::nullopt : std::optional(static_cast<double>(roll)));
    price.push_back(roll % 13 == 0 ? std::nullopt : std::optional<columnar::int128_t>(roll % 100'000));
    word.push_back(roll % 7 == 0 ? std::nullopt : std::optional("word " + std::to_string(roll % 31)));
    sentence.push_back(roll % 17 == 0 ? std::nullopt : std::optional("a sentence " + std::to_string(roll)));
  }
  return batch({{"order", ints(order)},
                {"number", ints(number)},
                {"real", floats(real)},
                {"price", numbers<columnar::int128_t>(DataType::decimal(12, 2), price)},
                {"word", columnar::to_dictionary(texts(word))},
                {"sentence", texts(sentence)},
                {"flag", bools(std::vector<std::optional<bool>>(count, true))}});
}

TEST_F(ParquetTest, DeliversTheRowsThatItsFiltersLeave) {
  const Batch rows = many_rows(20'000);
  write(folder_ / "a.parquet", rows, in_row_groups_of(7'000));
  const auto source = open(folder_ / "a.parquet");
  ASSERT_TRUE(source->applies_filters());
  const auto below = [](std::int64_t limit) { return [limit](std::int64_t value) { return value < limit; }; };
  for (const std::int64_t limit : {0, 1, 50, 500, 1000}) {
    for (const std::int64_t morsel_rows : {333, 65536}) {
      ScanRequest request = all_columns(*source);
      request.morsel_rows = morsel_rows;
      request.filters = {
          std::make_shared<NumberFilter>("number", below(limit)),
          std::make_shared<NumberFilter>("order", [](std::int64_t i) { return i / 1'000 % 3 != 1; })};
      Context context;
      expect_same(read_all(*source, request, context), rows_kept(rows, request.filters));
      request.columns = {"sentence", "order"};
      const Batch some = read_all(*source, request, context);
      EXPECT_EQ(shown(some.column(0)), shown(rows_kept(rows, request.filters).column(5)));
      request.columns = {};
      EXPECT_EQ(read_all(*source, request, context).num_rows(), some.num_rows());
    }
  }
}

TEST_F(ParquetTest, CountsRowsThatItsFiltersRuleOut) {
  write(folder_ / "a.parquet", many_rows(1'000), in_row_groups_of(400));
  const auto source = open(folder_ / "a.parquet");
  ScanRequest request = all_columns(*source);
  request.filters = {std::make_shared<NumberFilter>("order", [](std::int64_t) { return false; })};
  Context context;
  const auto reader = source->open(0, request);
  const auto report = reader->read_strip(
      0, requested_schema(*source, request), std::nullopt,
      [](const Batch&) -> bool { throw InternalError("no row is wanted"); }, context);
  EXPECT_EQ(report.rows, 400U);
}

// The damage says which pages are looked at.
TEST_F(ParquetTest, DoesNotUnpackPagesWithoutARowThatIsWanted) {
  std::mt19937_64 random(3);
  std::vector<std::optional<std::int64_t>> order, noise;
  for (std::int64_t i = 0; i < 500'000; ++i) {
    order.emplace_back(i);
    noise.emplace_back(static_cast<std::int64_t>(random()));
  }
  const Batch rows = batch({{"order", ints(order)}, {"noise", ints(noise)}});
  const std::string path = folder_ / "a.parquet";
  write(path, rows, in_row_groups_of(500'000));
  const auto source = open(path);
  ScanRequest request = all_columns(*source);
  request.morsel_rows = 10'000;
  request.filters = {std::make_shared<NumberFilter>("order", [](std::int64_t i) { return i < 20'000; })};
  Context context;
  const Batch expected = read_all(*source, request, context);
  ASSERT_EQ(expected.num_rows(), 20'000);
  {
    // The end of the noise, which is the last column.
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-(1 << 20), std::ios::end);
    file << std::string(100'000, '\xAA');
  }
  const auto damaged = open(path);
  expect_same(read_all(*damaged, request, context), expected);
  request.filters = {std::make_shared<NumberFilter>("order", [](std::int64_t i) { return i % 9'999 == 0; })};
  expect_error<IoError>([&] { read_all(*damaged, request, context); }, {path});
}

TEST_F(ParquetTest, StopsAskingAFilterThatMayBeLeftOutAndRulesOutTooFew) {
  const Batch rows = many_rows(50'000);
  write(folder_ / "a.parquet", rows);
  const auto source = open(folder_ / "a.parquet");
  ScanRequest request = all_columns(*source);
  request.morsel_rows = 10'000;
  const auto read = [&](std::shared_ptr<const NumberFilter> filter) {
    request.filters = {filter};
    Context context;
    const std::int64_t found = read_all(*source, request, context).num_rows();
    return std::pair(found, filter->asked());
  };
  const auto most = [](std::int64_t i) { return i % 10 != 0; };
  const auto few = [](std::int64_t i) { return i % 10 == 0; };
  EXPECT_EQ(read(std::make_shared<NumberFilter>("order", most, true)), std::pair(48'000L, 20'000L));
  EXPECT_EQ(read(std::make_shared<NumberFilter>("order", most, false)), std::pair(45'000L, 50'000L));
  EXPECT_EQ(read(std::make_shared<NumberFilter>("order", few, true)), std::pair(5'000L, 50'000L));
}

}  // namespace
}  // namespace treadle::io
