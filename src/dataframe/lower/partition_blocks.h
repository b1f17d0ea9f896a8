#pragma once

#include <vector>

#include "lazy/blocks.h"

namespace treadle::dataframe {

/// Lowers a plan without Writes as lower_into() (lower.h) does, but to all rows of each of its partitions,
/// none left out: a BatchList each.
std::vector<TaskOutput> lower_partitions(lazy::Lowering& blocks, const lazy::NodePtr& root);

}  // namespace treadle::dataframe
