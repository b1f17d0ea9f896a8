#pragma once

#include <string>
#include <vector>

#include "array/nodes/array_node.h"

namespace treadle::array {

/// The same elements in other chunks. An axis of unknown length keeps its own.
class Rechunk final : public ArrayNode {
 public:
  Rechunk(Chunks after, const lazy::NodePtr& input);

  std::string_view kind() const override { return "Rechunk"; }
  std::string parameters() const override { return chunks().to_string(); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;

 protected:
  void add_to(KeyBuilder& key) const override { key.add("array.rechunk").add(chunks().to_string()); }
};

}  // namespace treadle::array
