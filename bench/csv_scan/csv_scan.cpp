// What each stage of the CSV reader costs on one thread: the structure scan alone, one type at a time, two of
// five columns, whole strips. TREADLE_BENCH_CSV names the file of bench/generate.py; without it half a
// million rows of the same shape are made.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/csv/csv_source.h"
#include "io/csv/structure.h"
#include "treadle/memory.h"
#include "treadle/task_context.h"

namespace {

class BenchContext final : public treadle::TaskContext {
 public:
  const treadle::Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  treadle::Reservation& memory() override { return memory_; }
  treadle::Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return budget_.reserve(holder, bytes);
  }
  void run_strips(treadle::StripLoop&) override {}
  const std::string& spill_directory() override { return directory_; }
  void count(treadle::Counter, std::uint64_t) noexcept override {}
  void warn(std::string_view) override {}

 private:
  treadle::Key key_;
  treadle::MemoryBudget budget_{treadle::MemoryBudget::kUnlimited};
  treadle::Reservation memory_ = budget_.reserve("bench");
  std::string directory_;
};

std::string rows_of(std::size_t count) {
  std::string text = "id,category,region,amount,time\n";
  std::uint32_t seed = 20;
  char line[128];
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525 + 1013904223;
    const std::uint32_t a = seed >> 8;
    const int size = std::snprintf(line, sizeof line,
                                   "%zu,category_%03u,region_%u,%u.%02u,2024-%02u-%02uT%02u:%02u:%02u\n", i,
                                   a % 100, a / 7 % 10, a / 3 % 1000, a / 11 % 100, a / 13 % 12 + 1,
                                   a / 17 % 28 + 1, a / 19 % 24, a / 23 % 60, a / 29 % 60);
    text.append(line, static_cast<std::size_t>(size));
  }
  return text;
}

const std::string& path() {
  static const std::string kPath = [] {
    if (const char* given = std::getenv("TREADLE_BENCH_CSV")) return std::string(given);
    const std::string made = (std::filesystem::temp_directory_path() / "treadle-bench-scan.csv").string();
    std::ofstream(made, std::ios::binary) << rows_of(500'000);
    return made;
  }();
  return kPath;
}

void scan_structure(benchmark::State& state) {
  std::string text = rows_of(4'600);
  const auto size = static_cast<std::uint32_t>(text.size());
  treadle::csv::Structure structure;
  for (auto _ : state) {
    treadle::csv::scan_structure({}, reinterpret_cast<const std::uint8_t*>(text.data()), 0, size, false,
                                 structure);
    benchmark::DoNotOptimize(structure.num_separators);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

/// Headers, samples and types: what comes before the first strip.
void open_source(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(treadle::csv::open_csv({path()}, {}));
}

/// Reads the file's columns, strip after strip, as a scan does.
void read_columns(benchmark::State& state, const std::vector<std::string>& columns) {
  const auto source = treadle::csv::open_csv({path()}, {});
  treadle::io::ScanRequest request;
  request.columns = columns;
  std::vector<treadle::Field> fields;
  for (const std::string& name : columns)
    fields.push_back(source->schema()->field(source->schema()->index_of(name)));
  const auto assumed = std::make_shared<const treadle::Schema>(fields);
  BenchContext context;
  std::uint64_t rows = 0;
  for (auto _ : state) {
    rows = 0;
    for (std::size_t partition = 0; partition < source->partitions().size(); ++partition) {
      const auto reader = source->open(partition, request);
      for (std::size_t strip = 0; strip < reader->num_strips(); ++strip) {
        rows +=
            reader->read_strip(strip, assumed, std::nullopt, [](const auto&) { return true; }, context).rows;
      }
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(path())));
  state.counters["rows"] = static_cast<double>(rows);
  state.counters["ns_per_row"] = benchmark::Counter(
      static_cast<double>(rows), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

BENCHMARK(scan_structure);
BENCHMARK(open_source)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, none, {})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, int64, {"id"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, dictionary, {"category"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, float64, {"amount"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, timestamp, {"time"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, category_and_amount, {"category", "amount"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_columns, all, {"id", "category", "region", "amount", "time"})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
