#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "columnar/test_columns.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// Joins, sorts and groups of more rows than working memory holds, against the standard library.
namespace treadle {
namespace {

using columnar::test::batch;
using session::test::Regime;
using session::test::regimes;

/// A number that stands for the order and the values of rows of ids; null is -1.
class Digest {
 public:
  void add(std::int64_t id) { value_ = (value_ ^ static_cast<std::uint64_t>(id)) * 0x100000001B3ULL + 1; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325ULL;
};

/// Of the frame's columns, all int64, as it delivers them piece by piece.
std::uint64_t digest_of(const DataFrame& frame, const ComputeOptions& options) {
  Digest digest;
  BatchReader reader = frame.batches(options);
  Table table;
  while (reader.next(table)) {
    for (const columnar::Batch& rows : table.batches()) {
      for (std::int64_t row = 0; row < rows.num_rows(); ++row) {
        for (const columnar::Column& column : rows.columns()) {
          digest.add(column.is_valid(row) ? column.values_as<std::int64_t>()[row] : -1);
        }
      }
    }
  }
  return digest.value();
}

void expect_digest(const DataFrame& frame, std::uint64_t expected, const std::string& what) {
  for (const Regime& regime : regimes()) {
    EXPECT_EQ(digest_of(frame, regime.options), expected) << what << ", " << regime.name;
  }
}

std::string padded(std::int64_t key) { return "a text that fills memory " + std::to_string(key); }

/// Columns `key` (or `text`) and `id`, in batches of a few thousand rows.
DataFrame frame_of(const std::vector<std::int64_t>& keys, const std::string& id) {
  std::vector<columnar::Batch> batches;
  for (std::size_t first = 0; first < keys.size(); first += 5000) {
    std::vector<std::optional<std::int64_t>> numbers, ids;
    std::vector<std::optional<std::string>> texts;
    for (std::size_t i = first; i < std::min(first + 5000, keys.size()); ++i) {
      numbers.emplace_back(keys[i]);
      texts.emplace_back(padded(keys[i]));
      ids.emplace_back(static_cast<std::int64_t>(i));
    }
    using columnar::test::ints;
    batches.push_back(
        batch({{"key", ints(numbers)}, {"text", columnar::test::texts(texts)}, {id, ints(ids)}}));
  }
  const Schema schema = *batches[0].schema();
  return DataFrame(Table(schema, std::move(batches)));
}

std::uint64_t joined_digest(const std::vector<std::int64_t>& left, const std::vector<std::int64_t>& right,
                            JoinKind kind) {
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> table;
  for (std::size_t i = 0; i < right.size(); ++i) table[right[i]].push_back(static_cast<std::int64_t>(i));
  Digest digest;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto found = table.find(left[i]);
    const bool any = found != table.end();
    if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
      if (any == (kind == JoinKind::kSemi)) digest.add(static_cast<std::int64_t>(i));
      continue;
    }
    if (!any && kind == JoinKind::kLeft) {
      digest.add(static_cast<std::int64_t>(i));
      digest.add(-1);
    }
    if (!any) continue;
    for (const std::int64_t partner : found->second) {
      digest.add(static_cast<std::int64_t>(i));
      digest.add(partner);
    }
  }
  return digest.value();
}

void check_joins(const std::vector<std::int64_t>& left, const std::vector<std::int64_t>& right,
                 const std::string& key) {
  const DataFrame left_frame = frame_of(left, "left"), right_frame = frame_of(right, "right");
  for (const JoinKind kind : {JoinKind::kInner, JoinKind::kLeft, JoinKind::kSemi, JoinKind::kAnti}) {
    JoinOptions options;
    options.how = kind;
    options.on.push_back(col(key));
    const bool selects = kind == JoinKind::kSemi || kind == JoinKind::kAnti;
    const DataFrame joined = left_frame.join(right_frame, options);
    const DataFrame ids = selects ? joined.select({col("left")}) : joined.select({col("left"), col("right")});
    expect_digest(ids, joined_digest(left, right, kind),
                  "by " + key + ", kind " + std::to_string(static_cast<int>(kind)));
  }
}

std::vector<std::int64_t> random_keys(std::mt19937_64& random, std::size_t count, std::uint64_t num_keys) {
  std::vector<std::int64_t> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back(static_cast<std::int64_t>(random() % num_keys));
  return keys;
}

TEST(SpillingJoin, BothSidesAreLargerThanWorkingMemory) {
  std::mt19937_64 random(5);
  const auto left = random_keys(random, 90000, 120000), right = random_keys(random, 110000, 120000);
  check_joins(left, right, "key");
  check_joins(left, right, "text");
}

TEST(SpillingJoin, OneKeyHasHalfOfTheRows) {
  std::mt19937_64 random(6);
  auto left = random_keys(random, 60000, 80000), right = random_keys(random, 150000, 80000);
  for (std::size_t i = 0; i < right.size(); i += 2) right[i] = 7;
  for (std::int64_t& key : left) key = key == 7 ? 8 : key;
  for (std::size_t i = 0; i < 4; ++i) left[i * 9000] = 7;
  check_joins(left, right, "text");
}

struct Item {
  std::optional<std::int64_t> number;
  std::optional<double> real;
  std::string text;
  std::int64_t id = 0;
};

std::vector<Item> random_items(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<Item> items;
  for (std::size_t i = 0; i < count; ++i) {
    Item item;
    if (random() % 10 != 0) item.number = static_cast<std::int64_t>(random() % 50);
    if (random() % 10 != 0)
      item.real = random() % 20 == 0 ? std::nan("") : static_cast<double>(random() % 100) / 4;
    item.text = padded(static_cast<std::int64_t>(random() % 1000));
    item.id = static_cast<std::int64_t>(i);
    items.push_back(std::move(item));
  }
  return items;
}

DataFrame frame_of(const std::vector<Item>& items) {
  using namespace columnar::test;
  std::vector<columnar::Batch> batches;
  for (std::size_t first = 0; first < items.size(); first += 5000) {
    std::vector<std::optional<std::int64_t>> numbers, ids;
    std::vector<std::optional<double>> reals;
    std::vector<std::optional<std::string>> strings;
    for (std::size_t i = first; i < std::min(first + 5000, items.size()); ++i) {
      numbers.push_back(items[i].number);
      reals.push_back(items[i].real);
      strings.emplace_back(items[i].text);
      ids.emplace_back(items[i].id);
    }
    batches.push_back(batch(
        {{"number", ints(numbers)}, {"real", floats(reals)}, {"text", texts(strings)}, {"id", ints(ids)}}));
  }
  const Schema schema = *batches[0].schema();
  return DataFrame(Table(schema, std::move(batches)));
}

/// NaN above every number; where nulls go is said apart from the direction.
template <class T>
int compare(const std::optional<T>& a, const std::optional<T>& b, const SortColumn& by) {
  if (!a || !b) {
    const int order = static_cast<int>(a.has_value()) - static_cast<int>(b.has_value());
    return by.nulls_first ? order : -order;
  }
  int order = static_cast<int>(*b < *a) - static_cast<int>(*a < *b);
  if constexpr (std::is_same_v<T, double>) {
    if (std::isnan(*a) || std::isnan(*b)) {
      order = static_cast<int>(std::isnan(*a)) - static_cast<int>(std::isnan(*b));
    }
  }
  return by.descending ? -order : order;
}

TEST(SpillingSort, OrdersMoreRowsThanMemoryHolds) {
  std::vector<Item> items = random_items(150000);
  const DataFrame frame = frame_of(items);
  for (int variant = 0; variant < 3; ++variant) {
    std::vector<SortColumn> by = {{"number", variant == 1}, {"real", variant == 2}, {"text", variant == 0}};
    by[0].nulls_first = variant != 0;
    by[1].nulls_first = variant == 0;
    std::vector<Item> sorted = items;
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Item& a, const Item& b) {
      if (const int order = compare(a.number, b.number, by[0])) return order < 0;
      if (const int order = compare(a.real, b.real, by[1])) return order < 0;
      return by[2].descending ? b.text < a.text : a.text < b.text;
    });
    Digest digest;
    for (const Item& item : sorted) digest.add(item.id);
    expect_digest(frame.sort(by).select({col("id")}), digest.value(), "variant " + std::to_string(variant));
    Digest first;
    for (std::size_t i = 0; i < 1000; ++i) first.add(sorted[i].id);
    expect_digest(frame.sort(by).select({col("id")}).head(1000), first.value(), "the first rows");
  }
}

TEST(SpillingSort, AResultThatDoesNotFitSaysWhatToDo) {
  ComputeOptions small;
  small.run.working_memory = 4U << 20;
  try {
    frame_of(random_items(150000)).sort({"number"}).compute(small);
    FAIL() << "expected OutOfMemory";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("batches()"), std::string::npos) << error.what();
  }
}

/// 200,000 groups of two rows each; in the order of their first rows.
DataFrame many_groups() {
  std::vector<std::int64_t> keys(400'000);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<std::int64_t>(i * 7919 % 200'000);
  return frame_of(keys, "id")
      .group_by({col("key")})
      .agg({col("id").max().alias("last"), count().alias("rows")});
}

TEST(Spilling, GroupsThatLieOnDiskAreHandedOutPieceByPiece) {
  Digest digest;
  for (std::int64_t i = 0; i < 200'000; ++i) {
    digest.add(i * 7919 % 200'000);
    digest.add(i + 200'000);
    digest.add(2);
  }
  expect_digest(many_groups(), digest.value(), "groups");
}

TEST(Spilling, ATableOfGroupsThatLayOnDiskIsWhole) {
  for (const Regime& regime : regimes()) {
    const Table table = many_groups().filter(col("key") < 60'000).compute(regime.options);
    EXPECT_EQ(table.num_rows(), 60'000) << regime.name;
    EXPECT_EQ(many_groups().select({col("key")}).compute(regime.options).num_rows(), 200'000) << regime.name;
  }
}

}  // namespace
}  // namespace treadle
