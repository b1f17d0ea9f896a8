#include "columnar/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "columnar/bitmap.h"
#include "columnar/gather.h"
#include "columnar/test_columns.h"

namespace treadle::columnar {
namespace {

using test::batch;
using test::bools;
using test::floats;
using test::in_all_layouts;
using test::ints;
using test::shown;
using test::texts;
using Rows = std::vector<std::string>;

Column list_column() {
  const std::int32_t offsets[] = {0, 2, 2, 3, 3};
  return Column::nested(DataType::list(TypeId::kInt64), 4, nullptr, Buffer::copy(offsets, sizeof offsets),
                        {ints({1, {}, 3})});
}

TEST(FilterTest, NullsInTheMaskCountAsFalse) {
  EXPECT_EQ(shown(filter(ints({1, 2, {}, 4}), bools({true, {}, true, false}))), (Rows{"1", "null"}));
}

TEST(FilterTest, AgreesWithALoopForEveryDensity) {
  std::mt19937 random(7);
  for (const double density : {0.0, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0}) {
    std::vector<std::optional<bool>> mask, flags;
    std::vector<std::optional<std::int64_t>> values;
    Rows expected_values, expected_flags;
    for (int i = 0; i < 1000; ++i) {
      const bool keep = std::uniform_real_distribution<>(0, 1)(random) < density;
      mask.push_back(keep);
      values.push_back(i % 11 == 0 ? std::nullopt : std::optional<std::int64_t>(i));
      flags.push_back(i % 13 == 0 ? std::nullopt : std::optional(i % 2 == 0));
      if (!keep) continue;
      expected_values.push_back(values.back() ? std::to_string(*values.back()) : "null");
      expected_flags.push_back(flags.back() ? *flags.back() ? "true" : "false" : "null");
    }
    const Column keep = bools(mask);
    EXPECT_EQ(shown(filter(ints(values), keep)), expected_values) << density;
    EXPECT_EQ(shown(filter(bools(flags), keep)), expected_flags) << density;
  }
}

TEST(FilterTest, KeepsTheLayoutOfText) {
  for (const Column& column : in_all_layouts({"AA", {}, "", "a text of more than twelve bytes", "AA"})) {
    const Column kept = filter(column, bools({true, true, false, true, false}));
    EXPECT_EQ(kept.layout(), column.layout());
    EXPECT_EQ(shown(kept), (Rows{"AA", "null", "a text of more than twelve bytes"}));
  }
}

TEST(FilterTest, TakesNestedAndNullColumns) {
  const Column mask = bools({true, false, true, false});
  EXPECT_EQ(shown(filter(list_column(), mask)), (Rows{"[1, null]", "[3]"}));
  EXPECT_EQ(shown(filter(Column::nulls(TypeId::kNull, 4), mask)), (Rows{"null", "null"}));
}

TEST(TakeTest, MinusOneGivesANull) {
  const std::vector<std::int64_t> rows = {2, -1, 0, 0};
  EXPECT_EQ(shown(take(ints({1, 2, {}}), rows)), (Rows{"null", "null", "1", "1"}));
  EXPECT_EQ(shown(take(bools({true, {}, false}), rows)), (Rows{"false", "null", "true", "true"}));
  EXPECT_EQ(shown(take(list_column(), rows)), (Rows{"[3]", "null", "[1, null]", "[1, null]"}));
  for (const Column& column : in_all_layouts({"AA", {}, "a text of more than twelve bytes"})) {
    EXPECT_EQ(shown(take(column, rows)), (Rows{"a text of more than twelve bytes", "null", "AA", "AA"}));
    EXPECT_EQ(take(column, rows).layout(), column.layout());
  }
  EXPECT_EQ(shown(take(ints({}), std::vector<std::int64_t>{-1})), (Rows{"null"}));
}

TEST(GatherTest, BringsRowsOfSeveralColumnsTogether) {
  const std::vector<RowRef> rows = {{1, 0}, {0, 2}, {0, 1}, {1, 1}, {1, 0}};
  EXPECT_EQ(shown(gather(std::vector{ints({1, 2, {}}), ints({4, 5})}, rows)),
            (Rows{"4", "null", "2", "5", "4"}));
  EXPECT_EQ(shown(gather(std::vector{bools({true, {}, false}), bools({true, false})}, rows)),
            (Rows{"true", "false", "null", "false", "true"}));
  EXPECT_EQ(shown(gather(std::vector{list_column(), list_column()}, rows)),
            (Rows{"[1, null]", "[3]", "[]", "[]", "[1, null]"}));
  EXPECT_EQ(
      shown(gather(std::vector{Column::nulls(TypeId::kNull, 3), Column::nulls(TypeId::kNull, 2)}, rows)),
      (Rows{"null", "null", "null", "null", "null"}));
}

TEST(GatherTest, TakesTextsOfEveryLengthFromEveryLayout) {
  std::vector<std::optional<std::string>> values{std::nullopt};
  std::vector<RowRef> rows;
  for (std::uint32_t size = 0; size < 40; ++size) {
    values.emplace_back(std::string("abcdefghijklmnopqrstuvwxyz0123456789ABCDEF").substr(0, size));
    rows.push_back({size % 2, size});
  }
  const std::vector<std::int64_t> places = [&] {
    std::vector<std::int64_t> all;
    for (const RowRef& row : rows) all.push_back(row.row);
    return all;
  }();
  for (const Column& a : in_all_layouts(values)) {
    for (const Column& b : in_all_layouts(values)) {
      const Column gathered = gather(std::vector{a, b}, rows);
      EXPECT_EQ(gathered.layout(), Layout::kPlain);
      EXPECT_EQ(shown(gathered), shown(take(a, places)));
    }
  }
  EXPECT_EQ(gather(std::vector{texts({"x"})}, {}).length(), 0);
}

TEST(ConcatenateTest, BringsLayoutsTogether) {
  const auto all = in_all_layouts({"AA", {}, "a text of more than twelve bytes"});
  Rows once = shown(all[0]), twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  for (const Column& a : all) {
    for (const Column& b : all) {
      const Column both = concatenate(std::vector{a, b});
      EXPECT_EQ(shown(both), twice);
      if (a.layout() == b.layout()) {
        EXPECT_EQ(both.layout(), a.layout());
      }
    }
  }
}

TEST(ConcatenateTest, MergesDictionariesWithoutRepeatingValues) {
  const Column a = to_dictionary(texts({"x", "y"})), b = to_dictionary(texts({"y", {}, "z"}));
  const Column both = concatenate(std::vector{a, b});
  EXPECT_EQ(shown(both), (Rows{"x", "y", "y", "null", "z"}));
  EXPECT_EQ(shown(*both.dictionary()), (Rows{"x", "y", "z"}));
  EXPECT_EQ(concatenate(std::vector{a, a}).dictionary(), a.dictionary());
}

TEST(ConcatenateTest, LooksUpNoDictionaryWhoseValuesHardlyRepeat) {
  const auto numbered = [](std::int64_t first) {
    std::vector<std::optional<std::string>> values;
    for (std::int64_t i = first; i < first + 3000; ++i) values.push_back("number " + std::to_string(i));
    return to_dictionary(texts(values));
  };
  const Column both = concatenate(std::vector{numbered(0), numbered(3000)});
  EXPECT_EQ(both.layout(), Layout::kView);
  EXPECT_EQ(both.length(), 6000);
  EXPECT_EQ(shown(both.slice(2999, 2)), (Rows{"number 2999", "number 3000"}));
}

TEST(ConcatenateTest, JoinsBitsAtAnyPlace) {
  const Column flags = bools({true, false, {}, true, true});
  EXPECT_EQ(shown(concatenate(std::vector{flags, flags.slice(1, 3), flags})),
            (Rows{"true", "false", "null", "true", "true", "false", "null", "true", "true", "false", "null",
                  "true", "true"}));
  EXPECT_EQ(shown(concatenate(std::vector{list_column().slice(1, 2), list_column()})),
            (Rows{"[]", "[3]", "[1, null]", "[]", "[3]", "[]"}));
}

TEST(SortTest, OrdersNumbersWithNaNAboveAllAndKeepsTies) {
  const Batch rows = batch({{"x", floats({2.5, NAN, {}, -0.0, 0.0, -1e300, INFINITY})}});
  using Order = std::vector<std::int64_t>;
  EXPECT_EQ(sort_order(rows, std::vector{SortKey{0, false, false}}), (Order{5, 3, 4, 0, 6, 1, 2}));
  EXPECT_EQ(sort_order(rows, std::vector{SortKey{0, true, true}}), (Order{2, 1, 6, 0, 3, 4, 5}));
}

TEST(SortTest, GoesOnToTheNextKey) {
  for (const Column& text : in_all_layouts(
           {"b", "a text that is long 2", "a text that is long 1", {}, "b", "a text that is long 1"})) {
    const Batch rows = batch({{"t", text}, {"n", ints({1, 2, 3, 4, 5, 6})}});
    EXPECT_EQ(sort_order(rows, std::vector{SortKey{0, false, false}, SortKey{1, true, false}}),
              (std::vector<std::int64_t>{5, 2, 1, 4, 0, 3}));
  }
}

TEST(SortTest, AgreesWithAStableSortOnManyRows) {
  std::mt19937 random(3);
  std::vector<std::optional<std::int64_t>> values;
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 20000; ++i) {
    values.push_back(static_cast<std::int64_t>(random() % 5000) - 2500);
    expected.push_back(i);
  }
  std::stable_sort(expected.begin(), expected.end(), [&](std::int64_t a, std::int64_t b) {
    return *values[static_cast<std::size_t>(a)] < *values[static_cast<std::size_t>(b)];
  });
  EXPECT_EQ(sort_order(batch({{"x", ints(values)}}), std::vector{SortKey{0, false, false}}), expected);
}

// Values that differ in all bytes, in the upper ones hardly, in few rows, and in a second key only.
TEST(SortTest, AgreesWithAStableSortWhicheverBytesDiffer) {
  std::mt19937_64 random(5);
  const auto any = [&](std::uint64_t) { return random(); };
  const auto few_above = [&](std::uint64_t row) { return row % 4096 == 0 ? random() : random() % 70000; };
  const auto both_signs = [&](std::uint64_t) { return random() % 100000 - 50000; };
  const auto in_runs = [&](std::uint64_t row) { return (row % 700) << 40; };
  const std::vector<std::function<std::uint64_t(std::uint64_t)>> kinds{any, few_above, both_signs, in_runs};
  for (const auto& value_of : kinds) {
    for (const std::int64_t size : {2, 33, 500, 30000}) {
      std::vector<std::optional<std::int64_t>> firsts, seconds;
      std::vector<std::int64_t> expected;
      for (std::int64_t row = 0; row < size; ++row) {
        firsts.emplace_back(static_cast<std::int64_t>(value_of(static_cast<std::uint64_t>(row))));
        seconds.emplace_back(static_cast<std::int64_t>(random() % 16));
        expected.push_back(row);
      }
      std::stable_sort(expected.begin(), expected.end(), [&](std::int64_t left, std::int64_t right) {
        const auto a = static_cast<std::size_t>(left), b = static_cast<std::size_t>(right);
        return *firsts[a] != *firsts[b] ? *firsts[a] < *firsts[b] : *seconds[a] > *seconds[b];
      });
      const Batch rows = batch({{"x", ints(firsts)}, {"y", ints(seconds)}});
      EXPECT_EQ(sort_order(rows, std::vector{SortKey{0, false, false}, SortKey{1, true, false}}), expected);
    }
  }
}

TEST(BitmapTest, CopiesAndJoinsBits) {
  const BufferPtr ones = make_bits(100, true);
  EXPECT_EQ(count_ones(ones->data(), 100), 100);
  EXPECT_EQ(and_bits(nullptr, ones, 100), ones);
  BufferBuilder bits;
  bits.resize_zeroed(bitmap_bytes(300));
  copy_bits(ones->data(), 3, bits.data(), 13, 90);
  EXPECT_EQ(count_ones(bits.data(), 300), 90);
  EXPECT_FALSE(get_bit(bits.data(), 12));
  EXPECT_TRUE(get_bit(bits.data(), 102));
  EXPECT_FALSE(get_bit(bits.data(), 103));
}

}  // namespace
}  // namespace treadle::columnar
