#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// A column of what integers divided by integers give, behind the input's columns, as pandas has it:
/// integers, but float64 if the divisor is zero in any of the rows. So its type depends on values: a run
/// finds out before it is planned (session/decide_divisions.h), and no operator meets this
/// node. Its schema, and whoever only looks at the plan, assume that no divisor is zero.
class IntegerDivision final : public PlanNode {
 public:
  enum class Result : std::uint8_t {
    kFloor,      ///< the quotient, rounded down; by zero infinite, or NaN of zero
    kRemainder,  ///< what is left, with the divisor's sign; by zero NaN
  };

  /// Throws InvalidArgument for a name that the input has, TypeError for what cannot be divided.
  IntegerDivision(const PlanPtr& input, Result result, ExpressionPtr dividend, ExpressionPtr divisor,
                  std::string name);

  const std::string& name() const noexcept { return name_; }
  /// Adds the columns that it looks at.
  void add_operands(std::set<std::string>& columns) const;

  /// No rows if no divisor is zero, else one.
  PlanPtr some_zero() const;
  /// The same columns by a projection, once it is known whether some divisor is zero.
  PlanPtr decided(bool some_zero) const;

  std::string_view kind() const override { return "IntegerDivision"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  Result result_;
  ExpressionPtr dividend_;
  ExpressionPtr divisor_;
  std::string name_;
};

/// The plan with every IntegerDivision as if no divisor were zero.
std::vector<lazy::NodePtr> assume_no_zero(std::span<const lazy::NodePtr> roots);

}  // namespace treadle::dataframe
