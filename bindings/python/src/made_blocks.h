#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lazy/blocks.h"
#include "src/shared_object.h"

namespace treadle::python {

/// The blocks of its input, which a call of Python makes again in another process: no tasks of its own. What
/// the core makes knows no such way, so bags of native partitions put one between those and Python functions.
class MadeBlocks final : public lazy::BlockNode {
 public:
  /// `recipe`: a function and its arguments, a tuple of two; of a lazy object with the same blocks.
  MadeBlocks(lazy::NodePtr made, SharedObject recipe)
      : BlockNode({std::move(made)}), recipe_(std::make_shared<const SharedObject>(std::move(recipe))) {}
  nanobind::handle recipe() const noexcept { return recipe_->get(); }

  std::string_view kind() const override { return "MadeBlocks"; }
  std::string parameters() const override { return {}; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const MadeBlocks>(std::move(inputs[0]), recipe_);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return lowering.blocks(inputs()[0]);
  }

  MadeBlocks(lazy::NodePtr made, std::shared_ptr<const SharedObject> recipe)
      : BlockNode({std::move(made)}), recipe_(std::move(recipe)) {}

 protected:
  void add_to(KeyBuilder&) const override {}

 private:
  std::shared_ptr<const SharedObject> recipe_;
};

}  // namespace treadle::python
