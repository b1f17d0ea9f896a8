#include "lazy/blocks.h"

#include <string>

#include "treadle/error.h"

namespace treadle::lazy {

void Lowering::add(std::span<const NodePtr> roots) {
  for (const NodePtr& node : topological_order(roots)) {
    if (blocks_.contains(node.get())) continue;
    const auto* block_node = dynamic_cast<const BlockNode*>(node.get());
    if (block_node == nullptr) {
      throw InternalError("expected a step made of blocks, found " + std::string(node->kind()));
    }
    blocks_.emplace(node.get(), block_node->lower(*this));
  }
}

}  // namespace treadle::lazy
