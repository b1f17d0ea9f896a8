#pragma once

#include "dataframe/plan/node.h"

namespace treadle::sql {

/// How many rows a plan may deliver, by the sizes of its sources, their statistics and rules of thumb. Never
/// needed for correctness: joins are ordered by it.
double estimate_rows(const dataframe::PlanPtr& plan);
/// What is left of the rows of `plan` by a condition on its columns: where they are compared with constants,
/// by the range of their values if the source knows it.
double selectivity(const dataframe::ExpressionPtr& condition, const dataframe::PlanPtr& plan);

}  // namespace treadle::sql
