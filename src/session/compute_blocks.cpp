#include "session/compute_blocks.h"

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "array/rules/rules.h"
#include "bag/pipeline.h"
#include "graph/kept_output.h"
#include "lazy/blocks.h"
#include "session/default_engine.h"
#include "session/frame_blocks.h"
#include "treadle/engine.h"
#include "treadle/graph.h"

namespace treadle::session {
namespace {

/// The values of a run's outputs, which are the blocks of roots one after the other, by root.
std::vector<std::vector<Value>> by_root(std::vector<Value> outputs, const std::vector<std::size_t>& counts) {
  std::vector<std::vector<Value>> blocks;
  auto next = std::make_move_iterator(outputs.begin());
  for (const std::size_t count : counts) {
    const auto end = next + static_cast<std::ptrdiff_t>(count);
    blocks.emplace_back(next, end);
    next = end;
  }
  return blocks;
}

}  // namespace

std::span<const lazy::Rule> block_rules() {
  static const std::vector<lazy::Rule> rules = [] {
    std::vector<lazy::Rule> all(array::rules().begin(), array::rules().end());
    all.push_back({"FusePipelines", bag::fuse_pipelines});
    return all;
  }();
  return rules;
}

namespace {

/// What is lowered for `roots`.
std::vector<lazy::NodePtr> planned(std::span<const lazy::NodePtr> roots, bool optimize) {
  // Equal steps first: a rule must know who else uses what it moves.
  std::vector<lazy::NodePtr> plan = lazy::share_equal(roots);
  if (optimize) plan = lazy::rewrite(std::move(plan), block_rules());
  return plan_frames_together(lazy::share_equal(plan));
}

}  // namespace

BlockGraph block_graph(std::span<const lazy::NodePtr> roots, bool optimize, Results results) {
  const std::vector<lazy::NodePtr> plan = planned(roots, optimize);
  BlockGraph result;
  lazy::Lowering lowering(result.graph);
  lowering.add(plan);
  for (const lazy::NodePtr& root : plan) {
    const std::vector<TaskOutput>& blocks = lowering.blocks(root);
    for (const TaskOutput& block : blocks) {
      if (results == Results::kKept) {
        graph::add_kept_output(result.graph, block);
      } else {
        result.graph.add_output(block);
      }
    }
    result.num_blocks.push_back(blocks.size());
  }
  // A slice needs few of the blocks below it, which were lowered all together.
  result.graph = graph::cull(std::move(result.graph));
  return result;
}

std::vector<TaskOutput> add_blocks(const lazy::NodePtr& root, TaskGraph& graph) {
  const std::vector<lazy::NodePtr> plan = planned(std::span(&root, 1), true);
  lazy::Lowering lowering(graph);
  lowering.add(plan);
  return lowering.blocks(plan.front());
}

namespace {

std::vector<std::vector<Value>> run_blocks(std::span<const lazy::NodePtr> roots,
                                           const ComputeOptions& options, Results results) {
  const std::shared_ptr<Engine> engine = options.engine ? options.engine : default_engine();
  BlockGraph lowered = block_graph(roots, options.optimize, results);
  RunOptions run_options = options.run;
  run_options.on_failure =
      OnFailure::kStopRun;  // all tasks work for one result: there is no use in the others
  Run run = engine->submit(std::move(lowered.graph), run_options);
  if (options.on_start) options.on_start(run);
  return by_root(run.outputs(), lowered.num_blocks);
}

}  // namespace

std::vector<std::vector<Value>> compute_blocks(std::span<const lazy::NodePtr> roots,
                                               const ComputeOptions& options) {
  return run_blocks(roots, options, Results::kTaken);
}

std::vector<std::vector<Value>> persist_blocks(std::span<const lazy::NodePtr> roots,
                                               const ComputeOptions& options) {
  std::vector<std::vector<Value>> kept = run_blocks(roots, options, Results::kKept);
  for (std::vector<Value>& blocks : kept) {
    for (Value& block : blocks) block = graph::kept_value(block);
  }
  return kept;
}

}  // namespace treadle::session
