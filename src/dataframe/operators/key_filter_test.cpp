#include "dataframe/operators/key_filter.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "columnar/bitmap.h"
#include "columnar/test_columns.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;
using columnar::test::dates;
using columnar::test::ints;
using columnar::test::numbers;

const auto kTake = [](std::size_t) { return true; };

std::shared_ptr<const KeyFilter> filter_of(const Column& keys) {
  return KeyFilter::make(keys, false, false, kTake);
}

/// The rows that pass, as numbers.
std::vector<std::int64_t> passing(const KeyFilter& filter, const Column& column,
                                  const BufferPtr& among = nullptr) {
  const BufferPtr bits = filter.select(column, among);
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < column.length(); ++row) {
    if (bits == nullptr || columnar::get_bit(bits->data(), row)) rows.push_back(row);
  }
  return rows;
}

TEST(KeyFilterTest, RowsPassWhoseValueIsAKey) {
  const auto filter = filter_of(ints({5, {}, 9, 5, -3}));
  ASSERT_NE(filter, nullptr);
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const Column column = ints({4, 5, 6, 9, 10, {}, -3, -4, kLeast, kMost, 5});
  EXPECT_EQ(passing(*filter, column), (std::vector<std::int64_t>{1, 3, 6, 10}));
}

TEST(KeyFilterTest, KeysAreOfAnyWholeType) {
  EXPECT_EQ(passing(*filter_of(dates({-1, 7})), dates({7, 8, -1, {}})), (std::vector<std::int64_t>{0, 2}));
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const Column large = numbers<std::uint64_t>(TypeId::kUInt64, {kMost, kMost - 9});
  EXPECT_EQ(
      passing(*filter_of(large), numbers<std::uint64_t>(TypeId::kUInt64, {0, kMost, kMost - 1, kMost - 9})),
      (std::vector<std::int64_t>{1, 3}));
}

TEST(KeyFilterTest, AnyRowsOfAnyNumberPassAsTheyWouldOneByOne) {
  std::mt19937_64 random(20261123);
  for (const int length : {0, 1, 63, 64, 65, 1000, 5000}) {
    std::vector<std::optional<std::int64_t>> keys, values;
    std::set<std::int64_t> wanted;
    for (int i = 0; i < 300; ++i) {
      keys.emplace_back(static_cast<std::int64_t>(random() % 2000) - 1000);
      wanted.insert(*keys.back());
    }
    for (int i = 0; i < length; ++i) {
      values.emplace_back(static_cast<std::int64_t>(random() % 3000) - 1500);
      if (random() % 10 == 0) values.back().reset();
    }
    // In some words nearly all rows are asked for, in others one or none.
    const BufferPtr among = columnar::bits_from_rows(
        length, [&](std::int64_t row) { return random() % 40 < static_cast<std::uint64_t>(row / 64 % 40); });
    for (const BufferPtr& asked : {BufferPtr(), among}) {
      std::vector<std::int64_t> expected;
      for (int row = 0; row < length; ++row) {
        const auto& value = values[static_cast<std::size_t>(row)];
        const bool is_asked = asked == nullptr || columnar::get_bit(asked->data(), row);
        if (is_asked && value && wanted.contains(*value)) expected.push_back(row);
      }
      EXPECT_EQ(passing(*filter_of(ints(keys)), ints(values), asked), expected) << length << " rows";
    }
  }
}

TEST(KeyFilterTest, ThereIsNoneWhereItWouldBeOfNoUse) {
  EXPECT_EQ(filter_of(columnar::test::floats({1.0, 3.0})), nullptr);
  EXPECT_EQ(filter_of(columnar::test::texts({"a", "c"})), nullptr);
  EXPECT_EQ(filter_of(ints({})), nullptr);
  EXPECT_EQ(filter_of(ints({{}, {}})), nullptr);
  EXPECT_EQ(filter_of(ints({1, 2, 3, 4, 5, 6, 7, 8})), nullptr) << "no gaps";
  EXPECT_EQ(filter_of(ints({0, std::int64_t{1} << 40})), nullptr) << "far apart";
  EXPECT_EQ(KeyFilter::make(ints({1, 9}), false, false, [](std::size_t) { return false; }), nullptr);
}

TEST(KeyFilterTest, AMissingKeyThatEqualsOthersIsNotAskedFor) {
  EXPECT_EQ(KeyFilter::make(ints({1, {}, 9}), true, false, kTake), nullptr);
  EXPECT_NE(KeyFilter::make(ints({1, 9}), true, false, kTake), nullptr);
}

TEST(KeyFilterTest, WhereNearlyAllPassAllDo) {
  std::vector<std::optional<std::int64_t>> values;
  for (std::int64_t i = 0; i < 2000; ++i) values.emplace_back(i % 16 == 0 ? 5 : 9);
  const Column column = ints(values);
  const BufferPtr among = columnar::make_bits(column.length(), true);
  EXPECT_EQ(filter_of(ints({9, 20}))->select(column, among), among);
  EXPECT_EQ(passing(*filter_of(ints({5, 20})), column).size(), 125U);
}

}  // namespace
}  // namespace treadle::dataframe
