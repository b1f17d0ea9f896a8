#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "columnar/batch_list.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// Brings lists together that are each in the order of their last column (int64, no value twice), in that
/// order: in pieces, so that beyond inputs and result little is held. `schema` is the result's; the last
/// column is left out if it does not name it. Grows `memory` by what the result holds; throws OutOfMemory.
columnar::BatchList order_by_place(std::span<const columnar::BatchList> lists,
                                   const columnar::SchemaPtr& schema, Reservation& memory,
                                   TaskContext& context);

}  // namespace treadle::dataframe
