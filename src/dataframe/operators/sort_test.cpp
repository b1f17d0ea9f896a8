#include "dataframe/operators/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <span>

#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/sorted_pieces.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/test_aggregate.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::SortKey;
using columnar::test::batch;
using columnar::test::bools;
using columnar::test::floats;
using columnar::test::ints;
using columnar::test::texts;
using test::bytes_of;
using test::Cut;
using test::shown_rows;

using Rows = std::vector<std::vector<std::string>>;

struct Sorted {
  BatchList rows;
  std::uint64_t bytes_spilled = 0;
  std::size_t peak = 0;
};

Sorted sort_and_count(const SortPlan& plan, const Batch& rows, const Cut& cut) {
  MemoryBudget budget(cut.working_memory);
  test::Context context(budget);
  const auto sink = make_sort_runs(plan);
  std::vector<Value> runs;
  std::size_t partition = 0;
  for (const auto& strips : test::tasks_of(rows, cut)) {
    runs.push_back(test::run_sink(*sink, rows.schema(), strips, partition++, cut.num_threads, context)[0]);
  }
  const Value merged = test::run_operation(*make_merge_runs(plan), runs, context);
  Sorted sorted{{rows.schema(), {}}, context.bytes_spilled(), budget.peak()};
  for (const StoredBatch& batch : stored_batches({&merged, 1})) sorted.rows.batches.push_back(batch.load());
  return sorted;
}

BatchList sort(const SortPlan& plan, const Batch& rows, const Cut& cut) {
  return sort_and_count(plan, rows, cut).rows;
}

TEST(Sort, orders_by_several_keys_and_keeps_equal_rows_in_their_order) {
  const Batch rows = batch({{"a", texts({"b", "a", {}, "b", "a"})},
                            {"b", floats({1.0, std::numeric_limits<double>::quiet_NaN(), 2.0, {}, -0.0})},
                            {"row", ints({0, 1, 2, 3, 4})}});
  const SortPlan plan{{{0, false, true}, {1, true, false}}, {}};
  for (const std::int64_t strip_rows : {1, 2, 5}) {
    EXPECT_EQ(shown_rows(sort(plan, rows, {2, strip_rows, 1})), (Rows{{"null", "2.0", "2"},
                                                                      {"a", "NaN", "1"},
                                                                      {"a", "-0.0", "4"},
                                                                      {"b", "1.0", "0"},
                                                                      {"b", "null", "3"}}));
  }
}

TEST(Sort, of_no_rows_is_no_rows) {
  const Batch rows = batch({{"a", ints({})}});
  EXPECT_EQ(sort({{{0}}, {}}, rows, {}).num_rows(), 0);
  EXPECT_EQ(sort({{{0}}, 5}, rows, {}).num_rows(), 0);
}

TEST(Sort, by_columns_that_decide_nothing_keeps_the_order) {
  const Batch rows =
      batch({{"none", columnar::Column::nulls(TypeId::kNull, 3)}, {"b", bools({true, false, {}})}});
  EXPECT_EQ(shown_rows(sort({{{0}}, {}}, rows, {1, 1, 1})),
            (Rows{{"null", "true"}, {"null", "false"}, {"null", "null"}}));
}

Batch random_rows(std::mt19937_64& random, std::int64_t num_rows, std::uint64_t spread) {
  std::vector<std::optional<std::string>> names;
  std::vector<std::optional<std::int64_t>> numbers, places;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    names.emplace_back("a common prefix " + std::to_string(random() % spread));
    numbers.emplace_back(static_cast<std::int64_t>(random() % spread) - 5);
    places.emplace_back(row);
    if (random() % 10 == 0) names.back().reset();
    if (random() % 10 == 0) numbers.back().reset();
  }
  return batch({{"name", texts(names)}, {"number", ints(numbers)}, {"place", ints(places)}});
}

// The order as a plain stable sort gives it.
Batch expected_order(const Batch& rows, const std::vector<SortKey>& keys) {
  return columnar::take(rows, columnar::sort_order(rows, keys));
}

TEST(Sort, agrees_with_one_sort_of_all_rows_for_random_rows) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::uint64_t spread : {1, 30, 1'000'000}) {
    const Batch rows = random_rows(random, 1 + static_cast<std::int64_t>(random() % 30'000), spread);
    const std::vector<SortKey> keys{{random() % 2, random() % 2 == 0, random() % 2 == 0}, {1, false, true}};
    const Batch expected = expected_order(rows, keys);
    for (const unsigned threads : {1U, 8U}) {
      const Cut cut{1 + random() % 3, static_cast<std::int64_t>(1 + random() % 9000), 1024, threads};
      EXPECT_TRUE(bytes_of(sort({keys, {}}, rows, cut)) == bytes_of({rows.schema(), {expected}}));
      for (const std::int64_t limit : {0, 1, 100, 100'000}) {
        const Batch first = expected.slice(0, std::min(limit, expected.num_rows()));
        EXPECT_EQ(shown_rows(sort({keys, limit}, rows, cut)), shown_rows({rows.schema(), {first}})) << limit;
      }
    }
  }
}

TEST(Sort, large_results_come_in_pieces_in_order) {
  std::mt19937_64 random(3);
  for (const std::uint64_t spread : {1, 1'000'000}) {
    const Batch rows = random_rows(random, 600'000, spread);
    const std::vector<SortKey> keys{{1, true, true}};
    const BatchList got = sort({keys, {}}, rows, {2, 100'000, 65'536, 2});
    EXPECT_GT(got.batches.size(), 2U);
    EXPECT_TRUE(bytes_of(got) == bytes_of({rows.schema(), {expected_order(rows, keys)}}));
  }
}

TEST(Sort, a_top_k_of_much_fits_little_memory) {
  std::mt19937_64 random(5);
  const Batch rows = random_rows(random, 500'000, 1'000'000);
  const std::vector<SortKey> keys{{1, false, false}};
  const BatchList got = sort({keys, 10}, rows, {2, 5000, 2000, 1, std::size_t{4} << 20});
  EXPECT_EQ(shown_rows(got), shown_rows({rows.schema(), {expected_order(rows, keys).slice(0, 10)}}));
}

TEST(Sort, beyond_working_memory_spills_and_gives_the_same_rows) {
  std::mt19937_64 random(5);
  const Batch rows = random_rows(random, 500'000, 1'000'000);
  const std::vector<SortKey> keys{{0, true, false}, {1, false, true}};
  const Batch expected = expected_order(rows, keys);
  for (const unsigned num_threads : {1U, 4U}) {
    for (const std::int64_t strip_rows : {5000, 200'000}) {
      const Cut cut{2, strip_rows, 2000, num_threads, std::size_t{4} << 20};
      const Sorted got = sort_and_count({keys, {}}, rows, cut);
      EXPECT_GT(got.bytes_spilled, std::uint64_t{4} << 20);
      EXPECT_LE(got.peak, std::size_t{5} << 20);
      EXPECT_TRUE(bytes_of(got.rows) == bytes_of({rows.schema(), {expected}}));
    }
  }
}

/// Of rows in order, those that matter to plan.of_groups.
Batch that_matter(const BatchList& sorted, const SortPlan& plan) {
  const GroupLimit& limit = *plan.of_groups;
  const Batch rows = sorted.batches.size() == 1 ? sorted.batches[0] : columnar::concatenate(sorted.batches);
  const std::span<const SortKey> group = std::span(plan.keys).first(limit.num_keys);
  std::vector<std::int64_t> chosen;
  for (std::int64_t row = 0, first = 0; row < rows.num_rows(); ++row) {
    if (compare_rows(rows, row, rows, first, group) != 0) first = row;
    const std::int64_t last = first + limit.count - 1;
    if (row <= last || (limit.with_equals && compare_rows(rows, row, rows, last, plan.keys) == 0))
      chosen.push_back(row);
  }
  return columnar::take(rows, chosen);
}

TEST(Sort, of_which_the_first_rows_of_groups_matter_leaves_out_others_only) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::uint64_t spread : {3, 40, 1'000, 1'000'000}) {
    const Batch rows = random_rows(random, 90'000, spread);
    const std::size_t group = random() % 2;
    const SortKey by{1 - group, random() % 2 == 0, random() % 2 == 0};
    const std::vector<std::vector<SortKey>> orders{{{group}}, {{group}, by}, {{group}, by, {2, true, false}}};
    for (const std::vector<SortKey>& keys : orders) {
      const GroupLimit limit{1, static_cast<std::int64_t>(1 + random() % 3), random() % 2 == 0};
      const SortPlan plan{keys, {}, limit};
      const std::string expected =
          bytes_of({rows.schema(), {that_matter({rows.schema(), {expected_order(rows, keys)}}, plan)}});
      for (const std::size_t memory : {MemoryBudget::kUnlimited, std::size_t{3} << 20}) {
        for (const unsigned threads : {1U, 2U, 8U}) {
          const Cut cut{1 + random() % 3, static_cast<std::int64_t>(1 + random() % 40'000), 1500, threads,
                        memory};
          const BatchList got = sort(plan, rows, cut);
          EXPECT_TRUE(bytes_of({rows.schema(), {that_matter(got, plan)}}) == expected)
              << spread << ", " << keys.size() << " keys, " << limit.count << ", " << threads << " threads, "
              << memory;
        }
      }
    }
  }
}

TEST(Sort, of_which_the_first_rows_of_groups_matter_sorts_few) {
  std::mt19937_64 random(5);
  const Batch rows = random_rows(random, 90'000, 1'000);
  const Cut cut{1, 30'000, 5'000, 1};
  const SortPlan by_number{{{0}, {2, true, false}}, {}, GroupLimit{1, 2}};
  const std::int64_t sorted = sort(by_number, rows, cut).num_rows();
  EXPECT_GE(sorted, 2 * 1'001);
  // Of each of the three strips at most two rows a group.
  EXPECT_LE(sorted, 3 * 2 * 1'001);
  // Of many groups nothing can be left out: it is not tried for long.
  const Batch many = random_rows(random, 90'000, 1'000'000'000);
  EXPECT_GT(sort({{{1}, {2}}, {}, GroupLimit{1, 1'000}}, many, cut).num_rows(), 80'000);
}

TEST(Sort, of_which_the_first_rows_of_groups_matter_knows_every_order_of_floats) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), most = std::numeric_limits<double>::infinity();
  const std::vector<std::optional<double>> values{nan, {}, 0.0, -0.0, most, -most, 1.0, nan, {}};
  std::vector<std::optional<double>> all;
  std::vector<std::optional<std::int64_t>> places;
  std::mt19937_64 random(5);
  for (std::int64_t row = 0; row < 3'000; ++row) {
    all.push_back(values[random() % values.size()]);
    places.emplace_back(row);
  }
  const Batch rows =
      batch({{"group", floats(all)}, {"value", floats({all.rbegin(), all.rend()})}, {"place", ints(places)}});
  for (const bool descending : {false, true}) {
    for (const bool nulls_first : {false, true}) {
      for (const std::int64_t count : {1, 5, 60}) {
        const std::vector<SortKey> keys{{0, descending, nulls_first}, {1, descending, nulls_first}};
        const SortPlan plan{keys, {}, GroupLimit{1, count}};
        const Batch expected = that_matter({rows.schema(), {expected_order(rows, keys)}}, plan);
        EXPECT_EQ(shown_rows({rows.schema(), {that_matter(sort(plan, rows, {2, 700, 90, 2}), plan)}}),
                  shown_rows({rows.schema(), {expected}}));
      }
    }
  }
}

/// How strips are run: by several threads, or backwards, which shows each time what threads show by chance.
struct Running {
  unsigned num_threads = 1;
  std::size_t backwards = 0;
};

/// Sorted runs of 10,000 rows each, on disk, and one without rows.
std::vector<StoredRun> runs_on_disk(const Batch& rows, const std::vector<SortKey>& keys, SpillTarget& target,
                                    TaskContext& context) {
  std::vector<StoredRun> runs(1);
  for (std::int64_t begin = 0; begin < rows.num_rows(); begin += 10'000) {
    RowStore run(rows.schema(), target, RowStore::kNothingStays, context);
    run.sample(keys);
    run.add(expected_order(rows.slice(begin, 10'000), keys), context);
    runs.push_back(run_of(run));
  }
  return runs;
}

BatchList loaded(const columnar::SchemaPtr& schema, std::span<const StoredBatch> batches) {
  BatchList list{schema, {}};
  for (const StoredBatch& batch : batches) list.batches.push_back(batch.load());
  return list;
}

class MergeStored : public ::testing::TestWithParam<Running> {};

TEST_P(MergeStored, gives_the_same_rows_for_any_order_of_strips_and_any_memory) {
  std::mt19937_64 random(7);
  const Batch rows = random_rows(random, 80'000, 500);
  const std::vector<SortKey> keys{{1, true, false}, {0, false, true}};
  const Batch expected = expected_order(rows, keys);
  for (const std::size_t memory : {MemoryBudget::kUnlimited, std::size_t{8} << 20, std::size_t{1} << 20}) {
    for (const std::int64_t limit : {std::int64_t{8}, std::int64_t{70'000}, rows.num_rows()}) {
      SCOPED_TRACE(std::to_string(memory) + ", " + std::to_string(limit));
      MemoryBudget budget(memory);
      test::Context context(budget, GetParam().num_threads, GetParam().backwards);
      SpillTarget target;
      const auto runs = runs_on_disk(rows, keys, target, context);
      const SortPlan plan{keys, limit};
      const std::string first = bytes_of({rows.schema(), {expected.slice(0, limit)}});
      const Value made = merge_stored(runs, plan, rows.schema(), target, context);
      EXPECT_TRUE(bytes_of(loaded(rows.schema(), stored_batches({&made, 1}))) == first);
      if (limit != 70'000) continue;
      RowStore merged(rows.schema(), target, RowStore::kNothingStays, context);
      merge_into(merged, runs, plan, target, context);
      EXPECT_TRUE(bytes_of(loaded(rows.schema(), merged.batches())) == first);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, MergeStored,
                         ::testing::Values(Running{1}, Running{2}, Running{8}, Running{1, 3}, Running{1, 7}));

TEST(Sort, pieces_of_a_merge_are_of_equally_many_rows_whatever_the_runs) {
  std::mt19937_64 random(9);
  const Batch rows = random_rows(random, 50'000, 3);  // long stretches of equal keys, through all runs
  const std::vector<SortKey> keys{{1, false, false}};
  MemoryBudget budget(std::size_t{4} << 20);
  test::Context context(budget);
  SpillTarget target;
  const Value made =
      merge_stored(runs_on_disk(rows, keys, target, context), {keys, {}}, rows.schema(), target, context);
  const std::vector<StoredBatch> pieces = stored_batches({&made, 1});
  ASSERT_GT(pieces.size(), 2U);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].num_rows(), pieces[0].num_rows());
    EXPECT_EQ((std::int64_t{1} << 20) % pieces[i].num_rows(), 0);
  }
  // Out of their turn, each by itself.
  const Batch expected = expected_order(rows, keys);
  const std::int64_t begin = pieces[0].num_rows();
  EXPECT_EQ(shown_rows({rows.schema(), {pieces[1].load()}}),
            shown_rows({rows.schema(), {expected.slice(begin, pieces[1].num_rows())}}));
}

TEST(Sort, beyond_working_memory_writes_each_row_once) {
  std::mt19937_64 random(5);
  const Batch rows = random_rows(random, 300'000, 1'000'000);
  const std::vector<SortKey> keys{{1, true, false}};
  // Enough for blocks of each run, of which one thread makes as few as memory allows: what is spilled are the
  // runs, never the rows in order.
  const Cut cut{1, 100'000, 2000, 1, std::size_t{8} << 20};
  const Sorted got = sort_and_count({keys, {}}, rows, cut);
  EXPECT_GT(got.bytes_spilled, std::uint64_t{1} << 20);
  EXPECT_LT(got.bytes_spilled, bytes_of({rows.schema(), {rows}}).size());
}

TEST(Sort, more_first_rows_than_memory_holds_are_out_of_memory_that_says_what_to_do) {
  std::mt19937_64 random(5);
  const Batch rows = random_rows(random, 500'000, 1'000'000);
  try {
    sort({{{1}}, 400'000}, rows, {2, 5000, 2000, 1, std::size_t{4} << 20});
    FAIL() << "it did not throw";
  } catch (const OutOfMemory& error) {
    const std::string what = error.what();
    for (const char* part : {"sort", "working_memory", "head()"})
      EXPECT_NE(what.find(part), std::string::npos) << what;
  }
}

TEST(Sort, lists_have_no_order) {
  const Batch rows = batch({{"a", ints({1})}});
  const auto list = columnar::Column::nulls(DataType::list(TypeId::kInt64), 1);
  const Batch lists = batch({{"a", list}});
  EXPECT_THROW(make_sort_runs({{{0}}, {}})->bind(lists.schema(), 0), TypeError);
}

}  // namespace
}  // namespace treadle::dataframe
