#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bag/bag_node.h"
#include "bag/collector.h"
#include "bag/step.h"
#include "io/text/text_files.h"
#include "lazy/rewrite.h"

// Texts through steps to a collector, partition by partition, without anything in between being kept.
//
//   files --blocks of lines--> lower -> split -> flatten --> TextCounts      one task a partition; its strips
//   TextItems ------------------------------------------^                    run on all idle threads
namespace treadle::bag {

/// Makes a partition of the texts that steps could not take (BadItem): as these would have, or by throwing
/// what is wrong with them.
struct Otherwise {
  BlockFunction make;
  Key identity;  ///< of what it does
};

/// What a pipeline does with a partition's texts.
struct Steps {
  std::vector<StepPtr> steps;
  Output output = Output::kTexts;
  std::size_t num_parts = 1;                   ///< of counts of texts: how many blocks come of each partition
  std::shared_ptr<const Otherwise> otherwise;  ///< may be null: then what cannot be taken is an error
  std::size_t num_text_steps = 0;              ///< the first ones, whose texts `otherwise` gets
};

/// The lines of files (no inputs), or the texts of a bag (one input, of TextItems), through steps.
class Pipeline final : public BagNode {
 public:
  Pipeline(std::shared_ptr<const text::TextFiles> files, Steps steps);
  Pipeline(lazy::NodePtr input, Steps steps);

  std::string_view kind() const override { return "Pipeline"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::size_t num_blocks() const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

  const std::shared_ptr<const text::TextFiles>& files() const noexcept { return files_; }
  const Steps& steps() const noexcept { return steps_; }

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::shared_ptr<const text::TextFiles> files_;
  Steps steps_;
};

/// Makes a pipeline over texts of a pipeline that nobody else uses one pipeline.
lazy::NodePtr fuse_pipelines(const lazy::NodePtr& node, const lazy::Consumers& consumers);

/// What tells steps from others.
void add_steps(const Steps& steps, KeyBuilder& key);

/// "read_text -> lower -> split".
std::string describe(const Steps& steps, bool from_files);

}  // namespace treadle::bag
