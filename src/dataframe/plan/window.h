#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataframe/operators/window.h"
#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// Window columns behind those of the input, whose rows lie group by group in the order of the windows.
/// Delivers a partition for each of its input's.
class Window final : public PlanNode {
 public:
  /// Throws as window_schema() does.
  Window(const PlanPtr& input, WindowSpec spec);
  const WindowSpec& spec() const noexcept { return spec_; }

  std::string_view kind() const override { return "Window"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }

 private:
  WindowSpec spec_;
};

}  // namespace treadle::dataframe
