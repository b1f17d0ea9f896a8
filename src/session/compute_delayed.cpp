#include "session/default_engine.h"
#include "treadle/delayed.h"

namespace treadle {

std::vector<Value> compute_delayed(std::span<const DelayedNodePtr> nodes, const ComputeOptions& options) {
  const std::shared_ptr<Engine> engine = options.engine ? options.engine : session::default_engine();
  Run run = engine->submit(delayed_graph(nodes), options.run);
  if (options.on_start) options.on_start(run);
  return run.outputs();
}

}  // namespace treadle
