// Sorting rows in memory, in one thread: strips sorted by themselves, then merged. Counters: rows per second
// of the processor's time.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "columnar/builder.h"
#include "dataframe/operators/sort.h"
#include "dataframe/operators/test_run.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kRows = 4'000'000;
constexpr std::int64_t kMorselRows = 65'536;
constexpr std::int64_t kStripMorsels = 4;

Column random_key(TypeId type) {
  std::mt19937_64 random(1);
  if (type == TypeId::kInt64) {
    columnar::FixedBuilder<std::int64_t> builder;
    for (std::int64_t row = 0; row < kRows; ++row)
      builder.append(static_cast<std::int64_t>(random() % kRows));
    return builder.finish(type);
  }
  if (type == TypeId::kFloat64) {
    columnar::FixedBuilder<double> builder;
    for (std::int64_t row = 0; row < kRows; ++row) builder.append(static_cast<double>(random()) / 3.0);
    return builder.finish(type);
  }
  columnar::TextBuilder builder;
  for (std::int64_t row = 0; row < kRows; ++row) builder.append("name " + std::to_string(random() % kRows));
  return builder.finish();
}

void sort(benchmark::State& state, TypeId type, std::optional<std::int64_t> limit) {
  const Column key = random_key(type);
  columnar::FixedBuilder<double> values;
  for (std::int64_t row = 0; row < kRows; ++row) values.append(static_cast<double>(row));
  const Batch rows(std::make_shared<const Schema>(Schema({{"key", type}, {"value", TypeId::kFloat64}})),
                   {key, values.finish(TypeId::kFloat64)}, kRows);
  std::vector<test::Strip> strips;
  for (std::int64_t begin = 0; begin < kRows; begin += kMorselRows) {
    if (begin % (kMorselRows * kStripMorsels) == 0) strips.emplace_back();
    strips.back().push_back(rows.slice(begin, std::min(kMorselRows, kRows - begin)));
  }
  const SortPlan plan{{{0}}, limit};
  for (auto _ : state) {
    MemoryBudget budget(MemoryBudget::kUnlimited);
    test::Context context(budget);
    const auto runs = test::run_sink(*make_sort_runs(plan), rows.schema(), strips, 0, 1, context);
    benchmark::DoNotOptimize(test::run_operation(*make_merge_runs(plan), runs, context));
  }
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(kRows), benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(sort, int64, TypeId::kInt64, std::nullopt)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort, float64, TypeId::kFloat64, std::nullopt)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort, text, TypeId::kUtf8, std::nullopt)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort, int64_first_ten, TypeId::kInt64, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort, text_first_ten, TypeId::kUtf8, 10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace treadle::dataframe

BENCHMARK_MAIN();
