#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lazy/node.h"

namespace treadle::lazy {

/// Who uses what in the plan that is being rewritten. A rule that moves work below a node asks it first: a
/// node with several consumers must stay as it is, or its work would be done once for each.
class Consumers {
 public:
  explicit Consumers(std::span<const NodePtr> roots);
  /// Edges into `node`, a root's own counted.
  int count(const Node& node) const;
  bool shared(const Node& node) const { return count(node) > 1; }
  /// From now on `by` stands where `node` did, and has its users.
  void replace(const Node& node, NodePtr by);

 private:
  std::unordered_map<const Node*, int> counts_;
  // Kept, so that no other node comes to lie where a counted one did.
  std::vector<NodePtr> replacements_;
};

/// A rule looks at one node, and the nodes below it, and answers with an equal, better one, or null for
/// "nothing to do here". Pure.
struct Rule {
  std::string_view name;
  NodePtr (*apply)(const NodePtr& node, const Consumers& consumers);
};

/// Applies the rules, one after the other over the whole plan, inputs before users, until none finds
/// anything. Nodes that were shared stay shared; roots keep their order. Throws InternalError if the rules
/// never come to rest.
std::vector<NodePtr> rewrite(std::vector<NodePtr> roots, std::span<const Rule> rules);

/// Makes nodes of equal key one node, so that what two results share is computed once.
std::vector<NodePtr> share_equal(std::span<const NodePtr> roots);

/// Rebuilds the plan from the bottom: `replace` sees each node once, with its inputs replaced already.
template <class Replace>
std::vector<NodePtr> transform(std::span<const NodePtr> roots, Replace&& replace) {
  std::unordered_map<const Node*, NodePtr> done;
  for (const NodePtr& node : topological_order(roots)) {
    std::vector<NodePtr> inputs;
    bool changed = false;
    for (const NodePtr& input : node->inputs()) {
      inputs.push_back(done.at(input.get()));
      changed |= inputs.back() != input;
    }
    done.emplace(node.get(), replace(changed ? node->with_inputs(std::move(inputs)) : node, node));
  }
  std::vector<NodePtr> result;
  for (const NodePtr& root : roots) result.push_back(done.at(root.get()));
  return result;
}

}  // namespace treadle::lazy
