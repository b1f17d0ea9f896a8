#include "lazy/rewrite.h"

#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::lazy {
namespace {

/// One pass of one rule, inputs before users. What the rule makes of a node, and what is rebuilt above it, is
/// used by as many as the node was: so a chain of steps that melt into one does so in one pass.
std::vector<NodePtr> apply_once(const std::vector<NodePtr>& roots, const Rule& rule, bool& changed) {
  Consumers consumers(roots);
  return transform(roots, [&](NodePtr node, const NodePtr& original) {
    consumers.replace(*original, node);
    NodePtr better = rule.apply(node, consumers);
    if (better == nullptr || better == node) return node;
    changed = true;
    consumers.replace(*original, better);
    return better;
  });
}

}  // namespace

Consumers::Consumers(std::span<const NodePtr> roots) {
  for (const NodePtr& root : roots) ++counts_[root.get()];
  for (const NodePtr& node : topological_order(roots)) {
    for (const NodePtr& input : node->inputs()) ++counts_[input.get()];
  }
}

void Consumers::replace(const Node& node, NodePtr by) {
  if (&node == by.get()) return;
  counts_[by.get()] = count(node);
  replacements_.push_back(std::move(by));
}

int Consumers::count(const Node& node) const {
  const auto found = counts_.find(&node);
  return found == counts_.end() ? 0 : found->second;
}

std::vector<NodePtr> rewrite(std::vector<NodePtr> roots, std::span<const Rule> rules) {
  // Every rule moves a filter, limit or projection one step, so passes are bounded by the depth of the plan.
  const std::size_t max_passes = 64 + 16 * topological_order(roots).size();
  for (std::size_t pass = 0; pass < max_passes; ++pass) {
    bool changed = false;
    for (const Rule& rule : rules) roots = apply_once(roots, rule, changed);
    if (!changed) return roots;
  }
  throw InternalError("the rules of the optimizer do not come to rest:\n" + print(roots));
}

std::vector<NodePtr> share_equal(std::span<const NodePtr> roots) {
  std::unordered_map<Key, NodePtr> first;
  return transform(roots, [&](const NodePtr& node, const NodePtr&) {
    return first.emplace(node->key(), node).first->second;
  });
}

}  // namespace treadle::lazy
