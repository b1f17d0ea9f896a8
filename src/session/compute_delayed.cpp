#include <utility>

#include "graph/kept_output.h"
#include "session/default_engine.h"
#include "treadle/delayed.h"

namespace treadle {

namespace {

std::vector<Value> run_graph(TaskGraph graph, const ComputeOptions& options) {
  const std::shared_ptr<Engine> engine = options.engine ? options.engine : session::default_engine();
  Run run = engine->submit(std::move(graph), options.run);
  if (options.on_start) options.on_start(run);
  return run.outputs();
}

}  // namespace

std::vector<Value> compute_delayed(std::span<const DelayedNodePtr> nodes, const ComputeOptions& options) {
  return run_graph(delayed_graph(nodes), options);
}

std::vector<DelayedNodePtr> persist_delayed(std::span<const DelayedNodePtr> nodes,
                                            const ComputeOptions& options) {
  std::vector<DelayedNodePtr> kept;
  for (const Value& output : run_graph(delayed_graph(nodes, true), options)) {
    kept.push_back(make_delayed_value(graph::kept_value(output)));
  }
  return kept;
}

}  // namespace treadle
