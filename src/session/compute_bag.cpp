#include <string>
#include <utility>
#include <vector>

#include "lazy/rewrite.h"
#include "session/compute_blocks.h"
#include "treadle/bag_blocks.h"

// What starts work on bags.
namespace treadle::bag {

std::vector<Value> compute(const NodePtr& node, const ComputeOptions& options) {
  return std::move(session::compute_blocks(std::span(&node, 1), options).front());
}

NodePtr persist(const NodePtr& node, const ComputeOptions& options) {
  return kept(std::move(session::persist_blocks(std::span(&node, 1), options).front()));
}

std::string explain(const NodePtr& node) {
  const std::vector<NodePtr> optimized = lazy::rewrite({node}, session::block_rules());
  return "plan:\n" + lazy::print(node) + "optimized plan:\n" + lazy::print(optimized);
}

}  // namespace treadle::bag
