#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// Rows that other collections make: each partition is a block of `rows`, a BlockNode, and holds a BatchList
/// with the columns of `schema`. A block of another kind or with other columns is a TypeError of the run.
///
/// For the plan it is a leaf: what makes the blocks is none of its inputs, and no rule looks there.
class BlockScan final : public PlanNode {
 public:
  BlockScan(lazy::NodePtr rows, std::size_t num_blocks, columnar::SchemaPtr schema);
  /// Some of its blocks only, in this order.
  BlockScan(lazy::NodePtr rows, std::vector<std::size_t> chosen, columnar::SchemaPtr schema);
  const lazy::NodePtr& rows() const noexcept { return rows_; }
  /// Which of the blocks are the partitions.
  const std::vector<std::size_t>& chosen() const noexcept { return chosen_; }

  std::string_view kind() const override { return "BlockScan"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  lazy::NodePtr rows_;
  std::vector<std::size_t> chosen_;
};

/// What the BlockScans of plans read, each once.
std::vector<lazy::NodePtr> blocks_below(std::span<const lazy::NodePtr> plans);

/// The plans with `blocks` in the places of what blocks_below() says, in its order.
std::vector<lazy::NodePtr> with_blocks(std::span<const lazy::NodePtr> plans,
                                       const std::vector<lazy::NodePtr>& blocks);

}  // namespace treadle::dataframe
