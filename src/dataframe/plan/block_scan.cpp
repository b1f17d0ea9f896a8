#include "dataframe/plan/block_scan.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "lazy/rewrite.h"

namespace treadle::dataframe {
namespace {

std::vector<std::size_t> all_of(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  return numbers;
}

}  // namespace

BlockScan::BlockScan(lazy::NodePtr rows, std::size_t num_blocks, columnar::SchemaPtr schema)
    : BlockScan(std::move(rows), all_of(num_blocks), std::move(schema)) {}

BlockScan::BlockScan(lazy::NodePtr rows, std::vector<std::size_t> chosen, columnar::SchemaPtr schema)
    : PlanNode({}, std::move(schema)), rows_(std::move(rows)), chosen_(std::move(chosen)) {}

std::string BlockScan::parameters() const {
  return std::string(rows_->kind()) + ", " + std::to_string(chosen_.size()) +
         (chosen_.size() == 1 ? " partition" : " partitions");
}

lazy::NodePtr BlockScan::with_inputs(std::vector<lazy::NodePtr>) const { return shared_from_this(); }

void BlockScan::add_to(KeyBuilder& key) const {
  key.add(rows_->key());
  for (const std::size_t block : chosen_) key.add(static_cast<std::uint64_t>(block));
}

std::vector<lazy::NodePtr> blocks_below(std::span<const lazy::NodePtr> plans) {
  std::vector<lazy::NodePtr> blocks;
  for (const lazy::NodePtr& node : lazy::topological_order(plans)) {
    const auto* scan = node_as<BlockScan>(node);
    if (scan != nullptr && std::ranges::find(blocks, scan->rows()) == blocks.end()) {
      blocks.push_back(scan->rows());
    }
  }
  return blocks;
}

std::vector<lazy::NodePtr> with_blocks(std::span<const lazy::NodePtr> plans,
                                       const std::vector<lazy::NodePtr>& blocks) {
  const std::vector<lazy::NodePtr> before = blocks_below(plans);
  return lazy::transform(plans, [&](const lazy::NodePtr& node, const lazy::NodePtr&) -> lazy::NodePtr {
    const auto* scan = node_as<BlockScan>(node);
    if (scan == nullptr) return node;
    const auto place = std::ranges::find(before, scan->rows()) - before.begin();
    return std::make_shared<const BlockScan>(blocks.at(static_cast<std::size_t>(place)), scan->chosen(),
                                             scan->schema());
  });
}

}  // namespace treadle::dataframe
