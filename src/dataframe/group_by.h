#pragma once

#include <span>
#include <vector>

#include "dataframe/expressions/node.h"
#include "dataframe/plan/node.h"

namespace treadle::dataframe {

/// A row for each group of equal keys (none: one group), with the keys and the expressions over aggregates: a
/// projection that makes keys and arguments, the aggregate, and a projection of its results; those that do
/// nothing are left out. Throws InvalidArgument for names that occur twice, and as split_aggregates() does.
PlanPtr group_by(const PlanPtr& input, std::span<const ExpressionPtr> keys,
                 std::span<const ExpressionPtr> expressions);

}  // namespace treadle::dataframe
