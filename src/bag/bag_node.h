#pragma once

#include <cstddef>
#include <vector>

#include "lazy/blocks.h"
#include "treadle/bag_blocks.h"

namespace treadle::bag {

/// A step whose blocks are the partitions of a bag; how many there are is known when it is made.
class BagNode : public lazy::BlockNode {
 public:
  using BlockNode::BlockNode;
  virtual std::size_t num_blocks() const = 0;
};

}  // namespace treadle::bag
