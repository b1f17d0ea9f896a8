#pragma once

#include <memory>

#include "array/nodes/array_node.h"
#include "treadle/array.h"

namespace treadle::array {

/// Chunks that a source reads.
class Source final : public ArrayNode {
 public:
  Source(std::shared_ptr<const ArraySource> source, DType dtype, Chunks chunks)
      : ArrayNode(dtype, std::move(chunks), {}), source_(std::move(source)) {}

  const std::shared_ptr<const ArraySource>& source() const noexcept { return source_; }

  std::string_view kind() const override { return "Source"; }
  std::string parameters() const override { return source_->to_string(); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::shared_ptr<const ArraySource> source_;
};

}  // namespace treadle::array
