#include "dataframe/operators/aggregate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "dataframe/operators/test_aggregate.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::test::batch;
using columnar::test::bools;
using columnar::test::dates;
using columnar::test::floats;
using columnar::test::ints;
using columnar::test::numbers;
using columnar::test::texts;
using test::aggregate;
using test::bytes_of;
using test::Cut;
using test::shown_rows;

using Rows = std::vector<std::vector<std::string>>;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

AggregateSpec spec(AggregateKind kind, std::optional<std::size_t> column, std::string name, int ddof = 1) {
  return {kind, column, ddof, std::move(name)};
}

TEST(Aggregate, groups_come_in_the_order_of_their_first_rows) {
  const Batch rows =
      batch({{"key", texts({"b", "a", {}, "b", "c", {}})}, {"value", ints({1, 2, 3, 4, {}, 6})}});
  const AggregatePlan plan{1,
                           {spec(AggregateKind::kSum, 1, "sum"), spec(AggregateKind::kCount, 1, "count"),
                            spec(AggregateKind::kSize, {}, "size"), spec(AggregateKind::kMean, 1, "mean")},
                           4};
  for (const std::int64_t strip_rows : {1, 2, 100}) {
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {2, strip_rows, 1}).groups),
              (Rows{{"b", "5", "2", "2", "2.5"},
                    {"a", "2", "1", "1", "2.0"},
                    {"null", "9", "2", "2", "4.5"},
                    {"c", "0", "0", "1", "null"}}));
  }
}

TEST(Aggregate, zeros_are_one_key_and_so_are_nans) {
  const Batch rows = batch({{"key", floats({0.0, -0.0, kNaN, -kNaN, {}, 1.5})}});
  const AggregatePlan plan{1, {spec(AggregateKind::kSize, {}, "size")}, 2};
  EXPECT_EQ(shown_rows(aggregate(plan, rows, {}).groups),
            (Rows{{"0.0", "2"}, {"NaN", "2"}, {"null", "1"}, {"1.5", "1"}}));
}

TEST(Aggregate, all_types_can_be_keys) {
  const std::vector<Column> keys = {
      bools({true, false, {}, true}),
      dates({3, -1, {}, 3}),
      numbers<std::int8_t>(TypeId::kInt8, {-5, 5, {}, -5}),
      numbers<std::uint64_t>(TypeId::kUInt64, {~0ULL, 0, {}, ~0ULL}),
      numbers<std::int64_t>(TypeId::kInt64, {INT64_MIN, INT64_MAX, {}, INT64_MIN}),
      numbers<float>(TypeId::kFloat32, {1.5F, -2.5F, {}, 1.5F}),
      numbers<std::int64_t>(DataType::timestamp(TimeUnit::kNano, "UTC"), {1, 2, {}, 1}),
      numbers<columnar::int128_t>(DataType::decimal(30, 2), {-1, 1, {}, -1}),
      texts({"", "a text too long for a view", {}, ""}),
  };
  for (const Column& key : keys) {
    const Batch rows = batch({{"key", key}, {"value", ints({1, 2, 3, 4})}});
    const AggregatePlan plan{1, {spec(AggregateKind::kSum, 1, "sum")}, 4};
    const auto shown = columnar::test::shown(key);
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {2, 2, 1}).groups),
              (Rows{{shown[0], "5"}, {shown[1], "2"}, {shown[2], "3"}}))
        << key.type().to_string();
  }
}

TEST(Aggregate, text_keys_are_the_same_in_every_layout) {
  const AggregatePlan plan{1, {spec(AggregateKind::kSum, 1, "sum"), spec(AggregateKind::kMin, 0, "min")}, 2};
  for (const Column& key : columnar::test::in_all_layouts({"x", "", {}, "x", "a text too long for a view"})) {
    const Batch rows = batch({{"key", key}, {"value", ints({1, 2, 3, 4, 5})}});
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {}).groups),
              (Rows{{"x", "5", "x"},
                    {"", "2", ""},
                    {"null", "3", "null"},
                    {"a text too long for a view", "5", "a text too long for a view"}}));
  }
}

TEST(Aggregate, without_keys_there_is_one_row_also_of_no_rows) {
  const AggregatePlan plan{
      0,
      {spec(AggregateKind::kSum, 0, "sum"), spec(AggregateKind::kMean, 0, "mean"),
       spec(AggregateKind::kMin, 0, "min"), spec(AggregateKind::kCount, 0, "count"),
       spec(AggregateKind::kSize, {}, "size"), spec(AggregateKind::kMedian, 0, "median"),
       spec(AggregateKind::kNunique, 0, "nunique"), spec(AggregateKind::kFirst, 0, "first")},
      1};
  const Batch none = batch({{"value", floats({})}});
  EXPECT_EQ(shown_rows(aggregate(plan, none, {}).groups),
            (Rows{{"0.0", "null", "null", "0", "0", "null", "0", "null"}}));
  const Batch some = batch({{"value", floats({{}, 1.0, 4.0, 4.0})}});
  EXPECT_EQ(shown_rows(aggregate(plan, some, {2, 3, 2}).groups),
            (Rows{{"9.0", "3.0", "1.0", "3", "4", "4.0", "3", "null"}}));
}

TEST(Aggregate, with_keys_no_rows_give_no_groups) {
  const Batch none = batch({{"key", texts({})}, {"value", ints({})}});
  const AggregatePlan plan{1, {spec(AggregateKind::kSum, 1, "sum")}, 4};
  EXPECT_EQ(aggregate(plan, none, {}).groups.num_rows(), 0);
}

TEST(Aggregate, quantiles_lie_between_values_and_products_wrap) {
  const auto quantile = [](double share) {
    AggregateSpec one = spec(AggregateKind::kQuantile, 1, "q" + std::to_string(share));
    one.quantile = share;
    return one;
  };
  const Batch rows = batch({{"key", ints({1, 1, 1, 1, 2, 2})}, {"value", ints({4, 1, {}, 2, {}, {}})}});
  const AggregatePlan plan{
      1,
      {quantile(0), quantile(0.25), quantile(0.5), quantile(1), spec(AggregateKind::kProduct, 1, "p"),
       spec(AggregateKind::kFirstValid, 1, "f"), spec(AggregateKind::kLastValid, 1, "l")},
      1};
  for (const std::int64_t strip_rows : {1, 2, 6}) {
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {2, strip_rows, 1}).groups),
              (Rows{{"1", "1.0", "1.5", "2.0", "4.0", "8", "4", "2"},
                    {"2", "null", "null", "null", "null", "1", "null", "null"}}));
  }
  const Batch large = batch({{"value", ints({INT64_MAX, 3})}});
  EXPECT_EQ(shown_rows(aggregate({0, {spec(AggregateKind::kProduct, 0, "p")}, 1}, large, {}).groups),
            (Rows{{std::to_string(static_cast<std::int64_t>(static_cast<std::uint64_t>(INT64_MAX) * 3))}}));
}

TEST(Aggregate, variance_is_stable_far_from_zero) {
  const Batch rows = batch({{"value", floats({1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16})}});
  const AggregatePlan plan{
      0, {spec(AggregateKind::kVar, 0, "var"), spec(AggregateKind::kStd, 0, "std", 0)}, 1};
  for (const std::int64_t strip_rows : {1, 3, 4}) {
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {1, strip_rows, 1}).groups),
              (Rows{{"30.0", "4.743416490252569"}}));
  }
  const Batch one = batch({{"value", ints({7})}});
  EXPECT_EQ(shown_rows(aggregate(plan, one, {}).groups), (Rows{{"null", "0.0"}}));
}

TEST(Aggregate, variance_of_infinities_is_no_number_however_rows_come_together) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Batch rows = batch({{"key", ints({1, 1, 1, 2})}, {"value", floats({1.0, 2.0, infinity, -infinity})}});
  const AggregatePlan plan{1, {spec(AggregateKind::kVar, 1, "var", 0)}, 1};
  for (const std::int64_t strip_rows : {1, 2, 4})
    EXPECT_EQ(shown_rows(aggregate(plan, rows, {1, strip_rows, 1}).groups),
              (Rows{{"1", "NaN"}, {"2", "NaN"}}));
}

TEST(Aggregate, extremes_leave_nan_out_unless_there_is_nothing_else) {
  const Batch rows = batch({{"key", ints({1, 1, 1, 2, 2})}, {"value", floats({kNaN, 2.0, 1.0, kNaN, {}})}});
  const AggregatePlan plan{1, {spec(AggregateKind::kMin, 1, "min"), spec(AggregateKind::kMax, 1, "max")}, 1};
  EXPECT_EQ(shown_rows(aggregate(plan, rows, {1, 1, 1}).groups),
            (Rows{{"1", "1.0", "2.0"}, {"2", "NaN", "NaN"}}));
}

TEST(Aggregate, first_and_last_keep_nulls) {
  const Batch rows = batch({{"key", ints({1, 1, 2, 2})},
                            {"text", texts({{}, "a longer text than twelve", "b", {}})},
                            {"flag", bools({true, {}, {}, false})}});
  const AggregatePlan plan{
      1,
      {spec(AggregateKind::kFirst, 1, "first"), spec(AggregateKind::kLast, 1, "last"),
       spec(AggregateKind::kFirst, 2, "first flag"), spec(AggregateKind::kLast, 2, "last flag")},
      2};
  EXPECT_EQ(shown_rows(aggregate(plan, rows, {2, 1, 1}).groups),
            (Rows{{"1", "null", "a longer text than twelve", "true", "null"},
                  {"2", "b", "null", "null", "false"}}));
}

TEST(Aggregate, integers_are_exact_and_wrap_as_polars_does) {
  const Batch rows = batch({{"value", ints({INT64_MAX, INT64_MAX, 1, 1})}});
  const AggregatePlan plan{
      0, {spec(AggregateKind::kSum, 0, "sum"), spec(AggregateKind::kMean, 0, "mean")}, 1};
  EXPECT_EQ(shown_rows(aggregate(plan, rows, {}).groups), (Rows{{"0", "4611686018427387904.0"}}));
}

TEST(Aggregate, decimals_stay_decimals) {
  const auto type = DataType::decimal(10, 2);
  const Batch rows = batch({{"value", numbers<columnar::int128_t>(type, {100, 101, {}, -2})}});
  const AggregatePlan plan{
      0, {spec(AggregateKind::kSum, 0, "sum"), spec(AggregateKind::kMean, 0, "mean")}, 1};
  EXPECT_EQ(shown_rows(aggregate(plan, rows, {1, 2, 1}).groups), (Rows{{"1.99", "0.663333"}}));
}

TEST(Aggregate, means_of_times_are_times) {
  const Batch rows =
      batch({{"date", dates({0, 1})},
             {"duration", numbers<std::int64_t>(DataType::duration(TimeUnit::kSecond), {1, 4})}});
  const AggregatePlan plan{0,
                           {spec(AggregateKind::kMean, 0, "mean"), spec(AggregateKind::kMedian, 0, "median"),
                            spec(AggregateKind::kSum, 1, "sum")},
                           1};
  const auto got = aggregate(plan, rows, {});
  EXPECT_EQ(got.groups.schema->field(0).type, DataType::timestamp(TimeUnit::kMicro));
  EXPECT_EQ(got.groups.batches[0].column(0).values_as<std::int64_t>()[0], 43'200'000'000);
  EXPECT_EQ(got.groups.batches[0].column(1).values_as<std::int64_t>()[0], 43'200'000'000);
  EXPECT_EQ(got.groups.batches[0].column(2).values_as<std::int64_t>()[0], 5);
}

TEST(Aggregate, what_has_no_answer_is_a_type_error_naming_both) {
  const auto message = [](AggregateKind kind, const DataType& type) -> std::string {
    try {
      aggregate_type(spec(kind, 0, "x"), type);
    } catch (const TypeError& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  EXPECT_EQ(message(AggregateKind::kSum, TypeId::kUtf8),
            "sum (\"x\") takes numbers, bools or durations; found utf8");
  EXPECT_EQ(message(AggregateKind::kStd, DataType::decimal(5, 2)),
            "std (\"x\") takes numbers but decimals (cast to float64); found decimal128(5, 2)");
  EXPECT_EQ(message(AggregateKind::kNunique, DataType::list(TypeId::kInt64)),
            "nunique (\"x\") takes a type without children; found list<int64>");
}

TEST(Aggregate, a_plan_that_cannot_be_is_refused) {
  EXPECT_THROW(make_partial_aggregate({1, {}, 3}), InvalidArgument);
  EXPECT_THROW(make_partial_aggregate({0, {}, 2}), InvalidArgument);
}

// Against a map in plain C++.

struct Reference {
  std::int64_t size = 0;
  std::vector<double> values;
  std::set<std::string> distinct;
  std::string first, last;
};

struct Random {
  explicit Random(unsigned seed) : engine(seed) {}
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(limit));
  }
  std::mt19937_64 engine;
};

Batch random_rows(Random& random, std::int64_t num_rows, std::int64_t num_keys) {
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<double>> values;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    names.emplace_back("name " + std::to_string(random.below(num_keys)));
    numbers.emplace_back(random.below(3));
    values.emplace_back(static_cast<double>(random.below(1'000'000)) / 7.0);
    if (random.below(20) == 0) names.back().reset();
    if (random.below(20) == 0) numbers.back().reset();
    if (random.below(10) == 0) values.back().reset();
  }
  return batch({{"name", texts(names)}, {"number", ints(numbers)}, {"value", floats(values)}});
}

const AggregatePlan kAll{2,
                         {spec(AggregateKind::kSum, 2, "sum"), spec(AggregateKind::kMean, 2, "mean"),
                          spec(AggregateKind::kMin, 2, "min"), spec(AggregateKind::kMax, 2, "max"),
                          spec(AggregateKind::kCount, 2, "count"), spec(AggregateKind::kSize, {}, "size"),
                          spec(AggregateKind::kVar, 2, "var"), spec(AggregateKind::kNunique, 2, "nunique"),
                          spec(AggregateKind::kMedian, 2, "median"), spec(AggregateKind::kFirst, 2, "first"),
                          spec(AggregateKind::kLast, 2, "last"), spec(AggregateKind::kMax, 0, "max name")},
                         8};

void expect_near(const std::string& shown, double expected) {
  EXPECT_NEAR(std::stod(shown), expected, 1e-9 * std::max(1.0, std::abs(expected)));
}

void compare(const Rows& got, const Batch& rows) {
  std::map<std::string, Reference> groups;
  std::vector<std::string> order;
  const auto names = columnar::test::shown(rows.column(0)), numbers = columnar::test::shown(rows.column(1));
  const auto values = columnar::test::shown(rows.column(2));
  for (std::size_t row = 0; row < names.size(); ++row) {
    const std::string key = names[row] + "|" + numbers[row];
    Reference& group = groups[key];
    if (group.size++ == 0) {
      order.push_back(key);
      group.first = values[row];
    }
    group.last = values[row];
    group.distinct.insert(values[row]);
    if (values[row] != "null") group.values.push_back(rows.column(2).values_as<double>()[row]);
  }
  ASSERT_EQ(got.size(), order.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i][0] + "|" + got[i][1], order[i]);
    Reference& group = groups[order[i]];
    std::sort(group.values.begin(), group.values.end());
    double sum = 0, squares = 0;
    for (const double value : group.values) sum += value;
    const auto n = static_cast<double>(group.values.size());
    for (const double value : group.values) squares += (value - sum / n) * (value - sum / n);
    expect_near(got[i][2], sum);
    EXPECT_EQ(got[i][6], std::to_string(group.values.size()));
    EXPECT_EQ(got[i][7], std::to_string(group.size));
    EXPECT_EQ(got[i][9], std::to_string(group.distinct.size()));
    EXPECT_EQ(got[i][11], group.first);
    EXPECT_EQ(got[i][12], group.last);
    EXPECT_EQ(got[i][13], got[i][0]);
    if (group.values.empty()) continue;
    expect_near(got[i][3], sum / n);
    expect_near(got[i][4], group.values.front());
    expect_near(got[i][5], group.values.back());
    const std::size_t half = group.values.size() / 2;
    expect_near(got[i][10], group.values.size() % 2 == 1 ? group.values[half]
                                                         : (group.values[half - 1] + group.values[half]) / 2);
    if (n > 1) expect_near(got[i][8], squares / (n - 1));
  }
}

TEST(Aggregate, agrees_with_a_map_for_random_rows) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (const std::int64_t num_keys : {1, 50, 4000}) {
    const Batch rows = random_rows(random, 1 + random.below(20'000), num_keys);
    const Cut cut{static_cast<std::size_t>(1 + random.below(3)), 1 + random.below(5000),
                  1 + random.below(3000)};
    compare(shown_rows(aggregate(kAll, rows, cut).groups), rows);
  }
}

TEST(Aggregate, threads_morsels_and_memory_change_no_bit) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (const std::int64_t num_keys : {40, 30'000}) {
    const Batch rows = random_rows(random, 60'000, num_keys);
    const std::int64_t strip_rows = 1 + random.below(20'000);
    const std::string expected = bytes_of(aggregate(kAll, rows, {3, strip_rows, 1 << 20}).groups);
    for (const unsigned threads : {1U, 2U, 8U}) {
      for (const std::size_t memory : {MemoryBudget::kUnlimited, std::size_t{12} << 20}) {
        const Cut cut{3, strip_rows, 1 + random.below(4000), threads, memory};
        EXPECT_TRUE(bytes_of(aggregate(kAll, rows, cut).groups) == expected)
            << threads << " threads, " << memory;
      }
    }
  }
}

TEST(Aggregate, without_keys_morsels_change_no_bit_and_results_agree_with_one_group) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (const bool nulls : {true, false}) {
    std::vector<std::optional<double>> values;
    std::vector<std::optional<std::int64_t>> keys;
    for (int row = 0; row < 30'000; ++row) {
      values.emplace_back(static_cast<double>(random.below(1'000'000)) / 7.0 - 7e4);
      keys.emplace_back(1);
      if (random.below(50) == 0) values.back() = kNaN;
      if (nulls && random.below(10) == 0) values.back().reset();
    }
    if (!nulls) values[0] = -0.0;
    AggregatePlan sole{0, {}, 1}, one{1, {}, 1};
    using enum AggregateKind;
    for (const AggregateKind kind :
         {kMin, kMax, kCount, kSize, kNunique, kMedian, kFirst, kLast, kFirstValid, kLastValid, kQuantile}) {
      sole.aggregates.push_back(spec(kind, 0, "a" + std::to_string(sole.aggregates.size())));
      one.aggregates.push_back(spec(kind, 1, "a" + std::to_string(one.aggregates.size())));
    }
    const Batch rows = batch({{"value", floats(values)}});
    const auto got = shown_rows(aggregate(sole, rows, {2, 9000, 1000}).groups);
    auto expected =
        shown_rows(aggregate(one, batch({{"key", ints(keys)}, {"value", floats(values)}}), {}).groups);
    expected[0].erase(expected[0].begin());
    EXPECT_EQ(got, expected);
    for (auto& value : values) {
      if (value && *value != *value) value = 0.5;
    }
    const Batch numbers = batch({{"value", floats(values)}});
    const AggregatePlan sums{0, {spec(kSum, 0, "sum"), spec(kMean, 0, "mean"), spec(kVar, 0, "var")}, 1};
    const std::string bytes = bytes_of(aggregate(sums, numbers, {2, 9000, 9000}).groups);
    for (const std::int64_t morsel : {1, 7, 1001, 4096}) {
      EXPECT_TRUE(bytes_of(aggregate(sums, numbers, {2, 9000, morsel, 8}).groups) == bytes) << morsel;
    }
  }
}

TEST(Aggregate, short_texts_of_every_length_are_told_apart) {
  std::vector<std::optional<std::string>> keys;
  for (std::size_t length = 0; length < 20; ++length) {
    std::string text(length, 'a');
    keys.emplace_back(text);
    for (std::size_t at = 0; at < length; ++at) {
      keys.emplace_back(text);
      (*keys.back())[at] = '\0';
    }
  }
  const Batch rows = batch({{"key", texts(keys)}});
  const AggregatePlan plan{1, {spec(AggregateKind::kSize, {}, "size")}, 4};
  EXPECT_EQ(aggregate(plan, rows, {2, 7, 3}).groups.num_rows(), rows.num_rows());
}

TEST(Aggregate, one_row_strips_work) {
  Random random(7);
  const Batch rows = random_rows(random, 500, 20);
  compare(shown_rows(aggregate(kAll, rows, {5, 1, 1, 8}).groups), rows);
}

Batch many_keys(std::int64_t num_rows, std::int64_t num_keys) {
  Random random(11);
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::optional<double>> values;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    keys.emplace_back((row < num_keys ? row : random.below(num_keys)) * 1'000'003);
    values.emplace_back(static_cast<double>(random.below(1'000'000)) / 7.0);
  }
  return batch({{"key", ints(keys)}, {"value", floats(values)}});
}

TEST(Aggregate, a_million_groups_fit_four_mebibytes_and_give_the_same_bytes) {
  const Batch rows = many_keys(1'500'000, 1'000'000);
  const AggregatePlan plan{
      1, {spec(AggregateKind::kMean, 1, "mean"), spec(AggregateKind::kSize, {}, "size")}, 64};
  const auto whole = aggregate(plan, rows, {3, 200'000, 65'536, 2});
  EXPECT_EQ(whole.groups.num_rows(), 1'000'000);
  const std::string expected = bytes_of(whole.groups);
  for (const std::size_t mebibytes : {4, 64}) {
    const auto spilled = aggregate(plan, rows, {3, 200'000, 65'536, 8, mebibytes << 20});
    EXPECT_TRUE(bytes_of(spilled.groups) == expected) << mebibytes;
    EXPECT_LE(spilled.peak, mebibytes << 20);
    if (mebibytes == 4) {
      EXPECT_GT(spilled.bytes_spilled, 10U << 20);
    }
  }
}

TEST(Aggregate, many_groups_of_text_fit_four_mebibytes_and_give_the_same_bytes) {
  std::vector<std::optional<std::string>> keys, values;
  for (std::int64_t row = 0; row < 300'000; ++row) {
    keys.emplace_back("a key of some length, number " + std::to_string(row * 7919 % 200'000));
    values.emplace_back("value " + std::to_string(row % 1000));
  }
  const Batch rows = batch({{"key", texts(keys)}, {"value", texts(values)}});
  const AggregatePlan plan{
      1, {spec(AggregateKind::kMin, 1, "min"), spec(AggregateKind::kLast, 1, "last")}, 32};
  const std::string expected = bytes_of(aggregate(plan, rows, {2, 50'000, 4096}).groups);
  const auto spilled = aggregate(plan, rows, {2, 50'000, 4096, 8, std::size_t{4} << 20});
  EXPECT_TRUE(bytes_of(spilled.groups) == expected);
  EXPECT_GT(spilled.bytes_spilled, std::uint64_t{1} << 20);
}

TEST(Aggregate, too_few_partitions_are_split_further) {
  const Batch rows = many_keys(300'000, 200'000);
  const AggregatePlan few{1, {spec(AggregateKind::kMean, 1, "mean")}, 1};
  const std::string expected = bytes_of(aggregate(few, rows, {2, 50'000, 65'536}).groups);
  const auto split = aggregate(few, rows, {2, 50'000, 65'536, 2, std::size_t{14} << 20});
  EXPECT_TRUE(bytes_of(split.groups) == expected);
  EXPECT_GT(split.bytes_spilled, 0U);
}

// Strips whose rows are nearly all of different keys are not grouped; their keys come again in other strips.
Batch rarely_repeated(std::int64_t num_rows, columnar::Layout layout) {
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<double>> values;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    // The first strip has few groups: what follows is brought together task by task.
    const std::int64_t key = row < 10'000 ? row % 50 : row * 7919 % 60'000;
    names.emplace_back("name " + std::to_string(key % 300));
    numbers.emplace_back(key * 1'000'003);
    values.emplace_back(1.0 / static_cast<double>(row + 1));
    if (key % 13 == 0) names.back().reset();
    if (key % 29 == 0) numbers.back().reset();
  }
  Column name = texts(names);
  for (Column& candidate : columnar::test::in_all_layouts(std::move(names))) {
    if (candidate.layout() == layout) name = std::move(candidate);
  }
  return batch({{"name", std::move(name)}, {"number", ints(numbers)}, {"value", floats(values)}});
}

TEST(Aggregate, rows_that_are_hardly_grouped_give_the_same_bits_however_they_are_cut_and_held) {
  const AggregatePlan plan{
      2,
      {spec(AggregateKind::kSum, 2, "sum"), spec(AggregateKind::kVar, 2, "var"),
       spec(AggregateKind::kFirst, 2, "first"), spec(AggregateKind::kMax, 0, "max name")},
      16};
  const std::string expected = bytes_of(
      aggregate(plan, rarely_repeated(200'000, columnar::Layout::kPlain), {2, 20'000, 20'000}).groups);
  for (const columnar::Layout layout :
       {columnar::Layout::kPlain, columnar::Layout::kView, columnar::Layout::kDictionary}) {
    const Batch rows = rarely_repeated(200'000, layout);
    for (const std::size_t memory : {MemoryBudget::kUnlimited, std::size_t{6} << 20}) {
      for (const std::int64_t morsel_rows : {20'000, 4096, 77}) {
        // Two strips at once do not always fit: an engine would begin anew with one.
        const unsigned threads = memory == MemoryBudget::kUnlimited ? 2 : 1;
        const auto got = aggregate(plan, rows, {2, 20'000, morsel_rows, threads, memory});
        EXPECT_TRUE(bytes_of(got.groups) == expected) << memory << ", " << morsel_rows;
        EXPECT_EQ(got.bytes_spilled > 0, memory != MemoryBudget::kUnlimited);
      }
    }
  }
}

// No key twice in a strip of 20,000 rows, each several times in all; keys of every kind of storage.
Batch never_repeated_in_a_strip(std::int64_t num_rows, columnar::Layout layout) {
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::optional<double>> floating, values;
  std::vector<std::optional<bool>> flags;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    const std::int64_t key = row * 7919 % 60'000;
    names.emplace_back("name " + std::to_string(key % 300));
    numbers.emplace_back(key);
    if (key % 13 == 0) names.back().reset();
    if (key == 29 * 31) numbers.back().reset();
    floating.emplace_back(key % 2 == 0 ? (row % 3 == 0 ? -0.0 : 0.0) : (row % 3 == 0 ? -kNaN : kNaN));
    flags.emplace_back(key % 3 == 0 ? std::nullopt : std::optional(key % 3 == 1));
    values.emplace_back(1.0 / static_cast<double>(row + 1));
  }
  Column name = texts(names);
  for (Column& candidate : columnar::test::in_all_layouts(std::move(names))) {
    if (candidate.layout() == layout) name = std::move(candidate);
  }
  return batch({{"name", std::move(name)},
                {"number", ints(numbers)},
                {"floating", floats(floating)},
                {"flag", bools(flags)},
                {"value", floats(values)}});
}

TEST(Aggregate, keys_that_stay_with_their_rows_give_the_same_bits_as_keys_that_are_copied) {
  const std::vector<AggregateSpec> aggregates = {
      spec(AggregateKind::kSum, 4, "sum"), spec(AggregateKind::kVar, 4, "var"),
      spec(AggregateKind::kMedian, 4, "median"), spec(AggregateKind::kLast, 0, "last name"),
      spec(AggregateKind::kSize, {}, "size")};
  for (const std::uint32_t num_partitions : {1U, 16U}) {
    const AggregatePlan plan{4, aggregates, num_partitions};
    const Batch plain = never_repeated_in_a_strip(200'000, columnar::Layout::kPlain);
    const auto tight = aggregate(plan, plain, {2, 20'000, 4096, 1, std::size_t{8} << 20});
    EXPECT_GT(tight.bytes_spilled, 0U);
    EXPECT_EQ(tight.groups.num_rows(), 60'000);
    for (const columnar::Layout layout :
         {columnar::Layout::kPlain, columnar::Layout::kView, columnar::Layout::kDictionary}) {
      const Batch rows = never_repeated_in_a_strip(200'000, layout);
      for (const Cut& cut : {Cut{2, 20'000, 20'000, 2}, Cut{2, 20'000, 777, 1}, Cut{2, 20'000, 4096, 8}}) {
        EXPECT_TRUE(bytes_of(aggregate(plan, rows, cut).groups) == bytes_of(tight.groups)) << num_partitions;
      }
    }
  }
}

TEST(Aggregate, a_large_table_that_memory_cuts_changes_no_bit) {
  // Keys that are met some times in a strip; with few of them at first, strips are merged at the commit.
  for (const std::int64_t few : {0, 50'000}) {
    std::mt19937_64 random(3);
    std::vector<std::optional<std::int64_t>> keys;
    std::vector<std::optional<double>> values;
    for (std::int64_t row = 0; row < 200'000; ++row) {
      const std::uint64_t num_keys = row < few ? 50 : 60'000;
      keys.emplace_back(static_cast<std::int64_t>(random() % num_keys) * 1'000'003);
      values.emplace_back(1.0 / static_cast<double>(row + 1));
    }
    const Batch rows = batch({{"key", ints(keys)}, {"value", floats(values)}});
    const AggregatePlan plan{1,
                             {spec(AggregateKind::kSum, 1, "sum"), spec(AggregateKind::kVar, 1, "var"),
                              spec(AggregateKind::kMean, 1, "mean"), spec(AggregateKind::kMax, 1, "max"),
                              spec(AggregateKind::kLast, 1, "last")},
                             16};
    const std::string expected = bytes_of(aggregate(plan, rows, {2, 50'000, 4096, 2}).groups);
    for (const std::size_t megabytes : {4, 5, 6, 8}) {
      const auto tight = aggregate(plan, rows, {2, 50'000, 777, 1, megabytes << 20});
      EXPECT_TRUE(bytes_of(tight.groups) == expected) << few << ", " << megabytes;
      EXPECT_TRUE(megabytes > 4 || tight.bytes_spilled > 0);
    }
  }
}

TEST(Aggregate, a_table_that_outgrows_memory_half_way_changes_no_bit) {
  // Strips of few groups each are merged at the commit until the task's table is too large.
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::optional<double>> values;
  for (std::int64_t row = 0; row < 400'000; ++row) {
    keys.emplace_back((row / 10'000 * 2000 + row % 4000) * 1'000'003);
    values.emplace_back(1.0 / static_cast<double>(row + 1));
  }
  const Batch rows = batch({{"key", ints(keys)}, {"value", floats(values)}});
  const AggregatePlan plan{1, {spec(AggregateKind::kSum, 1, "sum"), spec(AggregateKind::kVar, 1, "var")}, 16};
  const std::string expected = bytes_of(aggregate(plan, rows, {2, 10'000, 4096}).groups);
  const auto tight = aggregate(plan, rows, {2, 10'000, 4096, 1, std::size_t{5} << 20});
  EXPECT_GT(tight.bytes_spilled, 0U);
  EXPECT_TRUE(bytes_of(tight.groups) == expected);
}

TEST(Aggregate, lists_beyond_working_memory_are_out_of_memory_naming_operator_and_setting) {
  const Batch rows = many_keys(500'000, 500'000);
  const AggregatePlan plan{0, {spec(AggregateKind::kMedian, 1, "median")}, 1};
  try {
    aggregate(plan, rows, {1, 50'000, 65'536, 1, std::size_t{4} << 20});
    FAIL() << "it did not throw";
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find("aggregate"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("working_memory"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace treadle::dataframe
