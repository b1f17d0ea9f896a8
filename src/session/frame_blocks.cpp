#include "session/frame_blocks.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "columnar/batch_list.h"
#include "dataframe/lower/lower.h"
#include "dataframe/lower/partition_blocks.h"
#include "dataframe/plan/block_scan.h"
#include "lazy/blocks.h"
#include "lazy/rewrite.h"
#include "memory/kept_values.h"
#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "session/decide_divisions.h"
#include "session/start_run.h"
#include "treadle/engine.h"

namespace treadle::session {
namespace {

/// What decides types runs on the thread that lowers: the engine waits for this graph.
std::vector<lazy::NodePtr> decided_now(
    const std::vector<lazy::NodePtr>& plans,
    dataframe::ResultPartitions results = dataframe::ResultPartitions::kUnseen) {
  ComputeOptions here;
  here.engine = make_synchronous_engine();
  return plan_now(decide_divisions(plans, here), true, results);
}

class FrameBlocks final : public lazy::BlockNode {
 public:
  explicit FrameBlocks(std::vector<lazy::NodePtr> plans)
      : BlockNode(dataframe::blocks_below(plans)), plans_(std::move(plans)) {}
  const std::vector<lazy::NodePtr>& plans() const noexcept { return plans_; }

  std::string_view kind() const override { return "FrameBlocks"; }
  std::string parameters() const override { return std::to_string(plans_.size()); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const FrameBlocks>(dataframe::with_blocks(plans_, inputs));
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return dataframe::lower_into(lowering, decided_now(plans_));
  }

 protected:
  void add_to(KeyBuilder& key) const override {
    for (const lazy::NodePtr& plan : plans_) key.add(plan->key());
  }

 private:
  std::vector<lazy::NodePtr> plans_;
};

class PartitionBlocks final : public lazy::BlockNode {
 public:
  explicit PartitionBlocks(lazy::NodePtr plan)
      : BlockNode(dataframe::blocks_below(std::span(&plan, 1))), plan_(std::move(plan)) {}

  std::string_view kind() const override { return "PartitionBlocks"; }
  std::string parameters() const override { return {}; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const PartitionBlocks>(
        dataframe::with_blocks(std::span(&plan_, 1), inputs).front());
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const auto results = dataframe::ResultPartitions::kLookedAt;
    return dataframe::lower_partitions(lowering, decided_now({plan_}, results).front());
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(plan_->key()); }

 private:
  lazy::NodePtr plan_;
};

const FrameBlocks* as_frames(const lazy::NodePtr& node) {
  return dynamic_cast<const FrameBlocks*>(node.get());
}

/// The frames among the nodes by how many others lie on the way to them: those of one level do not need one
/// another.
std::vector<std::vector<lazy::NodePtr>> frames_by_level(std::span<const lazy::NodePtr> roots) {
  std::vector<std::vector<lazy::NodePtr>> by_level;
  std::unordered_map<const lazy::Node*, std::size_t> levels;  // frames below and including the node
  for (const lazy::NodePtr& node : lazy::topological_order(roots)) {
    std::size_t level = 0;
    for (const lazy::NodePtr& input : node->inputs()) level = std::max(level, levels.at(input.get()));
    if (as_frames(node) != nullptr) {
      if (by_level.size() == level) by_level.emplace_back();
      by_level[level++].push_back(node);
    }
    levels.emplace(node.get(), level);
  }
  return by_level;
}

/// `roots` with one node in the place of several.
std::vector<lazy::NodePtr> merge(std::span<const lazy::NodePtr> roots,
                                 const std::vector<lazy::NodePtr>& frames) {
  std::vector<lazy::NodePtr> plans;
  std::unordered_map<const lazy::Node*, std::size_t> first;
  for (const lazy::NodePtr& node : frames) {
    first.emplace(node.get(), plans.size());
    for (const lazy::NodePtr& plan : as_frames(node)->plans()) plans.push_back(plan);
  }
  const auto together = std::make_shared<const FrameBlocks>(std::move(plans));
  return lazy::transform(roots, [&](const lazy::NodePtr& node, const lazy::NodePtr& before) -> lazy::NodePtr {
    const auto found = first.find(before.get());
    if (found == first.end()) return node;
    std::vector<BlockChoice> choices;
    for (std::size_t i = 0; i < as_frames(before)->plans().size(); ++i) {
      choices.push_back({0, static_cast<std::uint32_t>(found->second + i)});
    }
    return choose_blocks({together}, std::move(choices));
  });
}

}  // namespace

lazy::NodePtr frame_blocks(const std::vector<DataFrame>& frames) {
  std::vector<lazy::NodePtr> plans;
  for (const DataFrame& frame : frames) plans.push_back(frame.plan());
  return std::make_shared<const FrameBlocks>(std::move(plans));
}

lazy::NodePtr partition_blocks(const DataFrame& frame) {
  return std::make_shared<const PartitionBlocks>(frame.plan());
}

lazy::NodePtr map_frame_steps(const lazy::NodePtr& node,
                              const std::function<lazy::NodePtr(const lazy::NodePtr&)>& step) {
  const FrameBlocks* frames = as_frames(node);
  if (frames == nullptr) return nullptr;
  return std::make_shared<const FrameBlocks>(
      lazy::transform(frames->plans(), [&](const lazy::NodePtr& one, const lazy::NodePtr&) {
        lazy::NodePtr made = step(one);
        return made == nullptr ? one : made;
      }));
}

DataFrame frame_of_blocks(lazy::NodePtr rows, std::size_t num_blocks, const Schema& schema) {
  return DataFrame(std::make_shared<const dataframe::BlockScan>(std::move(rows), num_blocks,
                                                                std::make_shared<const Schema>(schema)));
}

DataFrame persist(const DataFrame& frame, const ComputeOptions& options) {
  const lazy::NodePtr rows = partition_blocks(frame);
  std::vector<Value> partitions = std::move(persist_blocks(std::span(&rows, 1), options).front());
  // Files may turn out to hold other types than they were assumed to.
  const columnar::SchemaPtr schema = resolved(partitions.at(0)).get<columnar::BatchList>().schema;
  const std::size_t count = partitions.size();
  return frame_of_blocks(kept_blocks(std::move(partitions)), count, *schema);
}

std::optional<std::vector<Value>> kept_partitions(const DataFrame& frame) {
  const auto* scan = dataframe::node_as<dataframe::BlockScan>(frame.plan());
  auto blocks = scan == nullptr ? std::nullopt : kept_of(scan->rows());
  if (!blocks) return std::nullopt;
  std::vector<Value> partitions;
  for (const std::size_t block : scan->chosen()) partitions.push_back((*blocks)[block]);
  return partitions;
}

std::vector<lazy::NodePtr> plan_frames_together(std::vector<lazy::NodePtr> roots) {
  const std::size_t num_levels = frames_by_level(roots).size();
  for (std::size_t level = 0; level < num_levels; ++level) {
    const std::vector<lazy::NodePtr> frames = frames_by_level(roots)[level];
    if (frames.size() > 1) roots = merge(roots, frames);
  }
  return roots;
}

}  // namespace treadle::session
