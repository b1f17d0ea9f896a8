#include "dataframe/operators/group_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <random>

#include "columnar/test_columns.h"
#include "dataframe/operators/group_table_text.h"

namespace treadle::dataframe {
namespace {

using columnar::test::batch;
using columnar::test::ints;
using columnar::test::shown;
using columnar::test::texts;

std::vector<std::uint32_t> map(WordTable& table, const std::vector<std::int64_t>& words) {
  const std::vector<std::uint64_t> bits(words.begin(), words.end());
  std::vector<std::uint32_t> ids(words.size());
  table.map(bits.data(), bits.size(), ids.data());
  return ids;
}

TEST(WordTable, numbers_words_in_the_order_in_which_they_first_come) {
  WordTable table;
  EXPECT_EQ(map(table, {7, 5, 7, 6}), (std::vector<std::uint32_t>{0, 1, 0, 2}));
  EXPECT_EQ(map(table, {-3, 6, 7}), (std::vector<std::uint32_t>{3, 2, 0}));
}

TEST(WordTable, keeps_numbers_when_words_leave_the_direct_array) {
  WordTable table;
  map(table, {7, 5});
  EXPECT_EQ(map(table, {INT64_MAX, INT64_MIN, 5, 7, 0}), (std::vector<std::uint32_t>{2, 3, 1, 0, 4}));
}

TEST(WordTable, takes_words_at_both_ends_of_the_range) {
  for (const std::int64_t base : {INT64_MAX - 100, INT64_MIN + 1, std::int64_t{-50}}) {
    WordTable table;
    EXPECT_EQ(map(table, {base + 100, base, base + 50}), (std::vector<std::uint32_t>{0, 1, 2})) << base;
    EXPECT_EQ(map(table, {base - 1, base + 100}), (std::vector<std::uint32_t>{3, 0})) << base;
  }
}

TEST(WordTable, can_be_cleared_and_used_anew_in_every_mode) {
  for (const std::int64_t step : {1, 1'000'003}) {
    WordTable table;
    map(table, {0, step, 2 * step});
    table.clear();
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(map(table, {2 * step, 9 * step, 2 * step}), (std::vector<std::uint32_t>{0, 1, 0}));
  }
}

TEST(WordTable, agrees_with_a_map_for_random_words) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20; ++round) {
    WordTable table;
    std::map<std::int64_t, std::uint32_t> expected;
    const auto spread = static_cast<std::int64_t>(std::uint64_t{1} << (random() % 62));
    for (int block = 0; block < 20; ++block) {
      std::vector<std::int64_t> words(random() % 1500);
      for (auto& word : words)
        word = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread)) - spread / 2;
      const auto ids = map(table, words);
      for (std::size_t i = 0; i < words.size(); ++i) {
        const auto found = expected.try_emplace(words[i], static_cast<std::uint32_t>(expected.size())).first;
        ASSERT_EQ(ids[i], found->second);
      }
    }
    ASSERT_EQ(table.size(), expected.size());
  }
}

TEST(TupleTable, agrees_with_a_map_for_random_tuples) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (const std::uint32_t most : {3U, 40U, 4'000'000'000U}) {
    TupleTable table(3);
    for (int round = 0; round < 2; ++round, table.clear()) {
      std::map<std::array<std::uint32_t, 3>, std::uint32_t> expected;
      for (int block = 0; block < 20; ++block) {
        std::vector<std::array<std::uint32_t, 3>> tuples(700);
        for (auto& tuple : tuples)
          std::generate(tuple.begin(), tuple.end(),
                        [&] { return static_cast<std::uint32_t>(random() % most); });
        std::vector<std::uint32_t> ids(tuples.size());
        table.map(tuples[0].data(), tuples.size(), ids.data());
        for (std::size_t i = 0; i < tuples.size(); ++i) {
          const auto next = static_cast<std::uint32_t>(expected.size());
          const std::uint32_t id = expected.try_emplace(tuples[i], next).first->second;
          ASSERT_EQ(ids[i], id);
          ASSERT_EQ(table.at(id, 2), tuples[i][2]);
        }
      }
      ASSERT_EQ(table.size(), expected.size());
      ASSERT_GE(table.bytes_with(1), table.size() * 3 * sizeof(std::uint32_t));
    }
  }
}

TEST(PairTable, keeps_numbers_when_seconds_grow) {
  PairTable table;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::uint32_t first = i % 7, second = i;
    std::uint32_t id = 0;
    table.map(&first, &second, i + 1, 1, &id);
    ASSERT_EQ(id, i);
  }
  for (std::uint32_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(table.first(i), i % 7);
    EXPECT_EQ(table.second(i), i);
  }
}

TEST(WordTable, many_words_that_lie_close_together_keep_their_numbers) {
  // Far apart at first for so few; with the others between them, an array holds them.
  WordTable table;
  std::vector<std::uint64_t> words;
  for (std::uint64_t i = 0; i < 150'000; ++i) words.push_back(i * 7919 % 150'000);
  for (int round = 0; round < 2; ++round) {
    std::vector<std::uint32_t> ids(words.size());
    table.map(words.data(), words.size(), ids.data());
    for (std::uint32_t i = 0; i < ids.size(); ++i) ASSERT_EQ(ids[i], i);
    // One far away ends it, and no number changes.
    const std::uint64_t far[] = {std::uint64_t{1} << 40, 7919};
    std::uint32_t two[2];
    table.map(far, 2, two);
    EXPECT_EQ(two[0], 150'000U);
    EXPECT_EQ(two[1], 1U);
    table.map(words.data(), words.size(), ids.data());
    EXPECT_EQ(ids[149'999], 149'999U);
    table.clear();
  }
}

TEST(TextTable, tells_texts_apart_and_knows_them_again) {
  TextTable table;
  table.reserve(10);
  const auto id = [&](std::string_view text) { return table.id_of(text, TextTable::hash(text)); };
  EXPECT_EQ(id("a"), 0U);
  EXPECT_EQ(id(""), 1U);
  EXPECT_EQ(table.id_of_null(), 2U);
  EXPECT_EQ(id("a"), 0U);
  EXPECT_EQ(id(std::string_view("a\0b", 3)), 3U);
  table.reserve(10'000);
  EXPECT_EQ(id("a"), 0U);
  EXPECT_EQ(table.id_of_null(), 2U);
  EXPECT_EQ(table.text(3), std::string_view("a\0b", 3));
}

TEST(GroupTable, numbers_keys_of_several_columns_and_gives_them_back) {
  const auto rows = batch(
      {{"a", texts({"x", "y", "x", {}, "x"})}, {"b", ints({1, 1, 1, {}, 2})}, {"c", ints({5, 5, 5, 5, {}})}});
  GroupTable table(*rows.schema(), 3);
  std::uint32_t ids[5];
  table.map(rows, 0, 5, ids);
  EXPECT_EQ(std::vector<std::uint32_t>(ids, ids + 5), (std::vector<std::uint32_t>{0, 1, 0, 2, 3}));
  const std::uint32_t wanted[] = {3, 2, 0};
  const auto keys = table.keys(wanted);
  EXPECT_EQ(shown(keys[0]), (std::vector<std::string>{"x", "null", "x"}));
  EXPECT_EQ(shown(keys[1]), (std::vector<std::string>{"2", "null", "1"}));
  EXPECT_EQ(shown(keys[2]), (std::vector<std::string>{"null", "5", "5"}));
}

TEST(GroupTable, hashes_of_equal_keys_are_equal_in_every_table_and_layout) {
  std::vector<std::uint64_t> expected;
  for (const auto& column : columnar::test::in_all_layouts({"p", "a text too long for a view", {}, ""})) {
    const auto rows = batch({{"a", column}, {"b", ints({1, 2, 3, {}})}});
    GroupTable table(*rows.schema(), 2);
    // Other rows before: numbers differ, hashes do not.
    std::uint32_t ids[4];
    if (!expected.empty()) table.map(rows, 2, 1, ids);
    table.map(rows, 0, 4, ids);
    std::vector<std::uint64_t> hashes(4);
    table.hash(ids, hashes.data());
    EXPECT_EQ(table.hash_rows(rows), hashes);
    if (expected.empty()) expected = hashes;
    EXPECT_EQ(hashes, expected);
  }
}

TEST(GroupTable, rows_hash_as_their_groups_do_in_every_type) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<columnar::Column> keys = {
      columnar::test::bools({true, false, {}}),
      columnar::test::floats({-0.0, nan, {}}),
      columnar::test::floats({0.0, -nan, {}}),
      columnar::test::numbers<std::uint64_t>(TypeId::kUInt64, {~0ULL, 0, {}}),
      columnar::test::numbers<columnar::int128_t>(DataType::decimal(30, 2), {-1, 1, {}}),
      columnar::Column::nulls(TypeId::kNull, 3),
  };
  std::vector<std::vector<std::uint64_t>> all;
  for (const columnar::Column& key : keys) {
    const auto rows = batch({{"key", key}});
    GroupTable table(*rows.schema(), 1);
    std::uint32_t ids[3];
    table.map(rows, 0, 3, ids);
    std::vector<std::uint64_t> hashes(3);
    table.hash(ids, hashes.data());
    EXPECT_EQ(table.hash_rows(rows), hashes) << key.type().to_string();
    all.push_back(hashes);
  }
  EXPECT_EQ(all[1], all[2]);
}

}  // namespace
}  // namespace treadle::dataframe
