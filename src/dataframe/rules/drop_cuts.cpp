#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "dataframe/plan/combine.h"
#include "dataframe/plan/partitions.h"
#include "dataframe/plan/running.h"
#include "dataframe/plan/window.h"
#include "dataframe/plan/with_values.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

bool numbers_partitions(const Running& running) {
  const std::vector<RunningColumn>& columns = running.spec().columns;
  return std::any_of(columns.begin(), columns.end(),
                     [](const RunningColumn& column) { return column.kind == RunningKind::kPartition; });
}

/// Whether a node's answer depends on how its input is cut, `own` saying whether anyone looks at its own
/// partitions.
bool looks_at_partitions(const lazy::NodePtr& node, bool own) {
  if (const auto* map = node_as<MapPartitions>(node)) return !map->spec().whole;
  if (node_as<ChoosePartitions>(node) != nullptr || node_as<Write>(node) != nullptr) return true;
  if (node_as<WithValues>(node) != nullptr) return own;
  if (node_as<Window>(node) != nullptr) return own;
  if (const auto* running = node_as<Running>(node)) return own || numbers_partitions(*running);
  const bool hands_on = node_as<Filter>(node) != nullptr || node_as<Project>(node) != nullptr ||
                        node_as<Union>(node) != nullptr || node_as<Repartition>(node) != nullptr;
  return hands_on && own;
}

/// The nodes whose partitions someone looks at, `found` being those of the results.
std::unordered_set<const lazy::Node*> looked_at(const std::vector<lazy::NodePtr>& order,
                                                std::unordered_set<const lazy::Node*> found) {
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    if (!looks_at_partitions(*node, found.contains(node->get()))) continue;
    const bool first_only = node_as<WithValues>(*node) != nullptr;
    for (const lazy::NodePtr& input : (*node)->inputs()) {
      found.insert(input.get());
      if (first_only) break;
    }
  }
  return found;
}

}  // namespace

std::vector<lazy::NodePtr> drop_cuts(std::span<const lazy::NodePtr> roots, ResultPartitions results) {
  const std::vector<lazy::NodePtr> order = lazy::topological_order(roots);
  std::unordered_set<const lazy::Node*> asked_for;
  if (results == ResultPartitions::kLookedAt) {
    for (const lazy::NodePtr& root : roots) asked_for.insert(root.get());
  }
  const std::unordered_set<const lazy::Node*> kept = looked_at(order, std::move(asked_for));
  std::unordered_map<const lazy::Node*, lazy::NodePtr> done;
  for (const lazy::NodePtr& node : order) {
    std::vector<lazy::NodePtr> inputs;
    for (const lazy::NodePtr& input : node->inputs()) inputs.push_back(done.at(input.get()));
    const bool cuts = node_as<Repartition>(node) != nullptr || node_as<Cut>(node) != nullptr;
    if (cuts && !kept.contains(node.get())) {
      done.emplace(node.get(), inputs[0]);
    } else if (node_as<WithValues>(node) != nullptr && !kept.contains(node.get())) {
      const lazy::NodePtr beside = node->with_inputs(std::move(inputs));
      done.emplace(node.get(), node_as<WithValues>(beside)->as_join());
    } else {
      const bool same = inputs == node->inputs();
      done.emplace(node.get(), same ? node : node->with_inputs(std::move(inputs)));
    }
  }
  std::vector<lazy::NodePtr> result;
  for (const lazy::NodePtr& root : roots) result.push_back(done.at(root.get()));
  return result;
}

}  // namespace treadle::dataframe
