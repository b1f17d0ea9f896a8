#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <string>
#include <vector>

#include "session/start_run.h"
#include "src/binding.h"
#include "src/gil.h"
#include "treadle/data_frame.h"
#include "treadle/graph.h"

// The tasks that a computation would run, to look at.
namespace treadle::python {
namespace {

TaskGraph graph_of(const std::vector<DataFrame>& frames, bool optimize) {
  const GilReleased release;
  std::vector<lazy::NodePtr> roots;
  roots.reserve(frames.size());
  for (const DataFrame& frame : frames) roots.push_back(frame.plan());
  return session::lower_now(roots, optimize).graph;
}

}  // namespace

void bind_task_graph(nb::module_& module) {
  module.def("graph_dot", [](const std::vector<DataFrame>& frames, bool optimize, std::size_t most_boxes) {
    return graph::to_dot(graph_of(frames, optimize), {.most_boxes = most_boxes});
  });
  module.def("graph_json", [](const std::vector<DataFrame>& frames, bool optimize) {
    return graph::to_json(graph_of(frames, optimize));
  });
}

}  // namespace treadle::python
