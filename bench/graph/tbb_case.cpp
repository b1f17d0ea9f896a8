// The same three graphs on oneTBB, two threads: its flow graph, a node a task, and its task_group, which has
// no graph: tasks are forked and joined as they run. Neither knows keys, sizes or values: results lie in an
// array.
//
//     graph_tbb flow:tree 5        graph_tbb group:tree 5        (task_group: tree and chain only)
#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <deque>

#include "case_report.h"
#include "peer_graphs.h"

namespace treadle::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Node = tbb::flow::continue_node<tbb::flow::continue_msg>;

// A flow graph of additions over one array.
class FlowGraph {
 public:
  explicit FlowGraph(std::size_t num_tasks) : results_(num_tasks), inputs_(num_tasks) {}

  std::size_t add(std::int64_t number, const std::vector<std::size_t>& inputs) {
    const std::size_t id = nodes_.size();
    inputs_[id] = inputs;
    nodes_.emplace_back(graph_, [this, id, number](const tbb::flow::continue_msg&) {
      std::int64_t sum = number;
      for (const std::size_t input : inputs_[id]) sum += results_[input];
      results_[id] = sum;
    });
    for (const std::size_t input : inputs) tbb::flow::make_edge(nodes_[input], nodes_[id]);
    if (inputs.empty()) sources_.push_back(id);
    return id;
  }
  std::int64_t run() {
    for (const std::size_t source : sources_) nodes_[source].try_put(tbb::flow::continue_msg());
    graph_.wait_for_all();
    return results_[nodes_.size() - 1];
  }
  std::size_t size() const { return nodes_.size(); }

 private:
  tbb::flow::graph graph_;
  std::deque<Node> nodes_;
  std::vector<std::int64_t> results_;
  std::vector<std::vector<std::size_t>> inputs_;
  std::vector<std::size_t> sources_;
};

Repetition flow_graph(std::string_view name) {
  Repetition measured;
  measured.begin = Clock::now();
  {
    FlowGraph graph(1'000'001);
    if (name == "tree") {
      build_tree(graph, 100'000);
    } else if (name == "chain") {
      build_chain(graph, 10'000);
    } else {
      build_layers(graph, 100, 10'000);
    }
    measured.built = Clock::now();
    measured.tasks = static_cast<std::int64_t>(graph.size());
    measured.answer = graph.run();
  }
  measured.done = Clock::now();
  return measured;
}

std::int64_t sum_tree(std::int64_t begin, std::int64_t end) {
  if (end - begin == 1) return begin;
  const std::int64_t middle = begin + (end - begin) / 2;
  std::int64_t left = 0;
  tbb::task_group group;
  group.run([&] { left = sum_tree(begin, middle); });
  const std::int64_t right = sum_tree(middle, end);
  group.wait();
  return left + right;
}

void step(tbb::task_group& group, std::int64_t& result, std::int64_t left) {
  if (left == 0) return;
  ++result;
  group.run([&group, &result, left] { step(group, result, left - 1); });
}

Repetition task_group(std::string_view name) {
  Repetition measured;
  measured.begin = measured.built = Clock::now();
  if (name == "tree") {
    measured.tasks = 199'999;
    measured.answer = sum_tree(0, 100'000);
  } else {
    measured.tasks = 10'000;
    tbb::task_group group;
    group.run([&] { step(group, measured.answer, 9'999); });
    group.wait();
  }
  measured.done = Clock::now();
  return measured;
}

}  // namespace
}  // namespace treadle::bench

int main(int argc, char** argv) {
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 2);
  return treadle::bench::report_case(argc, argv, [](std::string_view name) {
    if (name.starts_with("group:")) return treadle::bench::task_group(name.substr(6));
    return treadle::bench::flow_graph(name.substr(name.find(':') + 1));
  });
}
