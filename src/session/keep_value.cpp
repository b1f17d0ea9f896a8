#include "session/keep_value.h"

#include <memory>
#include <utility>

#include "graph/kept_output.h"
#include "graph/value_operation.h"
#include "memory/kept_values.h"
#include "treadle/engine.h"

namespace treadle::session {

Value keep_value(Value value, const ComputeOptions& options) {
  if (value.nbytes() < KeptValues::kLeastKept) return value;
  TaskGraph graph;
  const TaskId there =
      graph.add(std::make_shared<const graph::ValueOperation>(std::move(value), unique_key()));
  graph::add_kept_output(graph, {there, 0});
  RunOptions run = options.run;
  run.listener = nullptr;
  run.on_end = nullptr;
  // A run has the budget, and this thread the time: those of the engine may be busy for long.
  return graph::kept_value(make_synchronous_engine()->submit(std::move(graph), run).outputs().front());
}

}  // namespace treadle::session
