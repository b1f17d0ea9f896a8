#pragma once

#include <string>
#include <vector>

#include "array/nodes/array_node.h"

namespace treadle::array {

/// The axes in another order: axis i of the answer is axis order[i]. Chunks are views.
class Transpose final : public ArrayNode {
 public:
  Transpose(std::vector<std::size_t> order, const lazy::NodePtr& input);

  const std::vector<std::size_t>& order() const noexcept { return order_; }

  std::string_view kind() const override { return "Transpose"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::vector<std::size_t> order_;
};

}  // namespace treadle::array
