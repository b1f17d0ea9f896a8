#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dataframe/operators/join.h"
#include "dataframe/plan/node.h"

// Nodes of several inputs.
namespace treadle::dataframe {

/// Rows of two inputs that belong together: left, then right. See JoinSpec for the order of the rows.
class Join final : public PlanNode {
 public:
  /// Throws NotFound and TypeError for keys that are not there or cannot be compared, TypeError for a
  /// condition that is not bool, InvalidArgument for a name that occurs twice.
  Join(PlanPtr left, PlanPtr right, JoinSpec spec);
  const JoinSpec& spec() const noexcept { return spec_; }
  PlanPtr left() const { return as_plan(inputs()[0]); }
  PlanPtr right() const { return as_plan(inputs()[1]); }

  std::string_view kind() const override { return "Join"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }

 private:
  JoinSpec spec_;
};

/// A join of any kind as nodes: kRight is a Join of the sides exchanged, kFull a Union of a left join and the
/// right rows that have no partner, kCross a Join without keys. Where `columns` has the left key of a pair
/// under a name that is in `coalesced`, it stands for both: it is the right key in rows that have no left
/// side.
PlanPtr make_join(const PlanPtr& left, const PlanPtr& right, JoinSpec spec,
                  const std::vector<std::string>& coalesced = {});

/// The rows of all inputs, one input after the other. Columns go by position and are named as in the first
/// input; each has the type that all inputs' columns can be brought to.
class Union final : public PlanNode {
 public:
  /// Throws InvalidArgument for inputs of different numbers of columns or no inputs, TypeError naming a
  /// column whose types have nothing in common.
  explicit Union(std::vector<PlanPtr> inputs);

  std::string_view kind() const override { return "Union"; }
  std::string parameters() const override { return ""; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder&) const override {}
};

}  // namespace treadle::dataframe
