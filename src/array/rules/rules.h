#pragma once

#include <span>

#include "lazy/rewrite.h"

namespace treadle::array {

/// An elementwise step that only one other reads is computed inside it, tile by tile.
lazy::NodePtr fuse_elementwise(const lazy::NodePtr& node, const lazy::Consumers& consumers);

/// A part of an expression that only it reads is an expression of parts.
lazy::NodePtr push_part_below_elementwise(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// A part of a transposed array is a transposed part, and a part of an array cut anew is a part cut anew.
lazy::NodePtr push_part_below_transpose(const lazy::NodePtr& node, const lazy::Consumers& consumers);
lazy::NodePtr push_part_below_rechunk(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// A part of a source that reads parts is a source of its own, unless others read most of the same chunks.
lazy::NodePtr push_part_into_source(const lazy::NodePtr& node, const lazy::Consumers& consumers);

/// The room's rules, in the order in which they are applied. They look at arrays only.
std::span<const lazy::Rule> rules();

}  // namespace treadle::array
