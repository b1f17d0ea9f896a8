#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lazy/node.h"
#include "treadle/value.h"

namespace treadle::session {

/// A block of one of a node's inputs.
struct BlockChoice {
  std::uint32_t input = 0;
  std::uint32_t block = 0;
};

/// A row of blocks made of the blocks of others, in this order: no tasks of its own.
lazy::NodePtr choose_blocks(std::vector<lazy::NodePtr> inputs, std::vector<BlockChoice> choices);

/// Blocks that are there already, or kept (persist_blocks()). They are work of their own, equal to no other.
lazy::NodePtr kept_blocks(std::vector<Value> values);

/// What a node of choose_blocks() was made with; null for another.
const std::vector<BlockChoice>* chosen_of(const lazy::NodePtr& node);
/// Whether a node is one of kept_blocks().
bool are_kept(const lazy::NodePtr& node);
/// The values of a node of kept_blocks(), in memory; nothing for another.
std::optional<std::vector<Value>> kept_of(const lazy::NodePtr& node);

}  // namespace treadle::session
