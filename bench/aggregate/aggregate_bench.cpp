// Group-by without reading anything: rows in memory go through both halves. Counters: rows per second, one
// thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <tuple>

#include "columnar/builder.h"
#include "columnar/text_layout.h"
#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/test_run.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kMorselRows = 65'536;
constexpr std::int64_t kStripMorsels = 4;

enum class Keys { kDictionary, kText, kViews, kDenseInts, kSparseInts, kTwo, kNone };

Column key_column(Keys kind, std::int64_t num_rows, std::int64_t num_groups, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  if (kind == Keys::kDenseInts || kind == Keys::kSparseInts) {
    columnar::FixedBuilder<std::int64_t> builder;
    const std::int64_t step = kind == Keys::kDenseInts ? 1 : 1'000'000'007;
    for (std::int64_t row = 0; row < num_rows; ++row) {
      builder.append(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(num_groups)) * step);
    }
    return builder.finish(TypeId::kInt64);
  }
  columnar::TextBuilder builder;
  for (std::int64_t row = 0; row < num_rows; ++row) {
    builder.append("category " + std::to_string(random() % static_cast<std::uint64_t>(num_groups)));
  }
  Column text = builder.finish();
  if (kind == Keys::kText) return text;
  return kind == Keys::kViews ? columnar::to_views(text) : columnar::to_dictionary(text);
}

struct Input {
  columnar::SchemaPtr schema;
  std::vector<test::Strip> strips;
  std::int64_t num_rows;
};

Input make_input(Keys kind, std::int64_t num_rows, std::int64_t num_groups) {
  std::vector<Column> columns;
  std::vector<Field> fields;
  const auto add = [&](const std::string& name, Column column) {
    fields.push_back({name, column.type()});
    columns.push_back(std::move(column));
  };
  if (kind == Keys::kTwo) {
    add("key", key_column(Keys::kDictionary, num_rows, num_groups, 1));
    add("other", key_column(Keys::kDictionary, num_rows, 10, 2));
  } else if (kind != Keys::kNone) {
    add("key", key_column(kind, num_rows, num_groups, 1));
  }
  std::mt19937_64 random(3);
  columnar::FixedBuilder<double> values;
  for (std::int64_t row = 0; row < num_rows; ++row)
    values.append(static_cast<double>(random() % 100'000) / 100);
  add("value", values.finish(TypeId::kFloat64));
  const Batch rows(std::make_shared<const Schema>(std::move(fields)), std::move(columns), num_rows);
  Input input{rows.schema(), {}, num_rows};
  for (std::int64_t begin = 0; begin < num_rows; begin += kMorselRows) {
    if (begin % (kMorselRows * kStripMorsels) == 0) input.strips.emplace_back();
    input.strips.back().push_back(rows.slice(begin, std::min(kMorselRows, num_rows - begin)));
  }
  return input;
}

const Input& input_of(Keys kind, std::int64_t num_rows, std::int64_t num_groups) {
  static std::map<std::tuple<Keys, std::int64_t, std::int64_t>, Input> inputs;
  const auto key = std::tuple(kind, num_rows, num_groups);
  if (!inputs.contains(key)) {
    inputs.clear();
    inputs.emplace(key, make_input(kind, num_rows, num_groups));
  }
  return inputs.at(key);
}

AggregatePlan plan_for(const Input& input, std::uint32_t num_partitions,
                       const std::vector<AggregateKind>& kinds) {
  AggregatePlan plan{input.schema->num_fields() - 1, {}, num_partitions};
  for (const AggregateKind kind : kinds) {
    plan.aggregates.push_back({kind, plan.num_keys, 1, "a" + std::to_string(plan.aggregates.size())});
  }
  return plan;
}

// Adds up the processor's time of this thread.
class Stopwatch {
 public:
  template <class Work>
  void time(Work&& work) {
    const double start = now();
    work();
    spent_ += now() - start;
  }
  double nanoseconds() const { return spent_; }

 private:
  static double now() {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
  }
  double spent_ = 0;
};

void run(benchmark::State& state, Keys kind, const std::vector<AggregateKind>& kinds) {
  const std::int64_t num_groups = state.range(0), num_rows = state.range(1);
  const Input& input = input_of(kind, num_rows, num_groups);
  const AggregatePlan plan = plan_for(input, kind == Keys::kNone ? 1 : num_groups > 100'000 ? 64 : 8, kinds);
  Stopwatch partial, merge, gather;
  for (auto _ : state) {
    MemoryBudget budget(MemoryBudget::kUnlimited);
    test::Context context(budget);
    std::vector<Value> slots, merged;
    partial.time([&] {
      slots = test::run_sink(*make_partial_aggregate(plan), input.schema, input.strips, 0, 1, context);
    });
    merge.time([&] {
      for (Value& slot : slots) {
        merged.push_back(test::run_operation(*make_merge_aggregate(plan), {std::move(slot)}, context));
      }
    });
    if (merged.size() == 1) continue;
    gather.time(
        [&] { benchmark::DoNotOptimize(test::run_operation(*make_gather_groups(plan), merged, context)); });
  }
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(num_rows), benchmark::Counter::kIsIterationInvariantRate);
  const auto per_row = [&](const Stopwatch& watch) {
    return watch.nanoseconds() /
           static_cast<double>(num_rows * static_cast<std::int64_t>(state.iterations()));
  };
  state.counters["partial_ns"] = per_row(partial);
  state.counters["merge_ns"] = per_row(merge);
  state.counters["gather_ns"] = per_row(gather);
}

#define TREADLE_GROUPS(name, keys, ...) \
  BENCHMARK_CAPTURE(run, name, keys, std::vector<AggregateKind> __VA_ARGS__)->Unit(benchmark::kMillisecond)

using enum AggregateKind;
TREADLE_GROUPS(dictionary_mean, Keys::kDictionary, {kMean})->Args({100, 4'000'000})->Args({2, 4'000'000});
TREADLE_GROUPS(dictionary_six, Keys::kDictionary, {kSum, kMean, kMin, kMax, kCount, kStd})
    ->Args({100, 4'000'000});
TREADLE_GROUPS(two_dictionaries_mean, Keys::kTwo, {kMean})->Args({100, 4'000'000});
TREADLE_GROUPS(text_mean, Keys::kText, {kMean})->Args({100, 4'000'000})->Args({10'000, 4'000'000});
TREADLE_GROUPS(views_mean, Keys::kViews, {kMean})->Args({100, 4'000'000});
TREADLE_GROUPS(dense_int_mean, Keys::kDenseInts, {kMean})->Args({100, 4'000'000})->Args({10'000, 4'000'000});
TREADLE_GROUPS(int_mean, Keys::kSparseInts, {kMean})
    ->Args({100, 4'000'000})
    ->Args({10'000, 4'000'000})
    ->Args({1'000'000, 10'000'000})
    ->Args({1'000'000'000, 10'000'000});
TREADLE_GROUPS(no_keys_mean, Keys::kNone, {kMean})->Args({1, 4'000'000});
TREADLE_GROUPS(no_keys_six, Keys::kNone, {kSum, kMean, kMin, kMax, kCount, kStd})->Args({1, 4'000'000});
TREADLE_GROUPS(dictionary_median, Keys::kDictionary, {kMedian})->Args({100, 4'000'000});
TREADLE_GROUPS(dictionary_nunique, Keys::kDictionary, {kNunique})->Args({100, 4'000'000});

}  // namespace
}  // namespace treadle::dataframe

BENCHMARK_MAIN();
