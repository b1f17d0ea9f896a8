#pragma once

#include <cstddef>
#include <memory>

#include "dataframe/operators/join.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Joins rows that are there. Inputs: `num_left` BatchLists or StoredRows of the left side, `num_partitions`
/// StripRows that say how these are cut, then rows of the right side; at least one each. Slots: the pairs, a
/// BatchList or StoredRows, and for each partition StripRows that cut them where the left rows were cut.
std::shared_ptr<const Operation> make_join_values(JoinSpec spec, std::size_t num_left,
                                                  std::size_t num_partitions);

}  // namespace treadle::dataframe
