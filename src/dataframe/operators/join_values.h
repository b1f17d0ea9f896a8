#pragma once

#include <cstddef>
#include <memory>

#include "dataframe/operators/join.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Joins rows that are there. Inputs: `num_left` BatchLists of the left side, then those of the right side,
/// at least one each. Answers with a BatchList.
std::shared_ptr<const Operation> make_join_values(JoinSpec spec, std::size_t num_left);

}  // namespace treadle::dataframe
