// The same three graphs on Taskflow, two threads. It knows no keys, sizes or values: results lie in an array.
//
//     graph_taskflow tree 5
#include <taskflow/taskflow.hpp>

#include "case_report.h"
#include "peer_graphs.h"

namespace treadle::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A graph of additions over one array.
class Additions {
 public:
  explicit Additions(std::size_t most_tasks) : results_(most_tasks), inputs_(most_tasks) {
    tasks_.reserve(most_tasks);
  }

  std::size_t add(std::int64_t number, const std::vector<std::size_t>& inputs) {
    const std::size_t id = tasks_.size();
    inputs_[id] = inputs;
    tasks_.push_back(flow_.emplace([this, id, number] {
      std::int64_t sum = number;
      for (const std::size_t input : inputs_[id]) sum += results_[input];
      results_[id] = sum;
    }));
    for (const std::size_t input : inputs) tasks_[input].precede(tasks_[id]);
    return id;
  }
  std::int64_t run(tf::Executor& executor) {
    executor.run(flow_).wait();
    return results_[tasks_.size() - 1];
  }
  std::size_t size() const { return tasks_.size(); }

 private:
  tf::Taskflow flow_;
  std::vector<tf::Task> tasks_;
  std::vector<std::int64_t> results_;
  std::vector<std::vector<std::size_t>> inputs_;
};

Repetition once(tf::Executor& executor, std::string_view name) {
  Repetition measured;
  measured.begin = Clock::now();
  {
    Additions graph(name == "layers" ? 1'000'001 : 200'000);
    if (name == "tree") {
      build_tree(graph, 100'000);
    } else if (name == "chain") {
      build_chain(graph, 10'000);
    } else {
      build_layers(graph, 100, 10'000);
    }
    measured.built = Clock::now();
    measured.tasks = static_cast<std::int64_t>(graph.size());
    measured.answer = graph.run(executor);
  }
  measured.done = Clock::now();
  return measured;
}

}  // namespace
}  // namespace treadle::bench

int main(int argc, char** argv) {
  tf::Executor executor(2);
  return treadle::bench::report_case(
      argc, argv, [&](std::string_view name) { return treadle::bench::once(executor, name); });
}
