#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lazy/blocks.h"
#include "src/binding.h"
#include "src/shared_object.h"

namespace treadle::python {

/// The blocks of an array of the core on their way to Python's calls: they are its chunks, and know the
/// `_core.Array` that they are of, whose recipe writes them down for a pickle.
class RecordedBlocks final : public lazy::BlockNode {
 public:
  RecordedBlocks(lazy::NodePtr array, std::shared_ptr<const SharedObject> object)
      : BlockNode({std::move(array)}), object_(std::move(object)) {}

  /// The `_core.Array`. Under the GIL.
  nb::handle object() const { return object_->get(); }

  std::string_view kind() const override { return "Chunks"; }
  std::string parameters() const override { return {}; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const RecordedBlocks>(std::move(inputs[0]), object_);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    return lowering.blocks(inputs()[0]);
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add("array.chunks"); }

 private:
  std::shared_ptr<const SharedObject> object_;
};

}  // namespace treadle::python
