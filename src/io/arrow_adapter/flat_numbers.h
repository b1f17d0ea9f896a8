#pragma once

#include <memory>

#include "io/arrow_adapter/flat_column.h"

namespace treadle::io {

/// A column whose values have a fixed width. `type`: see is_flat_column().
std::unique_ptr<FlatColumn> make_flat_numbers(ColumnPages pages, const DataType& type,
                                              arrow::MemoryPool& pool);

}  // namespace treadle::io
