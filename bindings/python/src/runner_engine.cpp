#include "src/runner_engine.h"

#include <utility>

#include "dataframe/plan/partitions.h"
#include "lazy/rewrite.h"
#include "session/default_engine.h"
#include "src/binding.h"
#include "src/python_call.h"
#include "src/python_function.h"

namespace treadle::python {

lazy::NodePtr step_through(const lazy::NodePtr& node, nb::handle runner) {
  const auto* step = dynamic_cast<const dataframe::MapPartitions*>(node.get());
  if (step == nullptr) return nullptr;
  auto function = function_through(step->spec().function, runner);
  return function == nullptr ? nullptr : step->with_function(std::move(function));
}

DataFrame through_runner(const DataFrame& frame, const ComputeOptions& options) {
  const auto engine = std::dynamic_pointer_cast<RunnerEngine>(options.engine);
  if (engine == nullptr) return frame;
  const lazy::NodePtr plan = frame.plan();
  const auto replaced = lazy::transform({&plan, 1}, [&](const lazy::NodePtr& node, const lazy::NodePtr&) {
    if (const auto* call = dynamic_cast<const PythonStep*>(node.get()))
      return call->through(engine->runner());
    lazy::NodePtr made = step_through(node, engine->runner());
    return made == nullptr ? node : made;
  });
  return DataFrame(std::dynamic_pointer_cast<const dataframe::PlanNode>(replaced[0]));
}

void bind_runner_engine(nb::module_& module) {
  module.def("with_runner", [](const ComputeOptions& options, nb::object runner) {
    ComputeOptions through = options;
    auto engine = options.engine != nullptr ? options.engine : session::default_engine();
    through.engine = std::make_shared<RunnerEngine>(std::move(engine), std::move(runner));
    return through;
  });
}

}  // namespace treadle::python
