#include "treadle/bag_exchange.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

using Numbers = std::vector<std::int64_t>;

ComputeOptions with_threads(unsigned threads) {
  ComputeOptions options;
  options.run.num_threads = threads;
  return options;
}

std::vector<Item> records() {
  std::vector<Item> items;
  for (const char* text :
       {R"({"a": 1, "s": "x"})", R"({"s": "é", "a": 2.5, "more": [1]})", R"({"a": null})", R"({"b": true})"})
    items.push_back(Item::from_json(text));
  return items;
}

TEST(BagExchange, PartitionsAreDelayedVectorsAndBack) {
  const Bag<std::int64_t> bag =
      from_sequence(Numbers{1, 2, 3, 4, 5}, 2).map([](std::int64_t x) { return 10 * x; });
  const std::vector<Delayed<Numbers>> delayed = bag.to_delayed();
  ASSERT_EQ(delayed.size(), 2U);
  for (const unsigned threads : {1U, 2U, 8U}) {
    EXPECT_EQ(compute(delayed, with_threads(threads)), (std::vector<Numbers>{{10, 20}, {30, 40, 50}}));
    const Bag<std::int64_t> again = from_delayed(delayed).map([](std::int64_t x) { return x + 1; });
    EXPECT_EQ(again.compute(with_threads(threads)), (Numbers{11, 21, 31, 41, 51}));
    EXPECT_EQ(again.sum().compute(with_threads(threads)), 155);
  }
}

TEST(BagExchange, TextsBecomeDelayedVectors) {
  const Bag<std::string> texts = from_sequence(std::vector<std::string>{"A b", "C"}, 2).lower();
  EXPECT_EQ(compute(texts.to_delayed()), (std::vector<std::vector<std::string>>{{"a b"}, {"c"}}));
}

TEST(BagExchange, WhatDelayedPartitionsShareIsComputedOnce) {
  std::atomic<int> calls = 0;
  const auto shared = delayed([&calls](std::int64_t x) {
    ++calls;
    return x;
  })(std::int64_t{7});
  const auto repeat =
      delayed([](std::int64_t x, std::int64_t times) { return Numbers(static_cast<std::size_t>(times), x); });
  const auto bag =
      from_delayed<std::int64_t>({repeat(shared, std::int64_t{1}), repeat(shared, std::int64_t{2})});
  EXPECT_EQ(bag.compute(), (Numbers{7, 7, 7}));
  EXPECT_EQ(calls.load(), 1);
}

TEST(BagExchange, PartitionsComputedTogetherShareTheirWork) {
  std::atomic<int> calls = 0;
  const auto groups = from_sequence(Numbers{1, 2, 3, 4, 5, 6, 7, 8}, 4)
                          .map([&calls](std::int64_t x) {
                            ++calls;
                            return x;
                          })
                          .groupby([](std::int64_t x) { return x % 4; });
  const auto size = delayed([](const std::vector<std::pair<std::int64_t, Numbers>>& part) {
    return static_cast<std::int64_t>(part.size());
  });
  std::vector<Delayed<std::int64_t>> sizes;
  for (const auto& partition : groups.to_delayed()) sizes.push_back(size(partition));
  std::int64_t total = 0;
  for (const std::int64_t one : compute(sizes)) total += one;
  EXPECT_EQ(total, 4);
  EXPECT_EQ(calls.load(), 8);
  calls = 0;
  EXPECT_EQ(from_delayed(groups.to_delayed()).count().compute(), 4);
  EXPECT_EQ(calls.load(), 8);
}

TEST(BagExchange, ADelayedPartitionRunsNoOther) {
  std::atomic<int> calls = 0;
  const auto bag = from_sequence(Numbers{1, 2, 3}, 3).map([&calls](std::int64_t x) {
    ++calls;
    return x;
  });
  const std::vector<Delayed<Numbers>> partitions = bag.to_delayed();
  EXPECT_EQ(partitions[1].compute(), Numbers{2});
  EXPECT_EQ(calls.load(), 1);
  EXPECT_EQ(from_delayed<std::int64_t>({partitions[2], partitions[2]}).compute(), (Numbers{3, 3}));
  EXPECT_EQ(calls.load(), 2);
  const Delayed<Numbers> kept = partitions[0].persist();
  EXPECT_EQ(calls.load(), 3);
  EXPECT_EQ(kept.compute(), Numbers{1});
  EXPECT_EQ(calls.load(), 3);
}

TEST(BagExchange, ADelayedPartitionThatFailsIsNamed) {
  const auto fails = delayed([]() -> Numbers { throw InvalidArgument("no such day"); });
  EXPECT_THROW(from_delayed<std::int64_t>({fails()}).compute(), InvalidArgument);
  EXPECT_EQ(from_delayed<std::int64_t>({}).num_partitions(), 0U);
}

TEST(BagExchange, ItemsBecomeRows) {
  const Bag<Item> bag = from_sequence(records(), 3);
  const DataFrame inferred = bag.to_dataframe();
  EXPECT_EQ(inferred.schema().to_string(), Schema({{"a", TypeId::kFloat64},
                                                   {"s", TypeId::kUtf8},
                                                   {"more", DataType::list(TypeId::kInt64)},
                                                   {"b", TypeId::kBool}})
                                               .to_string());
  EXPECT_EQ(inferred.compute().num_rows(), 4);
  const Schema schema({{"s", TypeId::kUtf8}, {"a", TypeId::kFloat64}});
  for (const unsigned threads : {1U, 8U}) {
    const Table table = bag.to_dataframe(schema).compute(with_threads(threads));
    EXPECT_EQ(table.num_rows(), 4);
    EXPECT_EQ(table.num_columns(), 2U);
    EXPECT_EQ(table.at(1, "s").to_string(), "\"é\"");
    EXPECT_TRUE(table.at(2, "s").is_null());
    EXPECT_EQ(table.at(0, "a").to_string(), "1.0");
    EXPECT_TRUE(table.at(3, "a").is_null());
  }
}

TEST(BagExchange, ListsAndPlainItemsGetNames) {
  const auto lists = from_sequence(std::vector<Item>{Item(Item::List{1, "x"}), Item(Item::List{2})});
  EXPECT_EQ(lists.to_dataframe({"n", "t"}).schema(), Schema({{"n", TypeId::kInt64}, {"t", TypeId::kUtf8}}));
  EXPECT_EQ(from_sequence(std::vector<Item>{Item(1), Item(2.5)}).to_dataframe({"n"}).schema(),
            Schema({{"n", TypeId::kFloat64}}));
  EXPECT_THROW(lists.to_dataframe(), InvalidArgument);
  EXPECT_THROW(from_sequence(std::vector<Item>{Item(1)}).to_dataframe(), InvalidArgument);
  EXPECT_THROW(from_sequence(std::vector<Item>{}).to_dataframe(), InvalidArgument);
}

TEST(BagExchange, AValueOfAnotherTypeIsAnErrorThatNamesItsItem) {
  const Schema schema({{"a", TypeId::kInt64}});
  try {
    from_sequence(records()).to_dataframe(schema).compute();
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_NE(std::string(error.what()).find("partition 0, item:1"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("2.5"), std::string::npos) << error.what();
  }
}

TEST(BagExchange, MeanAndStandardDeviation) {
  const auto bag = from_sequence(Numbers{2, 4, 4, 4, 5, 5, 7, 9}, 3);
  EXPECT_EQ(bag.mean().compute(), 5.0);
  EXPECT_EQ(bag.std().compute(), 2.0);
  EXPECT_DOUBLE_EQ(bag.var(1).compute(), 32.0 / 7);
  EXPECT_TRUE(std::isnan(from_sequence(Numbers{}).mean().compute()));
  EXPECT_EQ(from_sequence(std::vector<std::string>{"[1]", "[3]"})
                .lower()
                .json()
                .pluck(ItemPath{std::int64_t{0}})
                .mean()
                .compute(),
            2.0);
}

}  // namespace
}  // namespace treadle
