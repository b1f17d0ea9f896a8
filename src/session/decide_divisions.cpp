#include "session/decide_divisions.h"

#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dataframe/plan/integer_division.h"
#include "dataframe/rules/rules.h"
#include "lazy/rewrite.h"
#include "session/start_run.h"

namespace treadle::session {
namespace {

using dataframe::IntegerDivision;

/// Those that are open and need no other that is.
std::vector<const IntegerDivision*> innermost(std::span<const lazy::NodePtr> roots) {
  std::vector<const IntegerDivision*> found;
  std::unordered_set<const lazy::Node*> open;  // nodes at or above one
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    bool above = false;
    for (const lazy::NodePtr& input : node->inputs()) above |= open.contains(input.get());
    const auto* division = dataframe::node_as<IntegerDivision>(node);
    if (division != nullptr && !above) found.push_back(division);
    if (division != nullptr || above) open.insert(node.get());
  }
  return found;
}

}  // namespace

std::vector<lazy::NodePtr> decide_divisions(std::vector<lazy::NodePtr> roots, const ComputeOptions& options) {
  if (innermost(roots).empty()) return roots;
  // What nobody looks at need not be asked for.
  roots = dataframe::prune_columns(lazy::share_equal(roots));
  ComputeOptions question = options;
  question.run.on_end = nullptr;  // is told of the run that was asked for
  for (;;) {
    const std::vector<const IntegerDivision*> open = innermost(roots);
    if (open.empty()) return roots;
    std::vector<lazy::NodePtr> questions;
    for (const IntegerDivision* division : open) questions.push_back(division->some_zero());
    const std::vector<Table> answers = StartedRun(questions, question).tables();
    std::unordered_map<const lazy::Node*, lazy::NodePtr> decided;
    for (std::size_t i = 0; i < open.size(); ++i)
      decided.emplace(open[i], open[i]->decided(answers[i].num_rows() != 0));
    roots = lazy::transform(roots, [&](const lazy::NodePtr& node, const lazy::NodePtr&) -> lazy::NodePtr {
      const auto found = decided.find(node.get());
      return found == decided.end() ? node : found->second;
    });
  }
}

}  // namespace treadle::session
