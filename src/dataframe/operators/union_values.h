#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "treadle/operation.h"

namespace treadle::dataframe {

/// What rows of such schemas have together: columns by position, named as in the first, in the type that all
/// can be brought to. Throws InvalidArgument for schemas of different numbers of columns or none at all,
/// TypeError naming a column whose types have nothing in common.
columnar::SchemaPtr union_schema(const std::vector<columnar::SchemaPtr>& inputs);

/// Brings BatchLists or StoredRows to one schema: columns by position and in the types that all can be
/// brought to. Inputs: `num_values[i]` lists of the union's input i. A slot for each list.
std::shared_ptr<const Operation> make_union_values(std::vector<std::size_t> num_values);

}  // namespace treadle::dataframe
