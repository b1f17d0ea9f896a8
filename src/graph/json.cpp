#include "graph/json_text.h"
#include "graph/task_graph_state.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

void append_edges(std::string& text, std::span<const TaskOutput> edges) {
  text += '[';
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (i != 0) text += ", ";
    text += '[' + std::to_string(edges[i].task) + ", " + std::to_string(edges[i].slot) + ']';
  }
  text += ']';
}

}  // namespace

std::string to_json(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  std::string text = "{\"version\": 1, \"tasks\": [";
  for (TaskId id = 0; id < arrays.records.size(); ++id) {
    text += id == 0 ? "\n  {\"key\": \"" : ",\n  {\"key\": \"";
    text += arrays.keys[id].to_string() + "\", \"name\": ";
    append_json_string(text, arrays.operation(id).operation->name());
    text += ", \"inputs\": ";
    append_edges(text, arrays.inputs(id));
    text += '}';
  }
  text += arrays.records.empty() ? "], \"outputs\": " : "\n], \"outputs\": ";
  append_edges(text, arrays.outputs);
  return text + "}\n";
}

}  // namespace treadle::graph
