#pragma once

#include <memory>
#include <vector>

#include "dataframe/operators/pipe.h"
#include "io/row_filter.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

/// Takes the steps at the front of `pipe` that only leave rows out, as filters for its source, whose columns
/// are `input`: its other columns are then read for the rows that pass only. Throws NotFound, TypeError.
std::vector<std::shared_ptr<const io::RowFilter>> take_filters(PipeSpec& pipe, const Schema& input);

}  // namespace treadle::dataframe
