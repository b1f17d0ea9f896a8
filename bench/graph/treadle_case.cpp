// Our side of the table in README.md: a graph with content keys, built, culled, ordered and run on two
// threads.
//
//     graph_treadle tree 5        graph_treadle recorded:tree 5     (every task's life is kept in memory)
//     graph_treadle deep 1        a chain of ten million
#include "case_report.h"
#include "graphs.h"
#include "treadle/engine.h"
#include "treadle/events.h"

namespace treadle::bench {
namespace {

TaskGraph graph_of(std::string_view name) {
  if (name == "tree") return tree_sum(100'000);
  if (name == "chain") return chain(10'000);
  if (name == "deep") return chain(10'000'000);
  return random_layers(100, 10'000);
}

Repetition once(Engine& engine, std::string_view name) {
  RunOptions options;
  options.num_threads = 2;
  if (name.starts_with("recorded:")) {
    name.remove_prefix(9);
    options.listener = std::make_shared<RecordingListener>();
  }
  Repetition measured;
  measured.begin = std::chrono::steady_clock::now();
  TaskGraph graph = graph_of(name);
  measured.built = std::chrono::steady_clock::now();
  measured.tasks = static_cast<std::int64_t>(graph.num_tasks());
  {
    Run run = engine.submit(std::move(graph), options);
    measured.answer = run.outputs()[0].get<std::int64_t>();
  }
  measured.done = std::chrono::steady_clock::now();
  return measured;
}

}  // namespace
}  // namespace treadle::bench

int main(int argc, char** argv) {
  const auto engine = treadle::make_threaded_engine();
  return treadle::bench::report_case(
      argc, argv, [&](std::string_view name) { return treadle::bench::once(*engine, name); });
}
