#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "graph/json_text.h"
#include "graph/task_graph_state.h"
#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

// Boxes and arrows, each arrow once, however many edges it stands for.
struct Drawing {
  std::vector<std::pair<std::string, bool>> boxes;  // label; whether an output is among its tasks
  std::set<std::pair<std::size_t, std::size_t>> arrows;
};

std::string render(const Drawing& drawing) {
  std::string text =
      "digraph tasks {\n  rankdir=BT;\n  node [shape=box, style=rounded, fontname=\"sans\"];\n";
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i) {
    text += "  t" + std::to_string(i) + " [label=";
    append_json_string(text, drawing.boxes[i].first);
    text += drawing.boxes[i].second ? ", penwidth=3];\n" : "];\n";
  }
  for (const auto& [from, to] : drawing.arrows) {
    text += "  t" + std::to_string(from) + " -> t" + std::to_string(to) + ";\n";
  }
  return text + "}\n";
}

std::vector<bool> outputs_of(const TaskGraph::State& graph) {
  std::vector<bool> is_output(graph.records.size(), false);
  for (const TaskOutput& output : graph.outputs) is_output[output.task] = true;
  return is_output;
}

// `box_of` gives each task the number of its box; labels and outputs are filled in by the caller.
void add_arrows(const TaskGraph::State& graph, const std::vector<std::size_t>& box_of, Drawing& drawing) {
  for (TaskId id = 0; id < graph.records.size(); ++id) {
    for (const TaskOutput& input : graph.inputs(id)) {
      if (box_of[input.task] != box_of[id]) drawing.arrows.emplace(box_of[input.task], box_of[id]);
    }
  }
}

Drawing every_task(const TaskGraph& graph) {
  const TaskGraph::State& arrays = graph.state();
  const std::vector<bool> is_output = outputs_of(arrays);
  Drawing drawing;
  std::vector<std::size_t> box_of(arrays.records.size());
  for (TaskId id = 0; id < box_of.size(); ++id) {
    box_of[id] = id;
    drawing.boxes.emplace_back(graph.name(id), is_output[id]);
  }
  add_arrows(arrays, box_of, drawing);
  return drawing;
}

// One box for all tasks of an operation's name, by level or altogether.
Drawing layers(const TaskGraph& graph, bool by_level) {
  const TaskGraph::State& arrays = graph.state();
  const std::vector<bool> is_output = outputs_of(arrays);
  const std::vector<std::uint32_t> level = levels(graph);
  std::map<std::pair<std::uint32_t, std::string_view>, std::size_t> box_by_layer;
  std::vector<std::size_t> box_of(arrays.records.size());
  std::vector<std::size_t> size;
  Drawing drawing;
  for (TaskId id = 0; id < box_of.size(); ++id) {
    const std::string_view name = arrays.operation(id).operation->name();
    const auto [place, added] = box_by_layer.try_emplace({by_level ? level[id] : 0, name}, size.size());
    if (added) {
      drawing.boxes.emplace_back(name, false);
      size.push_back(0);
    }
    box_of[id] = place->second;
    ++size[place->second];
    if (is_output[id]) drawing.boxes[place->second].second = true;
  }
  for (std::size_t i = 0; i < size.size(); ++i) {
    if (size[i] > 1) drawing.boxes[i].first += " x " + std::to_string(size[i]);
  }
  add_arrows(arrays, box_of, drawing);
  return drawing;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw IoError::from_errno("cannot write the drawing", path, errno);
}

// Runs `dot`, reading the text from a nameless file.
void run_dot(const std::string& format, const std::string& path, const std::string& text) {
  std::error_code error;
  std::string name = std::filesystem::temp_directory_path(error) / "treadle-dot-XXXXXX";
  if (error) throw IoError("cannot make a temporary file: TMPDIR names no directory");
  const int input = ::mkostemp(name.data(), O_CLOEXEC);
  if (input < 0) throw IoError::from_errno("cannot make a temporary file", name, errno);
  ::unlink(name.c_str());
  const bool written = ::write(input, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::lseek(input, 0, SEEK_SET);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  std::string type = std::string("-T").append(format), output = std::string("-o").append(path),
              program = "dot";
  char* arguments[] = {program.data(), type.data(), output.data(), nullptr};
  pid_t child = 0;
  const int spawned = written ? ::posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ) : ENOSPC;
  posix_spawn_file_actions_destroy(&actions);
  ::close(input);
  if (spawned == ENOENT) {
    throw NotFound(
        "drawing a graph as " + format +
        " needs Graphviz, whose program `dot` was not found; install graphviz, or write a .dot file");
  }
  if (spawned != 0) throw IoError::from_errno("cannot run Graphviz", "dot", spawned);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw IoError("Graphviz could not draw the graph into " + path);
  }
}

}  // namespace

std::string to_dot(const TaskGraph& graph, const DrawOptions& options) {
  if (graph.num_tasks() <= options.most_boxes) return render(every_task(graph));
  Drawing drawing = layers(graph, true);
  if (drawing.boxes.size() > options.most_boxes) drawing = layers(graph, false);
  return render(drawing);
}

void draw(const TaskGraph& graph, const std::string& path, const DrawOptions& options) {
  const std::size_t dot = path.rfind('.');
  const std::string format = dot == std::string::npos ? "" : path.substr(dot + 1);
  if (format == "dot") return write_file(path, to_dot(graph, options));
  if (format != "svg" && format != "png" && format != "pdf") {
    throw InvalidArgument("a drawing's file ends in .dot, .svg, .png or .pdf, not \"" + path + "\"");
  }
  run_dot(format, path, to_dot(graph, options));
}

}  // namespace treadle::graph
