#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/byte_size.h"
#include "base/machine.h"
#include "base/memory_limits.h"
#include "dataframe/lower/lower.h"
#include "dataframe/plan/integer_division.h"
#include "dataframe/plan/node.h"
#include "dataframe/rules/rules.h"
#include "lazy/rewrite.h"
#include "treadle/data_frame.h"

// explain(): the plan before and after optimisation, and what running it needs.
namespace treadle {
namespace {

/// The tasks of one operation.
struct Stage {
  std::size_t num_tasks = 0;
  MemoryNeed largest;
};

std::map<std::string, Stage> stages_of(const TaskGraph& graph, std::vector<std::string>& order) {
  std::map<std::string, Stage> stages;
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    const Task task = graph.task(id);
    const std::vector<SizeEstimate> inputs(task.inputs.size());
    const MemoryNeed need = task.operation.memory_need(inputs);
    const std::string name(task.operation.name());
    if (!stages.contains(name)) order.push_back(name);
    Stage& stage = stages[name];
    ++stage.num_tasks;
    stage.largest.least = std::max(stage.largest.least, need.least);
    stage.largest.wished = std::max({stage.largest.wished, need.least, need.wished});
  }
  return stages;
}

unsigned threads_of(const RunOptions& run) {
  return run.num_threads != 0 ? run.num_threads : usable_threads();
}

/// Tasks of a stage run at once on all threads, each with what it wishes for; a limit cuts that down to what
/// they need.
std::string memory_text(const TaskGraph& graph, const RunOptions& run) {
  std::vector<std::string> order;
  const std::map<std::string, Stage> stages = stages_of(graph, order);
  const bool limited = run.memory_limit || run.working_memory;
  const std::size_t working_memory = memory_limits(run, threads_of(run)).working_memory;
  std::string text;
  for (const std::string& name : order) {
    const Stage& stage = stages.at(name);
    const std::size_t at_once = std::min<std::size_t>(stage.num_tasks, threads_of(run));
    const std::size_t waiting = stage.largest.wished == 0 ? 0 : std::size_t{threads_of(run)} + 2;
    std::size_t bound = (at_once + waiting) * stage.largest.wished;
    if (limited) bound = std::min(bound, std::max(working_memory, stage.largest.least));
    text += "  " + name + ": " + std::to_string(stage.num_tasks) +
            (stage.num_tasks == 1 ? " task" : " tasks") + ", at most " + format_byte_size(bound) +
            " at once, at least " + format_byte_size(stage.largest.least) + " a task\n";
  }
  return text + "  results come on top; no row may exceed a strip\n";
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '\n' && i + 1 < text.size()) result += "  ";
  }
  return result;
}

}  // namespace

std::string DataFrame::explain(const ComputeOptions& options) const {
  const std::vector<lazy::NodePtr> roots = {plan_};
  const std::vector<lazy::NodePtr> assumed = dataframe::assume_no_zero(roots);
  const std::vector<lazy::NodePtr> run =
      options.optimize ? dataframe::optimize(assumed) : lazy::share_equal(assumed);
  std::string text = "plan:\n" + indented(lazy::print(roots));
  if (options.optimize) text += "optimized plan:\n" + indented(lazy::print(run));
  return text + "working memory, " + std::to_string(threads_of(options.run)) + " threads:\n" +
         memory_text(dataframe::lower(run).graph, options.run);
}

}  // namespace treadle
