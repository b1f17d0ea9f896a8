#include "columnar/chunks.h"

#include <gtest/gtest.h>

#include <random>

#include "columnar/selection.h"
#include "columnar/test_columns.h"

namespace treadle::columnar {
namespace {

using test::bools;
using test::dates;
using test::floats;
using test::ints;
using test::shown;
using test::texts;

std::vector<Column> cut(const Column& whole, const std::vector<std::int64_t>& lengths) {
  std::vector<Column> chunks;
  std::int64_t begin = 0;
  for (const std::int64_t length : lengths) {
    chunks.push_back(whole.slice(begin, length));
    begin += length;
  }
  return chunks;
}

TEST(ChunksTest, TakesWhatTheWholeColumnGives) {
  std::mt19937 random(11);
  const std::vector<std::int64_t> lengths = {1, 4095, 4097, 7, 9000, 1};
  const std::int64_t total = 17201;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<double>> fractions;
  std::vector<std::optional<std::int32_t>> days;
  std::vector<std::optional<bool>> flags;
  std::vector<std::optional<std::string>> words;
  for (int i = 0; i < total; ++i) {
    const bool missing = random() % 9 == 0;
    numbers.push_back(missing ? std::nullopt : std::optional<std::int64_t>(i));
    fractions.emplace_back(i / 7.0);
    days.emplace_back(i);
    flags.push_back(missing ? std::nullopt : std::optional(i % 3 == 0));
    words.push_back(missing ? std::nullopt
                            : std::optional(std::string(random() % 20, 'x') + std::to_string(i)));
  }
  std::vector<std::int64_t> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back(static_cast<std::int64_t>(random() % total));
  const ChunkIndex index(lengths);
  EXPECT_EQ(index.num_rows(), total);
  for (const bool missing : {false, true}) {
    if (missing) rows[17] = -1;
    for (const Column& whole : {ints(numbers), floats(fractions), dates(days), bools(flags), texts(words)}) {
      const Column taken = take(cut(whole, lengths), index.places(rows));
      EXPECT_EQ(taken.type(), whole.type());
      EXPECT_EQ(shown(taken), shown(take(whole, rows)));
    }
  }
}

TEST(ChunksTest, OnlyPlainColumnsStayInChunks) {
  EXPECT_TRUE(can_take_from_chunks(texts({"a"})));
  EXPECT_TRUE(can_take_from_chunks(bools({true})));
  EXPECT_FALSE(can_take_from_chunks(to_views(texts({"a"}))));
  EXPECT_FALSE(can_take_from_chunks(to_dictionary(texts({"a"}))));
  EXPECT_FALSE(can_take_from_chunks(Column::nulls(TypeId::kNull, 1)));
}

}  // namespace
}  // namespace treadle::columnar
