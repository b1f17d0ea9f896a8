// What a task costs: building the graph with content keys, and running it, on the three graphs of the design.
// Counters, on these cases only: per_task_ns (build and run), build_ns, run_ns. Peers stand in
// peers_bench.cpp.
#include <benchmark/benchmark.h>

#include <chrono>

#include "graphs.h"
#include "treadle/engine.h"

namespace treadle::bench {
namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::nano>(duration).count();
}

// One process runs many graphs: the pool is there already, as it is for a user's second compute().
Engine& shared_engine() {
  static const std::shared_ptr<Engine> engine = make_threaded_engine();
  return *engine;
}

template <class Build>
void build_and_run(benchmark::State& state, Build&& build) {
  RunOptions options;
  options.num_threads = 2;
  double build_ns = 0, run_ns = 0, tasks = 0;
  std::int64_t answer = 0;
  for (auto _ : state) {
    const auto begin = Clock::now();
    TaskGraph graph = build();
    const auto built = Clock::now();
    tasks += static_cast<double>(graph.num_tasks());
    {
      Run run = shared_engine().submit(std::move(graph), options);
      answer = run.outputs()[0].get<std::int64_t>();
    }
    const auto done = Clock::now();
    build_ns += nanoseconds(built - begin);
    run_ns += nanoseconds(done - built);
  }
  benchmark::DoNotOptimize(answer);
  state.counters["build_ns"] = build_ns / tasks;
  state.counters["run_ns"] = run_ns / tasks;
  state.counters["per_task_ns"] = (build_ns + run_ns) / tasks;
}

void tree_of_100000(benchmark::State& state) {
  build_and_run(state, [] { return tree_sum(100'000); });
}
void chain_of_10000(benchmark::State& state) {
  build_and_run(state, [] { return chain(10'000); });
}
void random_layers_of_1000000(benchmark::State& state) {
  build_and_run(state, [] { return random_layers(100, 10'000); });
}

BENCHMARK(tree_of_100000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(1);
BENCHMARK(chain_of_10000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(1);
BENCHMARK(random_layers_of_1000000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(2);

}  // namespace
}  // namespace treadle::bench

BENCHMARK_MAIN();
