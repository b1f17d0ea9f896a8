#pragma once

#include <cstddef>
#include <memory>

#include "dataframe/plan/partitions.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// Calls a function on the rows of its inputs, BatchLists of one schema, as partition number `partition`. One
/// slot, a BatchList. Throws what the function throws, TypeError if its answer has other columns than it
/// promised, InvalidArgument if it has another number of rows where it must not.
std::shared_ptr<const Operation> make_map_partition(MapSpec spec, std::size_t partition);

/// Lets its input through if it is a BatchList with these columns; partition number `partition` is named in
/// the TypeError if it is not.
std::shared_ptr<const Operation> make_check_rows(columnar::SchemaPtr promised, std::size_t partition);

}  // namespace treadle::dataframe
