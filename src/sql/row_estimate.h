#pragma once

#include "dataframe/plan/node.h"

namespace treadle::sql {

/// How many rows a plan may deliver, by the sizes of its sources and rules of thumb. Never needed for
/// correctness: joins are ordered by it.
double estimate_rows(const dataframe::PlanPtr& plan);
/// What is left of rows by a condition of this form.
double selectivity(const dataframe::ExpressionNode& condition);

}  // namespace treadle::sql
