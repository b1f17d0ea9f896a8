#pragma once

#include <cstdint>
#include <span>

#include "columnar/batch.h"
#include "columnar/selection.h"

namespace treadle::dataframe {

/// Compares rows of two batches of one schema by sort keys, as columnar::sort_order() orders the rows of one:
/// negative, zero or positive.
int compare_rows(const columnar::Batch& a, std::int64_t row_a, const columnar::Batch& b, std::int64_t row_b,
                 std::span<const columnar::SortKey> keys);

/// Which rows of `column` do not come after the value at row 0 of `bound`, by this key alone: a bool column.
columnar::Column rows_up_to(const columnar::Column& column, const columnar::Column& bound,
                            const columnar::SortKey& key);

}  // namespace treadle::dataframe
