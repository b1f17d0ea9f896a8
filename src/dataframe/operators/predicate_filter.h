#pragma once

#include <memory>
#include <vector>

#include "dataframe/expressions/node.h"
#include "io/row_filter.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

/// The parts of a predicate as filters of a scan, which let the same rows through together: parts over the
/// same columns are one filter, and those come first that look at the fewest bytes. `input`: columns of the
/// source. Throws NotFound, TypeError.
std::vector<std::shared_ptr<const io::RowFilter>> make_filters(const ExpressionPtr& predicate,
                                                               const Schema& input);

}  // namespace treadle::dataframe
