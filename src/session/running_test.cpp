#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "columnar/batch.h"
#include "columnar/test_columns.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"

// Running columns and cut partitions of more rows than working memory holds, against the standard library.
namespace treadle {
namespace {

using columnar::test::batch;
using columnar::test::ints;
using session::test::Regime;
using session::test::regimes;

constexpr std::int64_t kRows = 120'000;
constexpr std::int64_t kBatch = 4'000;

std::vector<std::int64_t> random_numbers(std::uint64_t seed, std::uint64_t below) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < kRows; ++i) numbers.push_back(static_cast<std::int64_t>(random() % below));
  return numbers;
}

/// Columns `key`, `x` and a text that fills memory, in three partitions.
DataFrame frame_of(const std::vector<std::int64_t>& keys, const std::vector<std::int64_t>& values) {
  std::vector<columnar::Batch> batches;
  for (std::size_t first = 0; first < keys.size(); first += kBatch) {
    std::vector<std::optional<std::int64_t>> key, x;
    std::vector<std::optional<std::string>> text;
    for (std::size_t i = first; i < first + kBatch; ++i) {
      key.emplace_back(keys[i]);
      x.emplace_back(values[i]);
      text.emplace_back("a text that fills memory " + std::to_string(values[i]));
    }
    batches.push_back(batch({{"key", ints(key)}, {"x", ints(x)}, {"text", columnar::test::texts(text)}}));
  }
  const Schema schema = *batches[0].schema();
  return DataFrame(Table(schema, std::move(batches)), {kRows / 2, 0, kRows / 2});
}

/// A column of int64 as it is delivered piece by piece.
std::vector<std::int64_t> delivered(const DataFrame& frame, const std::string& name,
                                    const ComputeOptions& options) {
  std::vector<std::int64_t> all;
  BatchReader reader = frame.select({col(name)}).batches(options);
  Table table;
  while (reader.next(table)) {
    for (const columnar::Batch& rows : table.batches()) {
      const std::int64_t* values = rows.column(0).values_as<std::int64_t>();
      all.insert(all.end(), values, values + rows.num_rows());
    }
  }
  return all;
}

TEST(SpillingRunning, SumsGoOnThroughAllPartitions) {
  const std::vector<std::int64_t> values = random_numbers(1, 1000);
  std::vector<std::int64_t> expected;
  std::int64_t sum = 0;
  for (const std::int64_t value : values) expected.push_back(sum += value);
  const DataFrame running = frame_of(values, values).with_running({{RunningKind::kSum, "x", "sum"}});
  EXPECT_EQ(running.num_partitions(), 3U);
  // The text goes along, so that rows do not fit.
  const DataFrame kept = running.filter(col("text") != lit("none"));
  for (const Regime& regime : regimes())
    EXPECT_EQ(delivered(kept, "sum", regime.options), expected) << regime.name;
}

TEST(SpillingRunning, GroupsAreGoneThroughInTheirOrderAndBroughtBack) {
  const std::vector<std::int64_t> keys = random_numbers(2, 5'000), values = random_numbers(3, 1000);
  std::unordered_map<std::int64_t, std::int64_t> sums;
  std::vector<std::int64_t> expected;
  for (std::size_t i = 0; i < keys.size(); ++i) expected.push_back(sums[keys[i]] += values[i]);
  const DataFrame grouped = frame_of(keys, values)
                                .with_running({{RunningKind::kNumber, "", "number"}})
                                .sort({"key"})
                                .with_running({{RunningKind::kSum, "x", "sum"}}, {{"key"}, false})
                                .sort({"number"});
  for (const Regime& regime : regimes()) {
    EXPECT_EQ(delivered(grouped, "sum", regime.options), expected) << regime.name;
  }
}

TEST(SpillingCut, EachGroupIsInOnePartition) {
  const std::vector<std::int64_t> keys = random_numbers(4, 30), values = random_numbers(5, 1000);
  const DataFrame cut = frame_of(keys, values).sort({"key"}).repartition_together(4, {"key"});
  ASSERT_EQ(cut.num_partitions(), 4U);
  for (const Regime& regime : regimes()) {
    std::int64_t last = -1, rows = 0;
    for (std::size_t partition = 0; partition < 4; ++partition) {
      const std::vector<std::int64_t> found = delivered(cut.partitions({partition}), "key", regime.options);
      ASSERT_FALSE(found.empty());
      EXPECT_GT(found.front(), last) << regime.name << ", partition " << partition;
      last = found.back();
      rows += static_cast<std::int64_t>(found.size());
    }
    EXPECT_EQ(rows, kRows) << regime.name;
  }
}

TEST(SpillingCut, PartitionsOfAUnionArePickedByNumber) {
  const std::vector<std::int64_t> values = random_numbers(6, 1000);
  const DataFrame one = frame_of(values, values);
  const DataFrame both = concat({one.filter(col("x") >= lit(0)), one.sort({"x"}).repartition(2)});
  ASSERT_EQ(both.num_partitions(), 5U);
  std::vector<std::int64_t> sorted = values;
  std::stable_sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> expected(sorted.begin() + kRows / 2, sorted.end());
  expected.insert(expected.end(), values.begin(), values.begin() + kRows / 2);
  for (const Regime& regime : regimes()) {
    EXPECT_EQ(delivered(both.partitions({4, 1, 0}), "x", regime.options), expected) << regime.name;
  }
}

}  // namespace
}  // namespace treadle
