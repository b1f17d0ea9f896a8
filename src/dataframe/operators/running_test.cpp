#include "dataframe/operators/running.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "dataframe/operators/cut_rows.h"
#include "dataframe/operators/test_aggregate.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::Column;
using columnar::test::batch;
using columnar::test::floats;
using columnar::test::ints;
using columnar::test::texts;
using test::shown_rows;

using Rows = std::vector<std::vector<std::string>>;

/// What an operation answers with, slot by slot; and how much it wrote to disk.
struct Answer {
  std::vector<BatchList> slots;
  std::uint64_t bytes_spilled = 0;
};

Answer run(const Operation& operation, const std::vector<Value>& inputs,
           std::size_t working_memory = MemoryBudget::kUnlimited) {
  MemoryBudget budget(working_memory);
  test::Context context(budget);
  Answer answer;
  const Outcome outcome = operation.run(inputs, context);
  for (const Value& slot : std::get<std::vector<Value>>(outcome)) {
    BatchList rows{stored_schema(slot), {}};
    for (const StoredBatch& stored : stored_batches({&slot, 1})) rows.batches.push_back(stored.load());
    answer.slots.push_back(std::move(rows));
  }
  answer.bytes_spilled = context.bytes_spilled();
  return answer;
}

/// The rows in `parts` values of batches of at most `batch_rows` rows.
std::vector<Value> values_of(const Batch& rows, std::size_t parts, std::int64_t batch_rows) {
  std::vector<Value> values;
  std::int64_t begin = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::int64_t end =
        rows.num_rows() * static_cast<std::int64_t>(part + 1) / static_cast<std::int64_t>(parts);
    BatchList list{rows.schema(), {}};
    for (; begin < end; begin += list.batches.back().num_rows()) {
      list.batches.push_back(rows.slice(begin, std::min(batch_rows, end - begin)));
    }
    values.push_back(Value::of(std::move(list)));
  }
  return values;
}

/// The new columns of all rows.
Rows added(const Answer& answer, std::size_t from) {
  Rows all;
  for (const BatchList& slot : answer.slots) {
    for (std::vector<std::string> row : shown_rows(slot)) {
      row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(from));
      all.push_back(std::move(row));
    }
  }
  return all;
}

const Batch& example() {
  static const Batch rows = batch({{"key", ints({1, 1, 1, 2, 2, {}, {}})},
                                   {"x", ints({3, {}, 1, 5, 2, {}, 4})},
                                   {"s", texts({"a", {}, "a text too long for a view", {}, {}, "b", {}})}});
  return rows;
}

RunningSpec spec(std::vector<RunningColumn> columns, RunningOptions options = {}) {
  return {std::move(columns), std::move(options)};
}

TEST(Running, goes_on_from_batch_to_batch_and_from_partition_to_partition) {
  using enum RunningKind;
  const RunningSpec running = spec({{kSum, "x", "sum"},
                                    {kProduct, "x", "product"},
                                    {kMin, "x", "min"},
                                    {kMax, "x", "max"},
                                    {kNumber, "", "number"},
                                    {kShift, "s", "shift", 2},
                                    {kFill, "s", "fill", 1}});
  const Rows expected = {{"3", "3", "3", "3", "0", "null", "a"},
                         {"null", "null", "null", "null", "1", "null", "a"},
                         {"4", "3", "1", "3", "2", "a", "a text too long for a view"},
                         {"9", "15", "1", "5", "3", "null", "a text too long for a view"},
                         {"11", "30", "1", "5", "4", "a text too long for a view", "null"},
                         {"null", "null", "null", "null", "5", "null", "b"},
                         {"15", "120", "1", "5", "6", "null", "b"}};
  for (const std::size_t parts : {1, 3, 7}) {
    for (const std::int64_t batch_rows : {1, 2, 100}) {
      EXPECT_EQ(added(run(*make_running(running, parts), values_of(example(), parts, batch_rows)), 3),
                expected);
    }
  }
}

TEST(Running, begins_anew_where_a_key_changes) {
  using enum RunningKind;
  const RunningSpec running =
      spec({{kSum, "x", "sum"}, {kNumber, "", "number"}, {kShift, "x", "shift", 1}, {kFill, "x", "fill", -1}},
           {{"key"}, false});
  const Rows expected = {{"3", "0", "null", "3"}, {"null", "1", "3", "3"}, {"4", "2", "null", "1"},
                         {"5", "0", "null", "5"}, {"7", "1", "5", "2"},    {"null", "0", "null", "null"},
                         {"4", "1", "null", "4"}};
  for (const std::int64_t batch_rows : {1, 3, 100}) {
    EXPECT_EQ(added(run(*make_running(running, 2), values_of(example(), 2, batch_rows)), 3), expected);
  }
}

TEST(Running, backward_is_the_same_from_the_end) {
  using enum RunningKind;
  const RunningSpec running = spec({{kNumber, "", "number"},
                                    {kShift, "x", "shift", 1},
                                    {kFill, "x", "fill", -1},
                                    {kPartition, "", "part"}},
                                   {{"key"}, true});
  const Rows expected = {{"2", "null", "3", "0"}, {"1", "1", "1", "0"},    {"0", "null", "1", "0"},
                         {"1", "2", "5", "1"},    {"0", "null", "2", "1"}, {"1", "4", "4", "1"},
                         {"0", "null", "4", "1"}};
  for (const std::int64_t batch_rows : {1, 3, 100}) {
    EXPECT_EQ(added(run(*make_running(running, 2), values_of(example(), 2, batch_rows)), 3), expected);
  }
}

TEST(Running, rows_that_do_not_fit_go_to_disk_and_stay_the_same) {
  std::mt19937_64 random(7);
  std::vector<std::optional<double>> values(200'000);
  for (auto& value : values) value = static_cast<double>(random() % 1000) / 8;
  const Batch rows = batch({{"x", floats(values)}});
  const RunningSpec running = spec({{RunningKind::kSum, "x", "sum"}});
  const Answer all = run(*make_running(running, 2), values_of(rows, 2, 10'000));
  const Answer few = run(*make_running(running, 2), values_of(rows, 2, 10'000), std::size_t{1} << 20);
  EXPECT_EQ(all.bytes_spilled, 0U);
  EXPECT_GT(few.bytes_spilled, 1'000'000U);
  EXPECT_EQ(added(few, 0), added(all, 0));
}

TEST(Running, says_what_it_cannot_take) {
  const Schema& input = *example().schema();
  EXPECT_THROW(running_schema(input, spec({{RunningKind::kSum, "s", "sum"}})), TypeError);
  EXPECT_THROW(running_schema(input, spec({{RunningKind::kSum, "y", "sum"}})), NotFound);
  EXPECT_THROW(running_schema(input, spec({{RunningKind::kSum, "x", "x"}})), InvalidArgument);
  EXPECT_THROW(running_schema(input, spec({{RunningKind::kShift, "x", "y", -1}})), InvalidArgument);
}

std::vector<std::vector<std::string>> pieces(const Answer& answer, std::size_t column) {
  std::vector<std::vector<std::string>> all;
  for (const BatchList& slot : answer.slots) {
    all.emplace_back();
    for (const auto& row : shown_rows(slot)) all.back().push_back(row[column]);
  }
  return all;
}

CutSpec together(std::size_t count, std::vector<std::string> columns) {
  return {count, std::move(columns), {}, std::nullopt};
}

TEST(CutRows, pieces_are_of_about_equal_numbers_of_rows) {
  for (const std::int64_t batch_rows : {1, 3, 100}) {
    const std::vector<Value> inputs = values_of(example(), 2, batch_rows);
    EXPECT_EQ(pieces(run(*make_cut_rows(together(3, {})), inputs), 0),
              (Rows{{"1", "1", "1"}, {"2", "2"}, {"null", "null"}}));
    EXPECT_EQ(pieces(run(*make_cut_rows(together(9, {})), inputs), 0),
              (Rows{{"1"}, {"1"}, {"1"}, {"2"}, {"2"}, {"null"}, {"null"}, {}, {}}));
  }
}

TEST(CutRows, equal_neighbours_stay_together) {
  for (const std::int64_t batch_rows : {1, 2, 3, 100}) {
    const std::vector<Value> inputs = values_of(example(), 2, batch_rows);
    EXPECT_EQ(pieces(run(*make_cut_rows(together(2, {"key"})), inputs), 0),
              (Rows{{"1", "1", "1", "2", "2"}, {"null", "null"}}));
    EXPECT_EQ(pieces(run(*make_cut_rows(together(5, {"key"})), inputs), 0),
              (Rows{{"1", "1", "1"}, {"2", "2"}, {}, {"null", "null"}, {}}));
  }
}

TEST(CutRows, pieces_end_at_bounds_and_nulls_come_last) {
  CutSpec at{5, {}, "key", ints({0, 2, 2, 7})};
  for (const std::int64_t batch_rows : {1, 3, 100}) {
    EXPECT_EQ(pieces(run(*make_cut_rows(at), values_of(example(), 2, batch_rows)), 0),
              (Rows{{}, {"1", "1", "1"}, {}, {"2", "2"}, {"null", "null"}}));
  }
}

TEST(CutRows, rows_on_disk_stay_there) {
  std::vector<std::optional<std::int64_t>> numbers;
  for (std::int64_t i = 0; i < 100'000; ++i) numbers.push_back(i);
  const Batch rows = batch({{"x", ints(numbers)}});
  MemoryBudget budget(MemoryBudget::kUnlimited);
  test::Context context(budget);
  SpillTarget target;
  RowStore store(rows.schema(), target, RowStore::kNothingStays, context);
  for (std::int64_t begin = 0; begin < 100'000; begin += 5'000) store.add(rows.slice(begin, 5'000), context);
  const std::vector<Value> inputs = {store.finish(context)};
  const Answer cut = run(*make_cut_rows(together(3, {})), inputs);
  EXPECT_EQ(cut.slots[0].num_rows(), 33'334);
  EXPECT_EQ(shown_rows(cut.slots[1])[0], (std::vector<std::string>{"33334"}));
  EXPECT_EQ(shown_rows(cut.slots[2]).back(), (std::vector<std::string>{"99999"}));
  EXPECT_EQ(run(*make_append_rows(), inputs).slots[0].num_rows(), 100'000);
}

}  // namespace
}  // namespace treadle::dataframe
