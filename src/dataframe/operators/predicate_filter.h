#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataframe/expressions/node.h"
#include "io/row_filter.h"
#include "memory/buffer.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

/// The parts of a predicate as filters of a scan, which let the same rows through together: parts over the
/// same columns are one filter, and those come first that look at the fewest bytes. `input`: columns of the
/// source. Throws NotFound, TypeError.
std::vector<std::shared_ptr<const io::RowFilter>> make_filters(const ExpressionPtr& predicate,
                                                               const Schema& input);

/// Sets `wanted` to the places of the ones among `num_rows` bits; to all places where bits are null.
void list_ones(const BufferPtr& bits, std::int64_t num_rows, std::vector<std::uint32_t>& wanted);

}  // namespace treadle::dataframe
