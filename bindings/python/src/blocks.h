#pragma once

#include <cstddef>
#include <utility>

#include "lazy/node.h"
#include "src/binding.h"

namespace treadle::python {

/// `_core.Blocks`: a handle on a lazy::BlockNode, and how many blocks it has. What every lazy object of
/// Python stands on.
///
/// A lazy object says so by a method of its class
///
///     def __treadle_blocks__(self) -> tuple[_core.Blocks, Callable[[list[Any]], Any]]
///
/// which answers with its blocks and with what makes its value of the list of their values; None: the value
/// is that of its only block.
class Blocks {
 public:
  Blocks(lazy::NodePtr node, std::size_t num_blocks) : node_(std::move(node)), num_blocks_(num_blocks) {}
  const lazy::NodePtr& node() const noexcept { return node_; }
  std::size_t num_blocks() const noexcept { return num_blocks_; }

 private:
  lazy::NodePtr node_;
  std::size_t num_blocks_;
};

}  // namespace treadle::python
