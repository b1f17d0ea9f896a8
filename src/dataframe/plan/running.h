#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataframe/operators/running.h"
#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// Columns computed from row to row, behind those of the input. Delivers a partition for each of its input's.
class Running final : public PlanNode {
 public:
  /// Throws as running_schema() does.
  Running(const PlanPtr& input, RunningSpec spec);
  const RunningSpec& spec() const noexcept { return spec_; }

  std::string_view kind() const override { return "Running"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }

 private:
  RunningSpec spec_;
};

}  // namespace treadle::dataframe
