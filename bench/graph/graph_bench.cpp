// What a task costs: building the graph with content keys, and running it, on the three graphs of the design.
// Counters, on these cases only: per_task_ns (build and run), build_ns, run_ns. Two cases more: how long
// after submit() the first of a million tasks begins (first_task_ms), and what recording a task's life adds
// to it (event_ns, of processor time). Peers: measure_graphs.py.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/clock.h"
#include "graphs.h"
#include "treadle/engine.h"
#include "treadle/events.h"
#include "treadle/graph.h"

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

// When its run's first task begins. Its clock starts with the recording, which is a part of submit().
class FirstTask final : public EventListener {
 public:
  void on_begin(const RecordingInfo&) override { began_ = Clock::now(); }
  void on_kind(std::string_view) override {}
  void on_tasks(std::span<const TaskEvent> tasks) override {
    for (const TaskEvent& task : tasks) first_ = std::min(first_, task.begin);
  }
  void on_sample(const ResourceSample&) override {}
  void on_end(std::string_view) override {}
  Clock::time_point begin() const { return began_ + std::chrono::nanoseconds(first_); }

 private:
  Clock::time_point began_;
  std::int64_t first_ = std::numeric_limits<std::int64_t>::max();
};

// From the built graph on: culled, fused, ordered, submitted.
void first_of_1000000(benchmark::State& state) {
  double milliseconds = 0;
  for (auto _ : state) {
    state.PauseTiming();
    TaskGraph graph = random_layers(100, 10'000);
    const auto listener = std::make_shared<FirstTask>();
    RunOptions options;
    options.num_threads = 2;
    options.listener = listener;
    state.ResumeTiming();
    const auto begin = Clock::now();
    shared_engine().submit(graph::fuse(graph::cull(std::move(graph))), options).wait();
    milliseconds += nanoseconds(listener->begin() - begin) * 1e-6;
  }
  state.counters["first_task_ms"] = milliseconds / static_cast<double>(state.iterations());
}

double cpu_of_a_tree(const std::shared_ptr<EventListener>& listener) {
  RunOptions options;
  options.num_threads = 2;
  options.listener = listener;
  TaskGraph graph = tree_sum(100'000);
  const auto tasks = static_cast<double>(graph.num_tasks());
  const std::int64_t before = process_cpu_ns();
  shared_engine().submit(std::move(graph), options).wait();
  return static_cast<double>(process_cpu_ns() - before) / tasks;
}

// Recorded and unrecorded in turn. The least of each is compared: whatever else the machine does only adds.
void events_of_a_tree_of_100000(benchmark::State& state) {
  double plain = std::numeric_limits<double>::max(), recorded = plain;
  for (auto _ : state) {
    plain = std::min(plain, cpu_of_a_tree(nullptr));
    recorded = std::min(recorded, cpu_of_a_tree(std::make_shared<RecordingListener>()));
  }
  state.counters["event_ns"] = recorded - plain;
}

BENCHMARK(tree_of_100000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(1);
BENCHMARK(chain_of_10000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(1);
BENCHMARK(random_layers_of_1000000)->Unit(benchmark::kMillisecond)->UseRealTime()->MinTime(2);
BENCHMARK(first_of_1000000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);
BENCHMARK(events_of_a_tree_of_100000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(20);

}  // namespace
}  // namespace treadle::bench

BENCHMARK_MAIN();
