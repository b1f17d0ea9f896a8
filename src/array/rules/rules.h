#pragma once

#include "lazy/rewrite.h"

namespace treadle::array {

/// An elementwise step that only one other reads is computed inside it, tile by tile.
lazy::NodePtr fuse_elementwise(const lazy::NodePtr& node, const lazy::Consumers& consumers);

}  // namespace treadle::array
