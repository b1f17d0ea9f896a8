#pragma once

#include <vector>

#include "lazy/node.h"

namespace treadle::array {

/// The plan with the room's rules applied. Nodes of other rooms stay as they are.
std::vector<lazy::NodePtr> optimize(std::vector<lazy::NodePtr> roots);

}  // namespace treadle::array
