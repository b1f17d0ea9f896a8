#pragma once

#include "dataframe/operators/aggregate.h"
#include "treadle/key.h"

namespace treadle::dataframe {

/// Throws InvalidArgument for a number of partitions that cannot be.
void check_plan(const AggregatePlan& plan);
/// Everything that determines what the plan computes.
void add_plan(KeyBuilder& key, const AggregatePlan& plan);

}  // namespace treadle::dataframe
