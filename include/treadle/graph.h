#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "treadle/task_graph.h"
#include "treadle/value.h"

namespace treadle {

/// Functions over task graphs: each reads one and answers with another, or with something to know about it.
/// None runs anything, and none recurses along edges, however deep the graph.
namespace graph {

/// The graph without the tasks that no output needs. A graph without outputs stays as it is: it is run for
/// what its tasks do. Tasks keep their keys and their order.
TaskGraph cull(TaskGraph graph);

/// The graph with linear chains joined: a task of one value that a single task uses, once, and which is that
/// task's only input, runs inside it; so do values that are there already and that one task uses. Joined
/// tasks run as one operation named "first+second" and keep the last one's key, so outputs keep theirs. Tasks
/// that are outputs, may expand, have several slots or differ in their resources stay apart.
TaskGraph fuse(TaskGraph graph);

/// All tasks in the order in which they should run: inputs before users, larger Resources::priority first
/// where the graph leaves a choice, and otherwise depth first, so that what was begun is finished before more
/// is begun and few values are alive at once. Post-order of a depth-first walk from the tasks that nothing
/// needs, inputs that need more first (Sethi and Ullman, 1970, as in Dask's dask.order); what several results
/// share is used up for all of them while it is there. Depends on the graph only.
std::vector<TaskId> order(const TaskGraph& graph);

/// What can be said about a graph's form.
struct Shape {
  std::size_t num_tasks = 0;
  std::size_t num_edges = 0;
  std::size_t num_sources = 0;  ///< tasks without inputs
  std::size_t num_sinks = 0;    ///< tasks that no other needs
  std::size_t depth = 0;        ///< tasks on the longest path
  std::size_t width = 0;        ///< the most tasks of one level: what could run at once
};
Shape shape(const TaskGraph& graph);

/// Each task's level: 0 without inputs, else one more than the largest of its inputs.
std::vector<std::uint32_t> levels(const TaskGraph& graph);
/// A longest path, from a source to a sink.
std::vector<TaskId> critical_path(const TaskGraph& graph);

/// Who uses whom.
class Dependents {
 public:
  explicit Dependents(const TaskGraph& graph);
  /// The tasks that use a task's values, ascending, each once.
  std::span<const TaskId> of(TaskId task) const {
    return {users_.data() + begin_[task], begin_[task + 1] - begin_[task]};
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<TaskId> users_;
};

/// How a graph is drawn.
struct DrawOptions {
  /// With more tasks than this, one box stands for all tasks of one operation on one level (or, if these are
  /// still too many, of one operation).
  std::size_t most_boxes = 200;
};

/// The graph in Graphviz' language.
std::string to_dot(const TaskGraph& graph, const DrawOptions& options = {});
/// Draws the graph into a file: .dot, .svg, .png or .pdf. The latter three need Graphviz' `dot`. Throws
/// InvalidArgument for another ending, NotFound if `dot` is missing, IoError.
void draw(const TaskGraph& graph, const std::string& path, const DrawOptions& options = {});

/// {"version": 1, "tasks": [{"key", "name", "inputs": [[task, slot], ...]}, ...], "outputs": [[task, slot],
/// ...]}
std::string to_json(const TaskGraph& graph);

/// Makes operations known to read() by their Operation::reader_name(): called once per name by any process
/// that reads them.
using OperationReader = std::shared_ptr<const Operation> (*)(ByteSource& source);
void register_operation(std::string_view name, OperationReader reader);

/// Writes a graph whose operations are all portable, in a versioned binary form. Throws TypeError naming the
/// first operation that is not.
void write(const TaskGraph& graph, ByteSink& sink);
/// Reads it back: the same tasks with the same keys. Throws IoError for bytes that are no such graph or were
/// written by another version, NotFound for an operation that is not registered.
TaskGraph read(ByteSource& source);
/// The same, as a file: it appears complete under its name, in place of what had it, or not at all. Throws
/// IoError, too.
void save(const TaskGraph& graph, const std::string& path);
TaskGraph load(const std::string& path);

}  // namespace graph
}  // namespace treadle
