#pragma once

#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// The only row of the right input beside each row of the left, whose partitions stay. The columns are the
/// left's, then the right's. No row on the right: no rows at all, as in a cross join.
class WithValues final : public PlanNode {
 public:
  /// Throws InvalidArgument for a name that occurs twice.
  WithValues(const PlanPtr& rows, const PlanPtr& values);
  PlanPtr rows() const { return as_plan(inputs()[0]); }
  PlanPtr values() const { return as_plan(inputs()[1]); }

  std::string_view kind() const override { return "WithValues"; }
  std::string parameters() const override { return ""; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  /// The cross join that means the same and knows nothing of partitions.
  PlanPtr as_join() const;

 protected:
  void add_to(KeyBuilder&) const override {}
};

}  // namespace treadle::dataframe
