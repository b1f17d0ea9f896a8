#pragma once

#include <cstddef>

#include "columnar/batch.h"
#include "columnar/column.h"

namespace treadle::columnar {

/// Bytes of the values of a column or batch: the same however its rows are cut into pieces and added up,
/// whether text lies plain or in views, and whether there is a bitmap of nulls. For decisions that must
/// follow from the rows alone; what is held in memory is Column::nbytes(). Of a dictionary only the codes
/// count.
std::size_t value_bytes(const Column& column);
std::size_t value_bytes(const Batch& batch);

}  // namespace treadle::columnar
